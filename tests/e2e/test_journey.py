"""From an empty directory to a department's figures: a thousand services, mails, answers, and every reader sees the same numbers."""

import collections
import csv
import io

import pytest

import browser
import journey
import mailsink
import manyi as harness
import recount
import staff
import survey

TARGETS = {("satisfaction_rate", "online"): 90, ("satisfaction_rate", "offline"): 85, ("satisfaction_rate", "all"): 90,
           ("points", "all"): 85}
QUESTIONS = (*recount.RATINGS, "comment")


def received(manyi, sink, n=1000):
    """The mails of a server that sends until all have come: one for each customer."""
    messages = mailsink.wait_for(sink, n)
    by_address = {m["To"].addresses[0].addr_spec: m for m in messages}
    assert len(messages) == len(by_address) == n
    assert len({m["Message-ID"] for m in messages}) == n
    return by_address


def test_the_same_files_again_change_nothing(manyi):
    made = journey.import_all(manyi)
    for kind in ("departments", "staff", "service-records"):
        manyi.run("import", kind, f"{kind}.csv", "--dry-run")
        manyi.run("import", kind, f"{kind}.csv")
    with mailsink.Recorder() as sink, manyi.serve(MANYI_SMTP_URL=sink.url):
        assert set(received(manyi, sink)) == set(made)


@pytest.mark.parametrize("kind", [mailsink.Recorder, mailsink.PostfixSink])
def test_mails_as_two_servers_receive_them(manyi, tmp_path, kind):
    made = journey.import_all(manyi)
    with kind(tmp_path / "sink") as sink, manyi.serve(MANYI_SMTP_URL=sink.url):
        mails = received(manyi, sink)
    for address, mail in mails.items():
        text, html = mailsink.parts(mail)
        assert survey.link(mail).startswith(manyi.url + "/s/")
        chinese = made[address].locale == "zh-CN"
        assert ("非常满意" in html and "非常满意" in text) == chinese
        assert len(html.encode()) <= 10_000
        assert "<script" not in html and "<img" not in html and "<form" not in html
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"<{manyi.url}/u/" in mail["List-Unsubscribe"]
        assert mail["Auto-Submitted"] == "auto-generated" and mail["Date"] and len(mail["From"].addresses) == 1
    assert len({survey.link(m) for m in mails.values()}) == 1000


def answer_all(made, mails):
    """Every customer who answers does so as a browser would; the form is read from the page."""
    answering = [(s, mails[a]) for a, s in made.items() if s.answers is not None]
    # Half of them click on the first answer in the mail, the others on the plain link.
    urls = [survey.link(m, s.answers["overall"] if i % 2 else None) for i, (s, m) in enumerate(answering)]
    pages = survey.open_all(urls)
    for i, ((service, _), (page, form)) in enumerate(zip(answering, pages)):
        assert page.read.lang == service.locale
        assert survey.preselected(form) == ([service.answers["overall"]] if i % 2 else [])

    def send(work):
        (service, _), (page, form) = work
        return survey.answer(page, form, service.answers, service.identity, service.comment)

    for reply in survey.all_at_once(send, zip(answering, pages)):
        assert reply.status == 303, (reply.status, reply.words[:300])
    thanks = browser.Browser().follow(reply)
    assert thanks.status == 200 and not any(f.name == "nonce" for form in thanks.forms for f in form.fields)
    return [s for s, _ in answering]


def given(answers):
    """A response's choices; a skipped question may be absent or null."""
    return tuple(answers.get(q) and str(answers[q]) for q in recount.RATINGS)


def counted(api, answered):
    """The responses that count by now: all named ones, and the anonymous ones but fewer than five of a department and channel.

    Checks what the API lists against what was sent and returns [(service-like, answers)]."""
    sent = {"named": collections.defaultdict(collections.Counter), "anonymous": collections.defaultdict(collections.Counter)}
    for s in answered:
        kind = "named" if s.identity == "named" else "anonymous"
        sent[kind][s.department, s.channel][given(s.answers)] += 1

    def held_back():
        listed = api.responses()
        came = collections.Counter((r["department"], r["channel"]) for r in listed if not r.get("external_id"))
        rest = {group: sum(c.values()) - came[group] for group, c in sent["anonymous"].items()}
        return listed if max(rest.values()) < 5 else None

    listed = harness.wait_until(held_back, 60, "anonymous answers wait though there are five of a department and channel")
    named = {r["external_id"]: r for r in listed if r.get("external_id")}
    by_id = {s.external_id: s for s in answered if s.identity == "named"}
    assert set(named) == set(by_id)
    for external_id, response in named.items():
        s = by_id[external_id]
        assert (response["department"], response["channel"], given(response["answers"])) == (s.department, s.channel, given(s.answers))
        assert response["employee"] == s.employee and response["base"] == "invited" and response["mode"] == "self"
    released = collections.defaultdict(collections.Counter)
    for r in listed:
        if not r.get("external_id"):
            assert not set(r) & {"employee", "responded_at", "touchpoint"} or not r.get("responded_at")
            released[r["department"], r["channel"]][given(r["answers"])] += 1
    for group, counts in released.items():
        assert counts <= sent["anonymous"][group], group
        assert sum(counts.values()) >= 5
    for r in listed:
        assert r["points"] is None or round(100 * r["points"]) == recount.points_of(dict(zip(recount.RATINGS, given(r["answers"]))))
    return [(r["department"], r["channel"], r.get("employee"), dict(zip(recount.RATINGS, given(r["answers"])))) for r in listed]


def close(actual, expected):
    return actual == pytest.approx(expected, abs=1e-4) if expected is not None else actual is None


def check_scores(body, responses, made, level, channel, judged=True):
    """Each figure of one answer of the API against the count made here."""
    count = {"satisfaction_rate": recount.satisfaction_rate, "points": recount.points}
    rows = [r for r in body["scores"] if r["metric"] in count and r["base"] == "invited"]
    seen, hidden, small = set(), 0, 0
    for row in rows:
        assert row["level"] == level and row["channel"] == channel
        scope = set(journey.QUALITY) if level == "organisation" else journey.under(row["department"])
        if level == "employee":
            scope = {row["department"]}

        def belongs(department, channel_of, employee):
            return department in scope and channel in ("all", channel_of) and (level != "employee" or employee == row["employee"])

        mine = [a for d, c, e, a in responses if belongs(d, c, e)]
        asked = [s for s in made.values() if belongs(s.department, s.channel, s.employee)]
        target = TARGETS.get((row["metric"], channel)) if judged else None
        if level == "organisation" and channel == "all":
            target = None
        expected = count[row["metric"]](mine, target if level != "employee" else None)
        where = (level, channel, row["department"], row["employee"], row["metric"])
        if level == "employee" and row["department"] not in journey.NAMED_ONLY:
            continue  # an anonymous answer may have lost its employee, to hide among five
        seen.add((row["department"], row["employee"], row["metric"]))
        assert row["n"] == expected.n, where
        assert row["invited"] == len(asked), where
        by_channel = collections.Counter(c for d, c, e, _ in responses if d in scope and (level != "employee" or e == row["employee"]))
        small += row["n"] < 5 or any(n < 5 for n in by_channel.values())
        if row["suppressed"]:
            hidden += row["n"] >= 5
            assert all(row[k] is None for k in ("value", "satisfied", "ci_low", "ci_high", "verdict")), where
            continue
        assert row["value"] == expected.value, where
        assert row["satisfied"] == expected.satisfied, where
        assert close(row["ci_low"], expected.ci and expected.ci[0]) and close(row["ci_high"], expected.ci and expected.ci[1]), where
        assert row["target"] == target, where
        assert (row["verdict"], row["evidence"]) == (expected.verdict, expected.evidence), where
        assert row["responded"] >= row["n"] and row["response_rate"] == recount.half_up(
            recount.fractions.Fraction(100 * row["responded"], row["invited"])), where
    # A figure of five or more is hidden only so that a smaller one, of a part or a channel, cannot be told from the sum.
    assert hidden <= 2 * small, (level, channel, hidden, small)
    return seen


def check_every_score(manyi, api, responses, made):
    for level in ("organisation", "department", "employee"):
        for channel in ("all", "online", "offline"):
            query = {"period": journey.PERIOD, "level": level, "channel": channel}
            body = api.json("/api/v1/scores", **query)
            seen = check_scores(body, responses, made, level, channel)
            expected = {"organisation": 1, "department": len(journey.QUALITY), "employee": 3 * len(journey.NAMED_ONLY)}[level]
            assert len({(d, e) for d, e, _ in seen}) >= expected - (level == "employee") * 3, (level, channel, len(seen))
            assert manyi.json("score", "--json", "--period", journey.PERIOD, "--level", level, "--channel", channel) == body
    for period in (journey.QUARTER, journey.YEAR):
        body = api.json("/api/v1/scores", period=period, channel="online")
        assert check_scores(body, responses, made, "department", "online")
    one = api.json("/api/v1/scores", period=journey.PERIOD, department="service")
    assert {r["department"] for r in one["scores"]} == {"service"}


def rows_of(api, **query):
    """The figures of a query that pages show too, by (department, metric, channel)."""
    rows = api.json("/api/v1/scores", period=journey.PERIOD, **query)["scores"]
    return {(r["department"], r["metric"], r["channel"]): r for r in rows if r["base"] == "invited"}


def check_department_page(manyi, server, api):
    """A head sees the API's figures, in the headlines, in the table behind the chart and in its CSV, and nobody else's."""
    visitor, page = staff.sign_in(manyi, "head@manyi.example", "head", "--department", "repair")
    page = visitor.get(f"{server.url}/departments/repair?period={journey.PERIOD}")
    assert page.status == 200, page.words[:300]
    shown = {(value, n) for _, value, n in page.figures}
    for channel in ("all", "online", "offline"):
        for (_, metric, _), row in rows_of(api, department="repair", channel=channel).items():
            if metric == "satisfaction_rate" or (metric, channel) == ("points", "all"):
                assert (row["value"], row["n"]) in shown, (metric, channel, row["value"], row["n"], shown)
    rate = rows_of(api, department="repair", channel="all")["repair", "satisfaction_rate", "all"]
    last = f"{recount.half_up(recount.fractions.Fraction(str(rate['value'])), 1):.1f}"
    tables = [t for t in page.tables if any(row[1:3] == [str(rate["n"]), last] for row in t)]
    assert tables, (rate, page.tables)
    for other in ("install", "service"):
        assert visitor.get(f"{server.url}/departments/{other}?period={journey.PERIOD}").status in (403, 404)
    trend = api.json("/api/v1/trend", department="repair", metric="satisfaction_rate", grain="month")["points"]
    assert [(p["n"], p["value"]) for p in trend if p["period"] == journey.PERIOD] == [(rate["n"], rate["value"])]
    manyi.run("chart", "--department", "repair", "--metric", "satisfaction_rate", "--grain", "month", "--out", "repair.svg")
    manyi.run("chart", "--department", "repair", "--metric", "satisfaction_rate", "--grain", "month", "--out", "repair.png")
    svg = (manyi.home / "repair.svg").read_text()
    assert last in svg and str(rate["n"]) in svg and "<title" in svg and "<desc" in svg
    assert (manyi.home / "repair.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def check_overview(manyi, server, api):
    """The overview of one who may see all shows the API's figures for each department."""
    visitor, _ = staff.sign_in(manyi, "quality@manyi.example", "quality")
    page = visitor.get(f"{server.url}/overview?period={journey.PERIOD}")
    assert page.status == 200, page.words[:300]
    names = {code: name for code, _, name, *_ in journey.DEPARTMENTS}
    by_name = collections.defaultdict(set)
    for name, value, n in page.figures:
        by_name[name].add((value, n))
    for channel in ("online", "offline"):
        for (department, metric, _), row in rows_of(api, channel=channel).items():
            if metric == "satisfaction_rate" and row["n"]:
                assert (row["value"], row["n"]) in by_name[names[department]], (department, channel)


def check_appraisals(visitor, server, page, api):
    """What HR pulls by the page's link: a figure is the API's, or it is withheld and the reason stands beside it."""
    link, = [link for link in page.links + visitor.get(f"{server.url}/appraisals").links
             if link.endswith("appraisals.csv") and f"/{journey.PERIOD}/" in link][:1]
    lines = list(csv.DictReader(io.StringIO(visitor.get(link).body.decode("utf-8-sig"), newline="")))
    found = {l["department_code"]: l for l in lines if (l["level"], l["channel"], l["base"]) == ("department", "all", "invited")}
    rows = {department: row for (department, metric, _), row in rows_of(api, channel="all").items() if metric == "satisfaction_rate"}
    assert set(found) == set(rows)
    for department, row in rows.items():
        line = found[department]
        assert int(line["valid_n"]) == row["n"] and bool(line["suppressed_reason"]) == (line["suppressed"] == "1")
        value = line["satisfaction_pct"]
        assert (float(value) if value else None) == row["value"], line
    assert any(line["suppressed"] == "0" for line in found.values())


def check_csv(manyi, server, api):
    """HR's files of the period have the API's figures, cell by cell."""
    visitor, page = staff.sign_in(manyi, "hr@manyi.example", "hr")
    check_appraisals(visitor, server, page, api)
    link, = {link for link in visitor.get(f"{server.url}/appraisals").links if link.endswith(f"/{journey.PERIOD}/scores.csv")}
    file = visitor.get(link)
    assert file.status == 200 and file.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))
    for channel in ("all", "online", "offline"):
        found = {(l["department_code"], l["metric"]): l for l in lines if (l["channel"], l["base"]) == (channel, "invited")}
        rows = rows_of(api, channel=channel)
        assert set(found) == {(department, metric) for department, metric, _ in rows}
        for (department, metric, _), row in rows.items():
            line = found[department, metric]
            as_text = {"valid_n": row["n"], "satisfied_n": row["satisfied"], "invited": row["invited"],
                       "responded": row["responded"], "verdict": row["verdict"], "evidence": row["evidence"],
                       "suppressed": int(row["suppressed"]), "period": journey.PERIOD, "clause": row["commitment"]}
            assert {k: line[k] for k in as_text} == {k: "" if v is None else str(v) for k, v in as_text.items()}
            as_number = ("value", "ci_low", "ci_high", "target", "response_rate")
            assert [float(line[k]) if line[k] else None for k in as_number] == [row[k] for k in as_number]


def test_every_reader_sees_the_same_numbers(manyi, tmp_path):
    made = journey.import_all(manyi)
    with mailsink.Recorder() as sink, manyi.serve(MANYI_SMTP_URL=sink.url) as server:
        mails = received(manyi, sink)
        answered = answer_all(made, mails)
        api = browser.Api(server.url, manyi.token("journey", "scores:read", "people:read", "responses:read", "records:write"))
        responses = counted(api, answered)
        check_every_score(manyi, api, responses, made)
        check_states(api, made)
        check_department_page(manyi, server, api)
        check_overview(manyi, server, api)
        check_csv(manyi, server, api)
        assert len(sink.messages()) == 1000
    manyi.run("doctor")


def check_states(api, made):
    for service in list(made.values())[::40]:
        record = api.json(f"/api/v1/service-records/{service.external_id}")
        assert record["invitation"] == ("answered" if service.answers else "sent")
        assert record["department_code"] == service.department and record["touchpoint"] == service.touchpoint
