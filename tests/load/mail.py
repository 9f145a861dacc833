#!/usr/bin/env python3
"""How fast invitations leave: queue, rendering, DKIM, SMTP and durable state, beside Postfix's own smtp-source.

Queues N invitations, starts one worker against smtp-sink on this machine, and waits until each is noted as accepted. Then
smtp-source sends as many mails of the same size to the same sink. Prints both rates.

  cargo build --release && tests/load/mail.py [--mails 10000] [--key rsa|ed25519|none] [--connections 16]
  MANYI_TEST_POSTGRES_URL=postgres://… tests/load/mail.py --postgres
"""

import argparse
import csv
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("MANYI_BIN", str(ROOT / "target/release/manyi"))
os.environ["PATH"] += ":/usr/sbin"
sys.path.insert(0, str(ROOT / "tests/e2e"))

import manyi as harness  # noqa: E402
import scratch  # noqa: E402

DEPARTMENTS = "code,name_zh,name_en\nrepair,维修服务部,Repair Services\ninstall,安装部,Installation\n"
DOMAINS = 500  # recipients' domains


class Sink:
    """smtp-sink, which reads each mail and throws it away."""

    def __init__(self):
        self.port = harness.free_port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["smtp-sink", *user, f"127.0.0.1:{self.port}", "1024"])

    def __enter__(self):
        def accepts():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        harness.wait_until(accepts, 10, "smtp-sink does not listen")
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def queue(instance, mails):
    """So many services of this morning, each to be asked about now."""
    (instance.home / "departments.csv").write_text(DEPARTMENTS)
    with open(instance.home / "records.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["external_id", "department_code", "touchpoint", "completed_at", "service_type", "customer_name",
                      "email", "locale"])
        for n in range(mails):
            chinese = n % 2 == 0
            out.writerow([f"SR-{n:06}", ("repair", "install")[n % 2], ("on_site", "web")[n % 2], "2026-09-28 08:00",
                          "上门维修", "王小明" if chinese else "Ann O'Neill", f"c{n}@d{n % DOMAINS}.example",
                          "zh-CN" if chinese else "en"])
    instance.run("import", "departments", "departments.csv")
    instance.run("import", "service-records", "records.csv", timeout=600)


def mail_size(instance):
    """Octets of one mail, from the first that a worker writes into a directory."""
    instance.mail_dir.mkdir()
    with instance.serve(role="worker", MANYI_SMTP_URL=f"file:{instance.mail_dir}"):
        harness.wait_until(lambda: len(list(instance.mail_dir.glob("*.eml"))) >= 2, 30, "no mail is written")
        time.sleep(0.5)
    sizes = [file.stat().st_size for file in instance.mail_dir.glob("*.eml")]
    return sum(sizes) // len(sizes)


def processor_time(process):
    """Seconds of processor time that a running process has taken."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send_all(instance, accepted, mails, sink, connections):
    """Seconds until all are noted as accepted, and seconds of processor time the worker took."""
    started = time.monotonic()
    url = f"smtp://127.0.0.1:{sink.port}?tls=none&connections={connections}"
    with instance.serve(role="worker", MANYI_SMTP_URL=url) as worker:
        while accepted() < mails:
            assert time.monotonic() < started + 600, f"{accepted()} of {mails} are accepted"
            time.sleep(0.2)
        return time.monotonic() - started, processor_time(worker.process)


def smtp_source(mails, size, sink, connections):
    """Seconds that Postfix's load generator takes for the same."""
    started = time.monotonic()
    subprocess.run(["smtp-source", "-d", "-s", str(connections), "-m", str(mails), "-l", str(size),
                    "-f", "feedback@manyi.example", "-t", "c1@d1.example", f"127.0.0.1:{sink.port}"], check=True)
    return time.monotonic() - started


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--mails", type=int, default=10_000)
    arguments.add_argument("--key", choices=["rsa", "ed25519", "none"], default="rsa")
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    given = arguments.parse_args()
    signing = {} if given.key == "none" else {"MANYI_DKIM_KEY_FILE": str(ROOT / f"tests/data/dkim/{given.key}.pem")}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as home, Sink() as sink, \
            scratch.database("postgres" if given.postgres else "sqlite", pathlib.Path(home)) as database:
        instance = harness.Manyi(home, database, MANYI_BOUNCE_DOMAIN="bounce.manyi.example", **signing)
        queue(instance, 2)
        size = mail_size(instance)
        queue(instance, given.mails)
        accepted = lambda: scratch.count(database, "SELECT count(*) FROM outbox WHERE state = 'accepted'")
        took, busy = send_all(instance, accepted, given.mails, sink, given.connections)
        beside = smtp_source(given.mails, size, sink, given.connections)
    ours, theirs = given.mails / took, given.mails / beside
    print(f"{given.mails} mails of {size} octets, DKIM {given.key}, {given.connections} connections, "
          f"{'PostgreSQL' if given.postgres else 'SQLite'}, {os.cpu_count()} cores")
    print(f"manyi:       {ours:8.0f} mails/s ({took:.2f} s; processor time {busy:.2f} s)")
    print(f"smtp-source: {theirs:8.0f} mails/s ({beside:.2f} s)")
    print(f"ratio:       {ours / theirs:8.2f}")


if __name__ == "__main__":
    main()
