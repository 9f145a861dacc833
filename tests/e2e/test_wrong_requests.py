"""Wrong requests to the API and the pages: 4xx that says why, nothing lost, never a 5xx, never a panic."""

import json
import re
import socket
import time

import pytest

import browser
import mailsink
import manyi as harness
import survey
from wrong import GOOD, HEADER, RECORD, organisation, refused


@pytest.fixture
def set_up(manyi):
    return organisation(manyi)


def problem(reply, *statuses):
    assert reply.status in statuses, (reply.url, reply.status, reply.text[:300])
    assert reply.headers["Content-Type"].startswith("application/problem+json"), (reply.url, reply.headers["Content-Type"])
    body = json.loads(reply.text)
    assert body["title"] and body["status"] == reply.status
    return body


def test_api_bodies(set_up):
    with set_up.serve() as server:
        api = browser.Api(server.url, set_up.token("t", "records:write", "scores:read"))
        path = "/api/v1/service-records"
        for body in (b"", b"{", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"external_id": "\xff"}'):
            problem(api.post(path, body), 400, 422)
        wrong = [{}, {"external_id": 7}, {**RECORD, "touchpoint": "pigeon"}, {**RECORD, "completed_at": "2026-02-30T00:00:00Z"},
                 {**RECORD, "completed_at": 5}, {**RECORD, "email": "a..b@c"}, {**RECORD, "department_code": "NOPE"},
                 {**RECORD, "external_id": ""}, {**RECORD, "external_id": "x" * 10_000}, {**RECORD, "external_id": "a\0b"},
                 {**RECORD, "waiting_minutes": -1}, {**RECORD, "waiting_minutes": 1e308}, {**RECORD, "waiting_minutes": 2**63},
                 {**RECORD, "urgent": "perhaps"}, {**RECORD, "points": 100}, {**RECORD, "employee_no": ["E"]},
                 {**RECORD, "customer_name": "\ud800"}, {**RECORD, "locale": "tlh"}, None, 5, "x", True]
        for body in wrong:
            problem(api.post(path, json.dumps(body).encode()), 400, 422)
        problem(api.post(path, json.dumps([RECORD] * 1001).encode()), 413)
        problem(api.post(path, b'"' + b"x" * 3_000_000 + b'"'), 413)
        problem(api.post(path, json.dumps(RECORD).encode(), "text/plain"), 400, 415, 422)
        mixed = [RECORD, {**RECORD, "external_id": "W-2", "touchpoint": "pigeon"}, {**RECORD, "touchpoint": "app"}]
        results = json.loads(api.post(path, json.dumps(mixed).encode()).text)
        assert [r["status"] for r in results] == ["created", "invalid", "conflict"]
        assert results[1]["errors"][0]["pointer"].endswith("touchpoint") and results[1]["errors"][0]["message"]
        again = api.post(path, json.dumps(RECORD).encode())
        assert again.status == 200 and json.loads(again.text)[0]["status"] == "unchanged"
        conflict = problem(api.post(path, json.dumps({**RECORD, "touchpoint": "app"}).encode()), 409)
        assert conflict["results"][0]["status"] == "conflict"
        assert json.loads(api.get(f"{path}/W-1").text)["touchpoint"] == "web"


QUERIES = ["period=banana", "period=", "", "period=2026-09&period=2026-08", "period=2026-09&colour=red", "period=2026-09&channel=up",
           "period=2026-09&level=galaxy", "period=2026-09&department=%00", "period=2026-09&department=%ff", "period=9999999-01",
           "period=2026-00", "period=2026-09&department=NOPE"]


def test_api_queries_and_rights(set_up):
    with set_up.serve() as server:
        api = browser.Api(server.url, set_up.token("t", "scores:read", "responses:read"))
        for query in QUERIES:
            problem(api.get(f"/api/v1/scores?{query}"), 400, 404, 422)
        for query in ("metric=beauty&grain=month", "grain=month", "department=repair&metric=points&grain=week",
                      "department=repair&metric=points&grain=month&from=2026-09&to=2026-01"):
            problem(api.get(f"/api/v1/trend?{query}"), 400, 404, 422)
        for query in ("limit=-1", "limit=0", "limit=banana", "limit=1000000000", "cursor=nonsense", "cursor=%00"):
            problem(api.get(f"/api/v1/responses?{query}"), 400, 422)
        problem(api.get("/api/v1/nothing"), 404)
        problem(api.get("/api/v1/service-records/W-1"), 403)
        problem(api.post("/api/v1/service-records", json.dumps(RECORD).encode()), 403)
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
            reply = browser.Browser().get(f"{server.url}/api/v1/scores?period=2026-09", **headers)
            problem(reply, 401)
        assert api.browser.send("DELETE", server.url + "/api/v1/scores", headers=api.headers).status in (404, 405)


@pytest.fixture
def open_survey(set_up):
    """A server and one customer's mail."""
    (set_up.home / "one.csv").write_text(f"{HEADER},locale\n{GOOD},en\n")
    set_up.run("import", "service-records", "one.csv")
    with set_up.serve() as server:
        mail, = harness.wait_until(lambda: mailsink.in_directory(set_up.mail_dir), 30, "the mail did not come")
        yield server, survey.link(mail)


def test_survey_page(open_survey):
    server, link = open_survey
    visitor = browser.Browser("en")
    for path in ("/s/", "/s/nonsense", "/s/%00", "/s/%ff%fe", "/s/" + "A" * 22, "/s/" + "x" * 4000, "/u/nonsense", "/q/nope",
                 "/c/nope", "/nothing", "/static/nothing", "/static/../../etc/passwd"):
        page = visitor.get(server.url + path)
        assert page.status in (400, 404, 405, 410, 414), (path, page.status)
    for query in ("?lang=tlh", "?q.overall=99", "?q.overall=5&q.overall=1", "?q.nothing=1", "?big=perhaps", "?%ff=%00", "?" + "a=1&" * 300):
        page = visitor.get(link + query)
        assert page.status in (200, 400, 414) and (page.status != 200 or survey.preselected(page.form(field="nonce")) in ([], ["5"]))
    page, form = survey.open_page(link)
    time.sleep(1.2)
    good = survey.fill(form, {"overall": "4", "speed": "2"}, "named", "Kept 保留")

    def send(values):
        return visitor.submit(page, form, values)

    def without(name):
        return [(k, v) for k, v in good if k != name]

    # Each is refused with a page that keeps what was entered.
    for values in (without("q.overall"), without("nonce"), without("nonce") + [("nonce", "nonsense")],
                   without("q.overall") + [("q.overall", "99")], without("q.overall") + [("q.overall", "na")],
                   without("identity") + [("identity", "both")], without("q.comment") + [("q.comment", "x" * 2001)]):
        reply = send(values)
        assert reply.status == 422, (values, reply.status)
        kept = reply.form(field="nonce")
        assert survey.preselected(kept, "speed") == ["2"]
        assert "Error" in reply.text
    for values in (good + [("q.overall", "1")], [("a", "b")] * 20_000, good + [("q.comment", "\0")]):
        assert 400 <= send(values).status < 500, values[-1]
    action = browser.urllib.parse.urljoin(page.url, form.action or page.url)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.send("POST", action, b"q.overall=5&q.comment=%C2%FA%D2%E2", headers).status in (400, 422)
    assert visitor.send("POST", action, b"q.comment=" + b"x" * 200_000, headers).status == 413
    assert visitor.send("POST", action, b"{}", {"Content-Type": "application/json"}).status in (400, 415, 422)
    for method in ("PUT", "DELETE", "TRACE", "PATCH"):
        assert visitor.send(method, link).status in (404, 405)
    reply = send(good)
    assert reply.status == 303, reply.words[:300]
    assert send(good).status == 200, "a second click is told that the answer is there"


def test_staff_pages(open_survey):
    server, _ = open_survey
    manyi, visitor = server.manyi, browser.Browser("en")
    for path in ("/overview", "/departments/repair", "/hr", "/admin", "/dev/mail", "/metrics"):
        page = visitor.get(server.url + path)
        assert page.status in (303, 302, 401, 403, 404), (path, page.status)
    link = manyi.link("user", "add", "head@manyi.example", "--name", "Head", "--role", "head", "--department", "repair")
    refused(manyi.try_run("user", "add", "head@manyi.example", "--name", "Head", "--role", "hr"), says="head@manyi.example")
    assert visitor.get(link + "x").status in (400, 404, 410)
    page = visitor.get(link)
    form = page.form()
    names = {f.name for f in form.fields if f.kind == "password"}
    short = visitor.submit(page, form, form.values({name: "short" for name in names}))
    assert short.status == 422, (short.status, short.words[:200])


def test_broken_requests(open_survey):
    """What no browser sends: the connection is closed or refused, and the server lives on."""
    server, link = open_survey
    host, port = server.url.removeprefix("http://").split(":")
    for raw in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
                b"POST /s/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                b"POST /s/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            try:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                status = connection.recv(200).split(b"\r\n")[0]
            except OSError:
                continue
        assert not re.match(rb"HTTP/1.1 5", status), status
    assert browser.Browser().get(link).status == 200
