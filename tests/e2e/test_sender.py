"""Who mails say they come from: signatures as another program verifies them, and what `manyi doctor` tells to publish."""

import json
import pathlib
import subprocess

import dkim
import pytest

import mailsink

KEYS = pathlib.Path(__file__).resolve().parents[1] / "data" / "dkim"
RECORDS = """external_id,department_code,touchpoint,completed_at,service_type,customer_name,email,locale
SR-1,repair,on_site,2026-09-27 10:00,上门维修,王女士,wang@example.cn,zh-CN
SR-2,repair,web,2026-09-27 11:00,On-site repair,"Ms O'Brien, née Zoë",zoe@example.net,en
"""


def signing(manyi, key, **settings):
    """An instance that signs and has a mailbox for bounces, with a department and two customers."""
    manyi.settings |= {"MANYI_DKIM_KEY_FILE": str(key), "MANYI_BOUNCE_DOMAIN": "bounce.manyi.example", **settings}
    (manyi.home / "departments.csv").write_text("code,name_zh,name_en\nrepair,维修服务部,Repair Services\n")
    (manyi.home / "records.csv").write_text(RECORDS)
    manyi.run("import", "departments", "departments.csv")
    manyi.run("import", "service-records", "records.csv")


def doctor(manyi, *args):
    done = manyi.try_run("doctor", "--json", *args)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


@pytest.mark.parametrize("key", ["ed25519", "rsa", "rsa-pkcs1"])
def test_another_program_verifies_every_mail(manyi, key):
    signing(manyi, KEYS / f"{key}.pem", MANYI_BOUNCE_DIR=str(manyi.home / "bounces"))
    zone = {r["name"]: r["text"] for r in doctor(manyi)["dns"]["records"]}
    asked = []

    def dns(name, timeout=5):
        asked.append(name.decode().rstrip("."))
        return zone[asked[-1]].encode()

    with mailsink.Recorder() as sink, manyi.serve(MANYI_SMTP_URL=sink.url):
        mailsink.wait_for(sink, 2)
    assert {m["To"].addresses[0].domain for m in sink.messages()} == {"example.cn", "example.net"}
    for raw, sender in zip(sink.raw, sink.senders, strict=True):
        assert dkim.verify(raw, dnsfunc=dns)
        fields = mailsink.parse(raw)
        signed = [name.strip() for name in fields["DKIM-Signature"].split("h=")[1].split(";")[0].split(":")]
        assert {"from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"} <= set(signed)
        https, mailto = fields["List-Unsubscribe"].split(", ")
        assert https == f"<{manyi.url}/u/" + https.rsplit("/", 1)[1]
        assert mailto == f"<mailto:{sender}?subject=unsubscribe>"
        assert sender.startswith("b+") and sender.endswith("@bounce.manyi.example")
        for change in (b"List-Unsubscribe-Post: ", b"Subject: ", b"From: ", b"Content-Type: text/html"):
            assert change in raw
            assert not dkim.verify(raw.replace(change, change.replace(b": ", b": x", 1), 1), dnsfunc=dns), change
    assert set(asked) == {"manyi._domainkey.manyi.example"}


def test_what_is_in_dns_is_held_against_the_settings(manyi, tmp_path):
    signing(manyi, KEYS / "rsa.pem")
    checks = doctor(manyi)
    assert checks["dkim"]["ok"] and checks["alignment"]["ok"]
    zone = tmp_path / "zone.txt"
    # As dig prints it: pieces of at most 255 characters in quotes.
    text = checks["dns"]["records"][0]["text"]
    zone.write_text(f'"{text[:255]}" "{text[255:]}"\n"v=spf1 mx ~all"\n"v=DMARC1; p=none"\n')
    checks = doctor(manyi, "--dns-txt", zone)
    assert [checks[name]["ok"] for name in ("dns-dkim", "dns-spf", "dns-dmarc")] == [True] * 3
    zone.write_text(f'"{text.replace("p=MII", "p=MIJ")}"\n"v=spf1 +all"\n"v=DMARC1; p=none; aspf=s"\n')
    checks = doctor(manyi, "--dns-txt", zone)
    assert [checks[name]["ok"] for name in ("dns-dkim", "dns-spf", "dns-dmarc")] == [False] * 3
    zone.write_text("nothing here\n")
    assert not doctor(manyi, "--dns-txt", zone)["dns-txt"]["ok"]
    assert not doctor(manyi, "--dns-txt", tmp_path / "none")["dns-txt"]["ok"]
    # The public key that openssl has of it.
    public = subprocess.run(["openssl", "pkey", "-in", KEYS / "rsa.pem", "-pubout"], check=True, capture_output=True, text=True)
    assert "".join(public.stdout.splitlines()[1:-1]) in text


def test_a_sender_who_does_not_align_or_cannot_sign_is_told(manyi, tmp_path):
    signing(manyi, KEYS / "ed25519.pem", MANYI_BOUNCE_DOMAIN="mailer.example.org")
    told = doctor(manyi)["alignment"]
    assert not told["ok"] and "mailer.example.org" in told["detail"]
    (tmp_path / "bad.pem").write_text("hush-hush")
    done = manyi.try_run("serve", MANYI_DKIM_KEY_FILE=str(tmp_path / "bad.pem"))
    assert done.returncode == 1 and "MANYI_DKIM_KEY" in done.stderr and "hush" not in done.stderr
