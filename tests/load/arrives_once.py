#!/usr/bin/env python3
"""Counts what is lost and what comes twice: kill -9, SIGTERM, and several instances over one PostgreSQL; and how limits per
domain hold.

  cargo build --release && MANYI_TEST_POSTGRES_URL=postgres://… tests/load/arrives_once.py [--scale 1.0]

Ends with 1 if a count is not what is promised.
"""

import argparse
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("MANYI_BIN", str(ROOT / "target/release/manyi"))
sys.path.insert(0, str(ROOT / "tests/e2e"))

import mailing  # noqa: E402
import manyi as harness  # noqa: E402
import scratch  # noqa: E402


def on(kind, run):
    """Runs it with an instance over an empty database, and has `manyi doctor` look at that afterwards."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as home, \
            scratch.database(kind, pathlib.Path(home)) as database:
        instance = harness.Manyi(home, database)
        result = run(instance)
        instance.run("doctor", timeout=600)
        return result


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--scale", type=float, default=1.0, help="of the number of mails")
    scale = arguments.parse_args().scale
    broken = []

    def say(what, counts, duplicates, least_share=0.0):
        print(f"{what}: {counts}", flush=True)
        if counts.lost or counts.other_message_id or counts.not_accepted or counts.duplicates > duplicates \
                or min(counts.shares) < least_share:
            broken.append(what)

    for kind, name in (("sqlite", "SQLite"), ("postgres", "PostgreSQL")):
        mails = int(5000 * scale)
        counts, kills = on(kind, lambda manyi: mailing.interrupted(manyi, mails, 30, lambda s: s.kill(), 0.01, 0.25))
        say(f"{name}, {kills} of 30 kill -9 while mail was on its way", counts, kills * mailing.CONNECTIONS)
        mails = int(2000 * scale)
        counts, stops = on(kind, lambda manyi: mailing.interrupted(manyi, mails, 10, lambda s: s.stop(), 0.01, 0.25))
        say(f"{name}, {stops} of 10 SIGTERM while mail was on its way", counts, 0)
    for instances in (2, 4):
        mails = int(10_000 * scale)
        counts = on("postgres", lambda manyi: mailing.together(manyi, instances, mails))
        say(f"PostgreSQL, {instances} instances", counts, 0, 0.25 if instances == 2 else 0.05)
    mails = int(2000 * scale)
    most, seconds = on("postgres", lambda manyi: mailing.paced(manyi, 2, mails, 10))
    print(f"PostgreSQL, 2 instances, 5 domains limited to 10 a second each: {mails} mails in {seconds:.0f} s, "
          f"at most {most} to a domain within 10 s", flush=True)
    if most > 110:
        broken.append("limits per domain")
    for kind, name in (("sqlite", "SQLite"), ("postgres", "PostgreSQL")):
        worst = on(kind, lambda manyi: mailing.beside_a_slow_domain(manyi, 200, 4))
        print(f"{name}, a domain that takes 4 s for each mail: mails to others went out within {worst:.1f} s", flush=True)
        if worst > 1.5:
            broken.append(f"{name}, beside a slow domain")
    for what in broken:
        print(f"not as promised: {what}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
