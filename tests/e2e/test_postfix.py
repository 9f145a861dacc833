"""Through a real mail server: mails arrive with a signature that holds, and those for nobody come back and are heard."""

import json
import pathlib
import urllib.request

import dkim

import mailsink
import manyi as harness
from mailserver import Postfix

KEY = pathlib.Path(__file__).resolve().parents[1] / "data" / "dkim" / "rsa.pem"
HEADER = "external_id,department_code,touchpoint,completed_at,service_type,customer_name,email,locale\n"
RECORDS = HEADER + """SR-1,repair,on_site,2026-09-27 10:00,上门维修,王女士,known1@example.com,zh-CN
SR-2,repair,web,2026-09-27 11:00,On-site repair,Ms Wang,known2@example.com,en
SR-3,repair,web,2026-09-27 11:00,上门维修,李先生,nobody@example.com,zh-CN
"""


def test_mail_goes_through_postfix_and_what_comes_back_is_heard(manyi, tmp_path):
    with Postfix(tmp_path / "postfix") as postfix:
        manyi.settings |= {"MANYI_SMTP_URL": postfix.url, "MANYI_DKIM_KEY_FILE": str(KEY),
                           "MANYI_BOUNCE_DOMAIN": "bounce.manyi.example", "MANYI_BOUNCE_DIR": str(postfix.bounces)}
        (manyi.home / "departments.csv").write_text("code,name_zh,name_en\nrepair,维修服务部,Repair Services\n")
        (manyi.home / "records.csv").write_text(RECORDS)
        (manyi.home / "again.csv").write_text(HEADER + "SR-4,repair,web,2026-09-27 12:00,上门维修,李先生,nobody@example.com,\n")
        manyi.run("import", "departments", "departments.csv")
        manyi.run("import", "service-records", "records.csv")
        token = manyi.token("reader", "records:write")

        def state(record):
            request = urllib.request.Request(f"{manyi.url}/api/v1/service-records/{record}",
                                             headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)["invitation"]

        with manyi.serve():
            harness.wait_until(lambda: state("SR-3") == "bounced", 60, postfix.log)
            assert [state("SR-1"), state("SR-2")] == ["sent", "sent"]
            manyi.run("import", "service-records", "again.csv")
            assert state("SR-4") == "suppressed"
        records = {r["name"]: r["text"] for check in manyi.json("doctor", "--json")["checks"]
                   for r in check.get("records", [])}
        for name in ("known1", "known2"):
            (raw,) = postfix.mailbox(name)
            assert dkim.verify(raw, dnsfunc=lambda host, timeout=5: records[host.decode().rstrip(".")].encode())
            assert mailsink.parse(raw)["Return-Path"].startswith("<b+")
        assert len(list((postfix.bounces / "processed").iterdir())) == 1
