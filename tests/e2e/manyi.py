"""One manyi instance as its operator sees it: a directory, a database, a clock, commands, a server that can be killed."""

import datetime as dt
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("MANYI_BIN", str(ROOT / "target/debug/manyi"))
LISTENING = re.compile(r"listening on (http://\S+)")
# Settings under which an invitation goes out at once; a test may change each.
PROMPT = {"MANYI_INVITE_DELAY_MINUTES": "0", "MANYI_QUIET_HOURS": "off", "MANYI_COOLDOWN_DAYS": "0"}


# Below the range from which the system takes ports of its own; each is handed out once, for who asked may listen later.
PORTS = random.sample(range(20000, 32000), 12000)


def free_port():
    """A port nobody listens on, and that nobody else in these tests was promised."""
    while True:
        port = PORTS.pop()
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until(condition, seconds, what):
    """Waits until the condition is true and returns its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)
    return value


class Manyi:
    """The instance. Its clock starts at `clock`, runs on between its processes, and may be moved forward."""

    def __init__(self, home, database_url, clock="2026-09-28T09:00:00+08:00", **settings):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.database = database_url
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.mail_dir = self.home / "mail"
        self.log = self.home / "stderr.log"
        self.clock = dt.datetime.fromisoformat(clock)
        self.started = time.monotonic()
        self.settings = {
            "MANYI_DATABASE_URL": database_url,
            "MANYI_PUBLIC_URL": self.url,
            "MANYI_SECRET_FILE": str(self.home / "secret"),
            "MANYI_SMTP_URL": f"file:{self.mail_dir}",
            "MANYI_MAIL_FROM": "feedback@manyi.example",
            "MANYI_ENV": "test",
            **PROMPT,
            **settings,
        }

    def now(self):
        return self.clock + dt.timedelta(seconds=time.monotonic() - self.started)

    def forward(self, **delta):
        """What starts from here on starts later by so much."""
        self.clock += dt.timedelta(**delta)

    def environment(self, **settings):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MANYI_")}
        clock = {"MANYI_CLOCK": self.now().isoformat(timespec="seconds")}
        merged = {**clean, **clock, **self.settings, **settings}
        return {k: v for k, v in merged.items() if v is not None}

    def try_run(self, *args, timeout=120, stdin=None, **settings):
        """Runs a command and hands back what came of it; a panic is never right."""
        done = subprocess.run([BINARY, *map(str, args)], cwd=self.home, env=self.environment(**settings), text=True,
                              input=stdin if stdin is not None else "", capture_output=True, timeout=timeout)
        assert "panicked" not in done.stderr, done.stderr
        return done

    def run(self, *args, **kwargs):
        """Runs a command that must succeed; its standard output."""
        done = self.try_run(*args, **kwargs)
        assert done.returncode == 0, f"manyi {' '.join(map(str, args))}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *args):
        return json.loads(self.run(*args))

    def token(self, name, *scopes):
        """A bearer token, the last word that `manyi token create` prints."""
        return self.run("token", "create", name, "--scope", ",".join(scopes)).split()[-1]

    def link(self, *args):
        """The one-time link that a command prints."""
        return re.search(r"https?://\S+", self.run(*args)).group()

    def serve(self, role="all", port=None, **settings):
        return Server(self, role, self.port if port is None else port, settings)


class Server:
    """`manyi serve`, from the moment it listens; ends with the `with` block."""

    def __init__(self, manyi, role, port, settings):
        self.manyi = manyi
        self.lines = []
        with open(manyi.log, "a") as stderr:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--role", role, "--listen", f"127.0.0.1:{port}"], cwd=manyi.home, text=True,
                env=manyi.environment(**settings), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr)
        self.listening = threading.Event()
        self.url = None
        threading.Thread(target=self._read, daemon=True).start()
        if role != "worker" and not self.listening.wait(30):
            self.process.kill()
            raise AssertionError(f"manyi serve does not listen\n{self.lines}\n{manyi.log.read_text()[-2000:]}")

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if found := LISTENING.search(line):
                self.url = found.group(1)
                self.listening.set()

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM: drains and ends in time."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("SIGTERM did not end the server within 30 s") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
