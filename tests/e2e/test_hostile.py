"""What follows from each way a mail server can misbehave (RELIABILITY §3, P8, P9, F7), while pages are answered as ever."""

import contextlib
import datetime as dt
import threading
import time
import urllib.request

import pytest

import mailing
import manyi as harness
import scratch
from hostile import EARLY, LATE, Hostile

TIMEOUT = 1  # for a connection; four times as long for a message
ACCEPTED, FAILED, RETRY = "accepted", "failed", "retry"
# What became of the mail, attempts charged, times it may have arrived unknown to us, minutes until the next try, copies taken.
FIRST_TRY = {
    "ok": (ACCEPTED, 1, 0, None, 1),
    "multiline": (ACCEPTED, 1, 0, None, 1),
    "cutafter1": (ACCEPTED, 1, 0, None, 1),
    "rcpt450": (RETRY, 1, 0, (5, 5.5), 0),  # it has asked for 300 seconds
    "rcpt452": (RETRY, 1, 0, (4, 6), 0),
    "data451": (RETRY, 1, 0, (4, 6), 0),
    "rcpt550": (FAILED, 1, 0, None, 0),
    "rcpt552": (FAILED, 1, 0, None, 0),
    "rcpt554pol": (FAILED, 1, 0, None, 0),
    "ok554": (FAILED, 1, 0, None, 1),
    "gbk": (RETRY, 1, 0, (15, 15), 0),
    "garbage": (RETRY, 1, 0, (15, 15), 0),
    "nocode": (RETRY, 1, 0, (15, 15), 0),
    "midcut": (RETRY, 1, 1, (15, 15), 0),
    "lostok": (RETRY, 1, 1, (15, 15), 1),
    "slowok": (RETRY, 1, 1, (15, 15), 1),
    "banner421": (RETRY, 1, 0, (4, 6), 0),
    "mail421": (RETRY, 1, 0, (4, 6), 0),
    "tarpit": (RETRY, 0, 0, (1, 1), 0),
    "badbanner": (RETRY, 1, 0, (15, 15), 0),
}
# After three tries: unreadable replies are a failure, and what may have arrived is tried once more at most.
THIRD_TRY = FIRST_TRY | {
    "gbk": (FAILED, 3, 0, None, 0),
    "garbage": (FAILED, 3, 0, None, 0),
    "nocode": (FAILED, 3, 0, None, 0),
    "midcut": (FAILED, 2, 2, None, 0),
    "lostok": (FAILED, 2, 2, None, 2),
    "slowok": (FAILED, 2, 2, None, 2),
    "rcpt450": (RETRY, 3, 0, (5, 5.5), 0),
    "rcpt452": (RETRY, 3, 0, (24, 36), 0),
    "data451": (RETRY, 3, 0, (24, 36), 0),
}


# Sending is the same on both databases; what is stored of it, and claimed again, is tried on both.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextlib.contextmanager
def pages_are_answered(server):
    """Asks for a page all the while; every answer has to come, and soon."""
    slowest, stop = [0.0], threading.Event()
    failures = []

    def ask():
        while not stop.wait(0.05):
            begun = time.monotonic()
            try:
                urllib.request.urlopen(f"{server.url}/commitments", timeout=10).read()
            except OSError as error:
                failures.append(str(error))
            slowest[0] = max(slowest[0], time.monotonic() - begun)

    thread = threading.Thread(target=ask)
    thread.start()
    yield
    stop.set()
    thread.join()
    assert not failures and slowest[0] < 2, (failures, slowest)


def rows(manyi, prefix):
    """Of each mail: its state, attempts, possible duplicates, and when it is due."""
    found = scratch.rows(manyi.database, "SELECT r.external_id, o.state, o.attempt, o.possible_duplicates, o.due_at FROM outbox o "
                         "JOIN invitation i ON i.id = o.invitation_id JOIN service_record r ON r.id = i.service_record_id "
                         f"WHERE o.step = 0 AND r.external_id LIKE '{prefix}-%' ORDER BY 1")
    return [(state, int(attempt), int(copies), dt.datetime.fromisoformat(due).replace(tzinfo=dt.UTC))
            for _, state, attempt, copies, due in found]


def settled(manyi, prefix, sink, seconds, **settings):
    """One try of all that is due; what became of each mail then."""
    before = manyi.now()
    with manyi.serve(MANYI_SMTP_URL=sink.url(timeout=TIMEOUT), **settings) as server, pages_are_answered(server):
        # Nothing is on its way, and nothing will be for half a minute.
        def is_settled():
            late = manyi.now() + dt.timedelta(seconds=30)
            return all(state in (ACCEPTED, FAILED) or state == RETRY and due > late for state, _, _, due in rows(manyi, prefix))
        harness.wait_until(is_settled, seconds, lambda: rows(manyi, prefix))
    return before, manyi.now(), rows(manyi, prefix)


def check(expected, mode, row, begun, ended, copies):
    state, attempt, possible_duplicates, pause, taken = expected
    assert (row[0], row[1], row[2], len(copies)) == (state, attempt, possible_duplicates, taken), mode
    assert len(set(copies)) <= 1, f"{mode}: a second copy has another Message-ID"
    if pause:
        second = dt.timedelta(seconds=1)
        low, high = (dt.timedelta(minutes=minutes) for minutes in pause)
        assert begun + low - second <= row[3] <= ended + high + second, (mode, row[3] - begun)


def suppressed(manyi):
    return scratch.rows(manyi.database, "SELECT reason, count(*) FROM suppression GROUP BY reason")


def test_each_way_has_its_own_consequence(manyi):
    modes = sorted(LATE)
    address = lambda n: f"{modes[n]}.{n}"
    mailing.queue(manyi, len(modes), "late", domains=len(modes), name=address)
    with Hostile() as sink:
        tries = {}
        for number in (1, 2, 3):
            # The longest of them is a message without a reply; nobody waits longer, and nobody waits for nobody.
            tries[number] = settled(manyi, "late", sink, 4 * TIMEOUT + 6)
            if number == 1:
                assert [(reason, int(n)) for reason, n in suppressed(manyi)] == [("hard_bounce", 1)]
                first = {address: list(ids) for address, ids in sink.copies().items()}
            manyi.forward(minutes=40)
        for table, number, copies in ((FIRST_TRY, 1, first), (THIRD_TRY, 3, sink.copies())):
            begun, ended, found = tries[number]
            for n, mode in enumerate(modes):
                check(table[mode], mode, found[n], begun, ended, copies.get(f"{address(n)}@late{n}.example", []))
    bounced = scratch.rows(manyi.database, "SELECT kind, source FROM bounce ORDER BY kind")
    assert [tuple(row) for row in bounced] == [("hard", "smtp"), ("mailbox_full", "smtp")]


@on_sqlite
@pytest.mark.parametrize("mode", sorted(EARLY))
def test_a_server_that_is_no_use_to_anybody_costs_no_mail(manyi, mode):
    mailing.queue(manyi, 40, "early", domains=40)
    with Hostile(mode) as sink:
        begun, ended, found = settled(manyi, "early", sink, TIMEOUT + 8)
        for row in found:
            if mode == "tarpit" or row[1] == 0:
                # Those who would only have waited in line for the same server.
                check(FIRST_TRY["tarpit"], mode, row, begun, ended, [])
            else:
                check(FIRST_TRY[mode], mode, row, begun, ended, [])
        sink.mode = "ok"
        manyi.forward(minutes=20)
        _, _, found = settled(manyi, "early", sink, 20)
        assert {row[0] for row in found} == {ACCEPTED} and sink.count() == 40


def test_a_domain_that_asks_us_to_wait_is_left_alone_and_others_are_not(manyi):
    mailing.queue(manyi, 60, "slow", domains=1, name=lambda n: f"rate.{n}")
    mailing.queue(manyi, 30, "fine", domains=1, name=lambda n: f"ok.{n}")
    with Hostile() as sink:
        _, _, found = settled(manyi, "slow", sink, 20)
        harness.wait_until(lambda: {row[0] for row in rows(manyi, "fine")} == {ACCEPTED}, 20, "the others wait too")
        asked = sum(n for recipient, n in sink.tried.items() if recipient.endswith("@slow0.example"))
    assert 1 <= asked <= mailing.CONNECTIONS
    assert sum(row[1] for row in found) == asked, "a mail that was not tried is charged no attempt"


def test_servers_that_refuse_us_stop_all_mail_and_no_address_is_blamed(manyi):
    mailing.queue(manyi, 80, "policy", domains=40, name=lambda n: f"rcpt554pol.{n}")
    with Hostile() as sink, manyi.serve(MANYI_SMTP_URL=sink.url()):
        harness.wait_until(lambda: manyi.json("mail", "status", "--json")["paused"], 30, "mail is not paused")
        harness.wait_until(lambda: "claimed" not in mailing.states(manyi.database), 10, "mails are still claimed")
        refused = sum(sink.tried.values())
        assert 20 <= refused <= 20 + mailing.CONNECTIONS
        assert mailing.states(manyi.database) == {"failed": refused, "retry": 80 - refused}
        time.sleep(1)
        assert sum(sink.tried.values()) == refused
    assert suppressed(manyi) == []


@on_sqlite
def test_sigterm_waits_for_no_line_of_mails(manyi):
    mailing.queue(manyi, 100, "line")
    with Hostile("tarpit") as sink:
        server = manyi.serve(role="worker", MANYI_SMTP_URL=sink.url(timeout=3))
        harness.wait_until(lambda: sink.connections >= mailing.CONNECTIONS, 30, "nothing is sent")
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 6
    assert "claimed" not in mailing.states(manyi.database)
