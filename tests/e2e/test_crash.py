"""kill -9: no acknowledged answer is missing, no mail is lost, nothing is there twice."""

import collections
import http.client
import random
import threading
import time

import pytest

import browser
import journey
import mailing
import mailsink
import manyi as harness
import survey

KILLS = 5
CLIENTS = 8


def keep_killing(manyi, busy, rest, **settings):
    """Starts the server again and again, and kills it in the middle of its work; returns the last, which lives."""
    rng = random.Random(1)
    for _ in range(KILLS):
        server = manyi.serve(**settings)
        busy()
        time.sleep(rng.uniform(0.02, rest))
        server.kill()
    return manyi.serve(**settings)


def test_submissions(manyi):
    made = journey.import_all(manyi, 400)
    with manyi.serve():
        harness.wait_until(lambda: len(list(manyi.mail_dir.rglob("*.eml"))) >= 400, 60, "the mails did not come")
        time.sleep(0.5)
        mails = {m["To"].addresses[0].addr_spec: m for m in mailsink.in_directory(manyi.mail_dir)}
        services = list(made.values())
        pages = survey.open_all([survey.link(mails[s.email]) for s in services])
    work = collections.deque(zip(services, pages))
    acknowledged, again, refused = [], set(), []
    stop = threading.Event()

    def client():
        """Sends the next answer; one without a reply goes back to the heap, and is sent again later."""
        while not stop.is_set():
            try:
                service, (page, form) = work.popleft()
            except IndexError:
                return
            try:
                answers = service.answers or {"overall": "3"}
                reply = survey.answer(page, form, answers, "named" if int(service.external_id[3:]) % 4 else "anonymous")
            except (OSError, http.client.HTTPException):
                again.add(service.external_id)
                work.append((service, (page, form)))
                time.sleep(0.02)
                continue
            if reply.status == 303 or (reply.status == 200 and service.external_id in again):
                acknowledged.append(service.external_id)
            elif reply.status == 503:
                work.append((service, (page, form)))
            else:
                refused.append((service.external_id, reply.status, reply.words[:300]))

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    server = None

    def busy():
        if not threads[0].ident:
            for thread in threads:
                thread.start()
        before = len(acknowledged)
        harness.wait_until(lambda: len(acknowledged) >= min(before + 20, 400), 30, "no answer is acknowledged any more")

    try:
        server = keep_killing(manyi, busy, 0.2)
        harness.wait_until(lambda: not any(t.is_alive() for t in threads), 60, lambda: f"{len(work)} answers are still on their way")
        assert not refused
        assert len(acknowledged) == len(set(acknowledged)) == 400
        check_answers(manyi, server, made)
    finally:
        stop.set()
        if server:
            server.stop()
    manyi.run("doctor")


def check_answers(manyi, server, made):
    """Every service is answered exactly once, with what its customer said."""
    api = browser.Api(server.url, manyi.token("crash", "responses:read", "records:write"))
    named = {s.external_id: s for s in made.values() if int(s.external_id[3:]) % 4}
    items = api.responses()
    found = collections.Counter(r["external_id"] for r in items if r.get("external_id"))
    assert set(found) == set(named) and set(found.values()) == {1}
    for r in items:
        if r.get("external_id"):
            expected = (named[r["external_id"]].answers or {"overall": "3"}).items()
            assert {q: str(v) for q, v in r["answers"].items() if v} == dict(expected), r["external_id"]
    assert len(items) - len(found) <= 400 - len(named)
    for service in made.values():
        assert api.json(f"/api/v1/service-records/{service.external_id}")["invitation"] == "answered"


def test_mailing(manyi):
    """No mail is lost, and no more come twice than were on their way at a kill. tests/load/arrives_once.py does it at length."""
    counts, kills = mailing.interrupted(manyi, 300, KILLS, lambda server: server.kill(), delay=0.02, longest=0.2)
    assert (counts.lost, counts.other_message_id, counts.not_accepted) == (0, 0, 0), counts
    assert kills > 0 and counts.duplicates <= kills * mailing.CONNECTIONS, counts
    manyi.run("doctor")


def test_mailing_that_is_asked_to_stop(manyi):
    counts, stops = mailing.interrupted(manyi, 300, 3, lambda server: server.stop(), delay=0.05, longest=0.2)
    assert stops > 0 and (counts.lost, counts.duplicates, counts.not_accepted) == (0, 0, 0), counts


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_mailing_by_two_instances(manyi):
    counts = mailing.together(manyi, 2, 600, delay=0.01)
    assert (counts.lost, counts.duplicates, counts.not_accepted) == (0, 0, 0), counts
    assert min(counts.shares) >= 0.25, counts
    manyi.run("doctor")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_limits_per_domain_hold_across_instances(manyi):
    """Two instances, 5 domains, ten mails a second to each. tests/load/arrives_once.py does it with more mails."""
    most, seconds = mailing.paced(manyi, 2, 1000, 10)
    assert most <= 110, most
    assert seconds < 30, seconds
    manyi.run("doctor")


def test_a_slow_domain_keeps_nobody_waiting(manyi):
    """Every fifth mail takes four seconds to be taken; what is queued for others meanwhile goes out at once."""
    worst = mailing.beside_a_slow_domain(manyi, 200, 4)
    assert worst < 1.5, worst
