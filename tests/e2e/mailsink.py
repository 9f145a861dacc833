"""SMTP servers not of manyi's making: aiosmtpd, which records (and may be slow), and Postfix's smtp-sink, which dumps."""

import asyncio
import collections
import email
import email.policy
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import aiosmtpd.controller

import manyi

URL = re.compile(r"https?://[^\s\"'<>]+")
SURVEY = re.compile(r"/s/[^/]+$")


class Recorder:
    """aiosmtpd on a free port. `delay` holds each mail so long before its 250, after it was recorded."""

    def __init__(self, _directory=None, delay=0):
        self.delay, self.raw, self.senders, self.lock = delay, [], [], threading.Lock()
        self.controller = aiosmtpd.controller.Controller(self, hostname="127.0.0.1", port=manyi.free_port())

    async def handle_DATA(self, _server, _session, envelope):
        with self.lock:
            self.raw.append(envelope.content)
            self.senders.append(envelope.mail_from)
        if self.delay:
            await asyncio.sleep(self.delay)
        return "250 OK"

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.controller.port}?tls=none"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    def count(self):
        return len(self.raw)

    def messages(self):
        with self.lock:
            return [parse(raw) for raw in self.raw]


class PostfixSink:
    """smtp-sink; one dump file for each mail."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.port = manyi.free_port()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    def __enter__(self):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        if user:  # as root it gives up its rights, and needs a way to its directory
            for parent in [self.directory, *self.directory.parents]:
                if parent.owner() == "root" and parent.stat().st_mode & 0o777 == 0o700:
                    parent.chmod(0o711)
            self.directory.chmod(0o777)
        self.process = subprocess.Popen(
            ["smtp-sink", *user, "-c", "-d", "mail.", f"127.0.0.1:{self.port}", "128"], cwd=self.directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

        def accepts():
            assert self.process.poll() is None, self.process.stderr.read()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        manyi.wait_until(accepts, 10, "smtp-sink does not listen")
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def count(self):
        return sum(1 for _ in self.directory.glob("mail.*"))

    def messages(self):
        time.sleep(0.2)  # the last file is written after its mail was counted
        return [parse(file.read_bytes()) for file in self.directory.glob("mail.*")]


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def in_directory(directory):
    """What `MANYI_SMTP_URL=file:DIR` left."""
    return [parse(f.read_bytes()) for f in sorted(pathlib.Path(directory).rglob("*")) if f.is_file()]


def wait_for(sink, n, seconds=120):
    """Until n mails have come, and none more comes after them."""
    manyi.wait_until(lambda: sink.count() >= n, seconds, lambda: f"{sink.count()} of {n} mails came")
    time.sleep(1)
    return sink.messages()


def parts(message):
    """The text and the HTML part, decoded."""
    assert message.get_content_type() == "multipart/alternative", message.get_content_type()
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and html is not None
    return text.get_content(), html.get_content()


def survey_links(message):
    """The address of the questionnaire as the two parts give it: {path: {option or None}}."""
    found = []
    for part in parts(message):
        links = collections.defaultdict(set)
        for url in URL.findall(part.replace("&amp;", "&")):
            url = url.rstrip(".,;:!?)]}>。，；：！？）】、")
            base, _, query = url.partition("?")
            if SURVEY.search(base):
                links[base].add(dict(p.split("=", 1) for p in query.split("&") if "=" in p).get("q.overall"))
        found.append(dict(links))
    return found
