"""Wrong commands, settings and files: a clear word and the right exit code, nothing stored, never a panic."""

import pytest

import browser
from wrong import GOOD, HEADER, organisation, refused


@pytest.fixture
def set_up(manyi):
    return organisation(manyi)


COMMANDS = [
    ("", None), ("frobnicate", "frobnicate"), ("serve --role king", "king"), ("serve --listen nowhere", "nowhere"),
    ("score", "period"), ("score --period", "period"), ("score --period 2026-13", "2026-13"), ("score --period 2026-Q5", "2026-Q5"),
    ("score --period banana", "banana"), ("score --period 2026-09 --department NOPE", "NOPE"),
    ("score --period 2026-09 --channel sideways", "sideways"), ("score --period 2026-09 --level galaxy", "galaxy"),
    ("chart --department repair --metric beauty --grain month --out a.svg", "beauty"),
    ("chart --department repair --metric points --grain week --out a.svg", "week"),
    ("chart --department NOPE --metric points --grain month --out a.svg", "NOPE"),
    ("chart --department repair --metric points --grain month --out a.bmp", "bmp|svg"),
    ("chart --department repair --metric points --grain month --out no/such/dir/a.svg", "no/such/dir"),
    ("chart --department repair --metric points --grain month --from 2026-09 --to 2026-01 --out a.svg", "2026-0"),
    ("import", None), ("import nonsense departments.csv", "nonsense"), ("import departments missing.csv", "missing.csv"),
    ("import departments .", None), ("import service-records departments.csv --map missing.toml", "missing.toml"),
    ("user add not-an-address --name N --role hr", "not-an-address"), ("user add a@b.example --name N --role king", "king"),
    ("user add a@b.example --name N --role head --department NOPE", "NOPE"), ("user add a@b.example --name N --role head", "department"),
    ("user reset nobody@b.example", "nobody@b.example"), ("token create t --scope everything", "everything"),
    ("token create t", "scope"), ("token create t --scope scores:read --expires -1", None),
]


def test_commands(set_up):
    for command, says in COMMANDS:
        refused(set_up.try_run(*command.split()), says=says)
    assert not list(set_up.home.glob("a*"))


SETTINGS = [
    {"MANYI_DATABASE_URL": "mysql://localhost/x"}, {"MANYI_DATABASE_URL": "sqlite:/no/such/dir/x.db"},
    {"MANYI_DATABASE_URL": "postgres://127.0.0.1:1/x?connect_timeout=2"}, {"MANYI_LISTEN": "nowhere"}, {"MANYI_LISTEN": "127.0.0.1:99999"},
    {"MANYI_PUBLIC_URL": "not a url"}, {"MANYI_SMTP_URL": "http://mail"}, {"MANYI_SMTP_URL": "smtp://"},
    {"MANYI_SMTP_URL": "smtp://h:25?tls=perhaps"}, {"MANYI_MAIL_FROM": "nobody"}, {"MANYI_TIME_ZONE": "Mars/Olympus"},
    {"MANYI_LOCALE": "tlh"}, {"MANYI_INVITE_DELAY_MINUTES": "soon"}, {"MANYI_INVITE_DELAY_MINUTES": "-1"},
    {"MANYI_QUIET_HOURS": "25:00-09:00"}, {"MANYI_QUIET_HOURS": "always"}, {"MANYI_INVITE_MAX_AGE_DAYS": "7.5"},
    {"MANYI_INVITE_EXPIRES_DAYS": "99999999999999999999"}, {"MANYI_COOLDOWN_DAYS": "x"}, {"MANYI_DOMAIN_RATE": "fast"},
    {"MANYI_CLOCK": "yesterday"},
]


def test_settings(manyi):
    for setting in SETTINGS:
        (name, value), = setting.items()
        told = refused(manyi.try_run("doctor", **setting))
        assert name in told or value.split("?")[0] in told, (setting, told)


def test_an_unknown_setting_names_the_nearest(manyi):
    refused(manyi.try_run("config", "print", MANYI_LISEN="127.0.0.1:1"), says="MANYI_LISTEN")
    (manyi.home / "manyi.toml").write_text('databse_url = "sqlite:x.db"\n')
    refused(manyi.try_run("config", "print"), says="database_url")
    (manyi.home / "manyi.toml").write_text("this is not toml")
    refused(manyi.try_run("config", "print"), says="manyi.toml")


def test_the_clock_is_for_tests_only(manyi):
    refused(manyi.try_run("config", "print", MANYI_ENV=None), says="MANYI_CLOCK")


# What a file may hold, and a word of the complaint; each is a whole file of service records.
FILES = {
    "empty": (b"", None),
    "header only twice": (f"{HEADER}\n{HEADER}\n".encode(), None),
    "missing column": (b"external_id,department_code,completed_at\nA,repair,2026-09-27\n", "touchpoint"),
    "unknown column twice": (f"{HEADER},email\n{GOOD},x@y.example\n".encode(), "email"),
    "too few fields": (f"{HEADER}\n{GOOD}\nA-1,repair\n".encode(), "3"),
    "unknown department": (f"{HEADER}\n{GOOD}\nA-1,NOPE,web,2026-09-27T10:00,a@b.example\n".encode(), "NOPE"),
    "unknown touchpoint": (f"{HEADER}\n{GOOD}\nA-1,repair,carrier pigeon,2026-09-27T10:00,a@b.example\n".encode(), "carrier pigeon"),
    "no such day": (f"{HEADER}\n{GOOD}\nA-1,repair,web,2026-02-30T10:00,a@b.example\n".encode(), "2026-02-30"),
    "bad time": (f"{HEADER}\n{GOOD}\nA-1,repair,web,next tuesday,a@b.example\n".encode(), "next tuesday"),
    "bad address": (f"{HEADER}\n{GOOD}\nA-1,repair,web,2026-09-27T10:00,\"zhang@qq,com\"\n".encode(), "zhang@qq,com"),
    "no number": (f"{HEADER}\n{GOOD}\n,repair,web,2026-09-27T10:00,a@b.example\n".encode(), "external_id"),
    "Excel's number": (f"{HEADER},phone\n{GOOD},13800000000\nA-1,repair,web,2026-09-27T10:00,a@b.example,1.38E+10\n".encode(), r"1\.38E\+10"),
    "bad flag": (f"{HEADER},resolved\n{GOOD},true\nA-1,repair,web,2026-09-27T10:00,a@b.example,maybe\n".encode(), "maybe"),
    "bad wait": (f"{HEADER},waiting_minutes\n{GOOD},5\nA-1,repair,web,2026-09-27T10:00,a@b.example,-5\n".encode(), "-5"),
    "one number, two services": (f"{HEADER}\n{GOOD}\nOK-1,repair,app,2026-09-26T10:00,b@c.example\n".encode(), "OK-1"),
    "open quote": (f'{HEADER}\n{GOOD}\nA-1,"repair,web,2026-09-27T10:00,a@b.example\n'.encode(), None),
    "NUL": (f"{HEADER}\n{GOOD}\nA-\0,repair,web,2026-09-27T10:00,a@b.example\n".encode(), None),
    "neither UTF-8 nor GB18030": (f"{HEADER}\n{GOOD}\n".encode() + b"A-\xff\xff\x80,repair,web,2026-09-27T10:00,a@b.example\n", None),
    "UTF-16 without its mark": (f"{HEADER}\n{GOOD}\n".encode("utf-16-le"), None),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, None),
    "half an XLSX": (b"PK\x03\x04" + b"\x14\0" * 200, None),
    "a very long line": (f"{HEADER}\n{GOOD}\n".encode() + b"x" * 3_000_000 + b"\n", None),
}


def test_files(set_up):
    for name, (content, says) in FILES.items():
        for ending in ("csv", "xlsx") if content[:2] == b"PK" else ("csv",):
            file = set_up.home / f"bad.{ending}"
            file.write_bytes(content)
            assert refused(set_up.try_run("import", "service-records", file.name), code=(1,), says=says), name
    with set_up.serve() as server:
        api = browser.Api(server.url, set_up.token("t", "records:write"))
        assert api.get("/api/v1/service-records/OK-1").status == 404
        assert api.get("/api/v1/service-records/A-1").status == 404
    assert not set_up.mail_dir.exists() or not list(set_up.mail_dir.rglob("*.eml"))


def test_a_bad_row_is_told_and_the_good_ones_may_go_in(set_up):
    rows = [HEADER, GOOD, "A-1,NOPE,web,2026-09-27T10:00,a@b.example", "A-2,repair,web,2026-02-30T10:00,a@b.example"]
    (set_up.home / "mixed.csv").write_text("\n".join(rows) + "\n")
    told = refused(set_up.try_run("import", "service-records", "mixed.csv"), code=(1,))
    for word in ("3", "department_code", "NOPE", "4", "completed_at", "2026-02-30"):
        assert word in told, word
    set_up.try_run("import", "service-records", "mixed.csv", "--partial")
    with set_up.serve() as server:
        api = browser.Api(server.url, set_up.token("t", "records:write"))
        assert [api.get(f"/api/v1/service-records/{i}").status for i in ("OK-1", "A-1", "A-2")] == [200, 404, 404]
