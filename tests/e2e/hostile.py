"""An SMTP server that records what it takes and can misbehave in twenty ways (RELIABILITY P8).

How it behaves is said by `mode`, or for a single mail by its recipient's name: `rcpt550.7@example.com`. What ends before
the recipient is known can only be chosen by `mode`.
"""

import asyncio
import collections
import re
import threading
import time

import manyi

# Chosen for the whole server: said before any recipient is known.
EARLY = {"banner421", "tarpit", "badbanner", "mail421"}
# Chosen by recipient as well.
LATE = {"ok", "rcpt450", "rcpt452", "rcpt550", "rcpt552", "rcpt554pol", "multiline", "gbk", "garbage", "nocode", "data451",
        "midcut", "lostok", "slowok", "ok554", "cutafter1"}
AT_RCPT = {
    "rcpt450": b"450 4.2.0 Greylisted, please try again in 300 seconds\r\n",
    "rcpt452": b"452 4.2.2 mailbox over quota\r\n",
    "rcpt550": b"550 5.1.1 no such user here\r\n",
    "rcpt552": b"552 5.2.2 mailbox full\r\n",
    "rcpt554pol": b"554 5.7.1 blocked by policy\r\n",
    "rate": b"450 4.7.0 too many mails from you\r\n",
    "multiline": b"250-2.1.5 fine,\r\n250-2.1.5 very fine,\r\n250 2.1.5 indeed\r\n",
    "gbk": "550 邮箱不存在\r\n".encode("gbk"),
    "garbage": bytes(range(128, 200)) + b"\r\n",
    "nocode": b"certainly not\r\n",
}
FOR_EVER = 3600


class Hostile:
    """Listens on a free port while the `with` block runs. `delay` is how long it thinks about a mail it has recorded, and
    `slow` how long about those to some domains."""

    def __init__(self, mode="ok", delay=0, slow=None):
        self.mode, self.delay, self.slow, self.port = mode, delay, slow or {}, manyi.free_port()
        self.lock = threading.Lock()
        self.taken = []  # (recipient, Message-ID, when) of each whole mail, whatever was replied to it
        self.tried = collections.Counter()  # RCPT by recipient
        self.connections = 0
        self.loop = asyncio.new_event_loop()

    def url(self, **parameters):
        given = "".join(f"&{name}={value}" for name, value in parameters.items())
        return f"smtp://127.0.0.1:{self.port}?tls=none{given}"

    def __enter__(self):
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512, limit=1 << 20))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def _close(self):
        self.server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def count(self):
        with self.lock:
            return len(self.taken)

    def copies(self):
        """The Message-IDs that came for each recipient."""
        found = collections.defaultdict(list)
        with self.lock:
            for recipient, message_id, _ in self.taken:
                found[recipient].append(message_id)
        return found

    def times(self):
        """When mails came, by domain."""
        found = collections.defaultdict(list)
        with self.lock:
            for recipient, _, when in self.taken:
                found[recipient.split("@")[1]].append(when)
        return found

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader, writer):
        def say(reply):
            writer.write(reply)
            return writer.drain()

        if self.mode == "tarpit":
            await asyncio.sleep(FOR_EVER)
        if self.mode == "banner421":
            return await say(b"421 4.3.2 too busy\r\n")
        await say(b"HTTP/1.1 400 Bad Request\r\n" if self.mode == "badbanner" else b"220 hostile ESMTP\r\n")
        mode, recipient, mails = self.mode, None, 0
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                await say(b"250-hostile\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            elif verb == b"MAIL":
                mode, recipient = self.mode, None
                if mode == "mail421":
                    return await say(b"421 4.3.2 shutting down\r\n")
                await say(b"250 2.1.0 Ok\r\n")
            elif verb == b"RCPT":
                recipient = re.search(rb"<(.*)>", line).group(1).decode()
                named = recipient.split("@")[0].split(".")[0]
                mode = named if mode == "ok" and (named in LATE or named in AT_RCPT) else mode
                with self.lock:
                    self.tried[recipient] += 1
                reply = AT_RCPT.get(mode, b"250 2.1.5 Ok\r\n")
                recipient = recipient if reply[:1] == b"2" else None
                await say(reply)
            elif verb == b"DATA":
                if recipient is None:
                    await say(b"503 5.5.1 no recipient\r\n")
                    continue
                if mode == "data451":
                    await say(b"451 4.3.0 local error\r\n")
                    continue
                await say(b"354 go on\r\n")
                if mode == "midcut":
                    await reader.readline()
                    return
                message = await reader.readuntil(b"\r\n.\r\n")
                message_id = re.search(rb"(?im)^Message-ID:\s*(\S+)", message).group(1).decode()
                with self.lock:
                    self.taken.append((recipient, message_id, time.monotonic()))
                delay = self.slow.get(recipient.split("@")[1], self.delay)
                if delay:
                    await asyncio.sleep(delay)
                if mode == "lostok":
                    return
                if mode == "slowok":
                    await asyncio.sleep(FOR_EVER)
                mails += 1
                await say(b"554 5.6.0 not like this\r\n" if mode == "ok554" else b"250 2.0.0 Ok: queued\r\n")
                if mode == "cutafter1":
                    return
            elif verb == b"QUIT":
                return await say(b"221 2.0.0 bye\r\n")
            else:
                await say(b"250 2.0.0 Ok\r\n")
