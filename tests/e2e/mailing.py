"""That mail arrives, and arrives once: killed, stopped and restarted in the middle of it, and sent by several instances."""

import collections
import contextlib
import csv
import dataclasses
import random
import time

import manyi as harness
import scratch
from hostile import Hostile

CONNECTIONS = 16  # what an instance has unless told otherwise: so many mails are on their way at a time
HEADER = ["external_id", "department_code", "touchpoint", "completed_at", "service_type", "customer_name", "email", "locale"]


@dataclasses.dataclass
class Counts:
    """What a recording server saw of so many mails."""
    mails: int
    lost: int
    duplicates: int
    most_copies: int
    other_message_id: int  # second copies with another Message-ID
    not_accepted: int  # rows of the outbox in another state at the end
    shares: list  # by instance

    def __str__(self):
        shares = " ".join(f"{share:.0%}" for share in self.shares)
        return (f"{self.mails} mails: {self.lost} lost, {self.duplicates} duplicates (at most {self.most_copies} copies), "
                f"{self.other_message_id} with another Message-ID, {self.not_accepted} not accepted"
                + (f"; shares {shares}" if len(self.shares) > 1 else ""))


def queue(manyi, mails, prefix="c", domains=50, name=lambda n: f"c{n}"):
    """So many services of this morning, each with an address of its own, to be asked about at once."""
    (manyi.home / "departments.csv").write_text("code,name_zh,name_en\nrepair,维修服务部,Repair Services\n")
    with open(manyi.home / "records.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for n in range(mails):
            out.writerow([f"{prefix}-{n:06}", "repair", "on_site", f"{manyi.now():%Y-%m-%d} 08:00", "上门维修", "王女士",
                          f"{name(n)}@{prefix}{n % domains}.example", ("zh-CN", "en")[n % 2]])
    manyi.run("import", "departments", "departments.csv")
    manyi.run("import", "service-records", "records.csv", timeout=600)


def states(url):
    return {state: int(n) for state, n in scratch.rows(url, "SELECT state, count(*) FROM outbox WHERE step = 0 GROUP BY state")}


def seen(manyi, sinks, mails):
    """Counts what the servers of the instances have recorded."""
    copies, shares = collections.defaultdict(list), []
    for sink in sinks:
        for recipient, ids in sink.copies().items():
            copies[recipient] += ids
        shares.append(sink.count() / max(1, sum(s.count() for s in sinks)))
    every = [len(ids) for ids in copies.values()]
    return Counts(mails=mails, lost=mails - len(copies), duplicates=sum(every) - len(copies), most_copies=max(every),
                  other_message_id=sum(len(set(ids)) - 1 for ids in copies.values()),
                  not_accepted=mails - states(manyi.database).get("accepted", 0), shares=shares)


def finish(manyi, mails, seconds=600):
    """Until every mail is accepted; what died with its server comes back with its lease."""
    harness.wait_until(lambda: states(manyi.database).get("accepted", 0) >= mails, seconds, lambda: states(manyi.database))


def interrupted(manyi, mails, times, interrupt, delay, longest, seed=1):
    """Queues mails and sends them, and so many times ends the instance, at random moments while mail flows."""
    queue(manyi, mails)
    rng = random.Random(seed)
    with Hostile(delay=delay) as sink:
        settings = {"role": "worker", "MANYI_SMTP_URL": sink.url()}
        happened = 0
        for _ in range(times):
            server = manyi.serve(**settings)
            before = sink.count()
            harness.wait_until(lambda: sink.count() > before or states(manyi.database).get("accepted") == mails, 60,
                               lambda: f"no mail is sent any more: {states(manyi.database)}")
            time.sleep(rng.uniform(0, longest))
            # Copies count with the sink, not here.
            happened += states(manyi.database).get("accepted", 0) < mails
            interrupt(server)
            # A claim that died with its worker is given back after its lease; unknown outcomes are tried after 15 minutes.
            manyi.forward(minutes=6)
        manyi.forward(minutes=20)
        with manyi.serve(**settings):
            finish(manyi, mails)
        time.sleep(0.5)
        return seen(manyi, [sink], mails), happened


def together(manyi, instances, mails, delay=0):
    """Sends mails by several instances over one database, each to a server of its own so that its share is known."""
    queue(manyi, mails)
    manyi.run("mail", "pause")
    with contextlib.ExitStack() as stack:
        sinks = [stack.enter_context(Hostile(delay=delay)) for _ in range(instances)]
        servers = [stack.enter_context(manyi.serve(role="worker", MANYI_SMTP_URL=sink.url())) for sink in sinks]
        harness.wait_until(lambda: all(server.lines for server in servers), 60, "an instance does not start")
        manyi.run("mail", "resume")
        finish(manyi, mails)
        time.sleep(0.5)
        return seen(manyi, sinks, mails)


def paced(manyi, instances, mails, per_second, domains=5):
    """Sends mails to domains with such a limit by several instances over one database; how many mails the worst domain got
    within any ten seconds, and within how many seconds all were sent."""
    queue(manyi, mails, domains=domains)
    limits = ",".join(f"c{n}.example={per_second * 60}" for n in range(domains))
    manyi.run("mail", "pause")
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(Hostile())
        settings = {"role": "worker", "MANYI_SMTP_URL": sink.url(), "MANYI_DOMAIN_RATE": limits}
        servers = [stack.enter_context(manyi.serve(**settings)) for _ in range(instances)]
        harness.wait_until(lambda: all(server.lines for server in servers), 60, "an instance does not start")
        manyi.run("mail", "resume")
        finish(manyi, mails)
        assert sink.count() == mails
        times = {domain: sorted(times) for domain, times in sink.times().items()}
    most = max(sum(start <= at < start + 10 for at in came) for came in times.values() for start in came)
    every = [at for came in times.values() for at in came]
    return most, max(every) - min(every)


def beside_a_slow_domain(manyi, mails, seconds, rounds=3):
    """Sends mails, every fifth to a domain whose server takes so long for each; after these have begun, others are queued.
    The longest that one of the others took to go out, in seconds."""
    queue(manyi, mails, domains=5)
    worst = 0
    with Hostile(slow={"c0.example": seconds}) as sink, manyi.serve(role="worker", MANYI_SMTP_URL=sink.url()):
        for round_ in range(rounds + 1):
            if round_:
                queue(manyi, 8, prefix=f"r{round_}-", domains=4)
            queued = time.monotonic()
            others = mails - mails // 5 + 8 * round_
            harness.wait_until(lambda: sum(len(t) for d, t in sink.times().items() if d != "c0.example") >= others, 120,
                               lambda: f"{others} mails were to go past a slow domain: {states(manyi.database)}")
            worst = max(worst, time.monotonic() - queued if round_ else 0)
    return worst
