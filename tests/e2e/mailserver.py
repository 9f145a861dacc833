"""Postfix as it comes with Debian, with a configuration, a queue and a port of its own; the system's is not touched."""

import os
import pathlib
import pwd
import socket
import subprocess

import manyi

MAIN = """compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.manyi.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_tls_security_level = none
smtpd_recipient_restrictions = permit_mynetworks, reject
# Takes mail for everybody and finds out later who there is, as many servers behind a gateway do.
smtpd_reject_unlisted_recipient = no
virtual_mailbox_domains = example.com, bounce.manyi.example
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = regexp:{home}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""
# Customers who have a mailbox, and the one that bounces come back to; both are maildirs.
MAILBOXES = r"""/^known1@example\.com$/ known1/
/^known2@example\.com$/ known2/
/^b\+.+@bounce\.manyi\.example$/ bounces/
"""


class Postfix:
    """Runs while the `with` block does. It has to be started by root, and delivers as `nobody`."""

    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.port = manyi.free_port()
        self.url = f"smtp://127.0.0.1:{self.port}?tls=none"
        self.bounces = self.home / "mail" / "bounces"

    def _postfix(self, command):
        return subprocess.run(["postfix", "-c", self.home / "etc", command], capture_output=True, text=True)

    def __enter__(self):
        nobody, postfix = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
        for parent in [self.home.parent, *self.home.parent.parents]:
            if parent.owner() == "root" and parent.stat().st_mode & 0o777 == 0o700:
                parent.chmod(0o711)
        for folder in ("", "etc", "queue", "data", "mail", "mail/bounces"):
            (self.home / folder).mkdir()
        os.chown(self.home / "data", postfix.pw_uid, postfix.pw_gid)
        for folder in (self.home / "mail", self.bounces):
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        (self.home / "mailboxes").write_text(MAILBOXES)
        names = {"home": self.home, "port": self.port, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
        (self.home / "etc" / "main.cf").write_text(MAIN.format(**names))
        (self.home / "etc" / "master.cf").write_text(MASTER.format(**names))
        started = self._postfix("start")

        def accepts():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        manyi.wait_until(accepts, 20, lambda: f"Postfix does not listen\n{started.stderr}{self.log()}")
        return self

    def __exit__(self, *_):
        self._postfix("stop")

    def log(self):
        log = self.home / "log"
        return log.read_text() if log.exists() else ""

    def mailbox(self, name):
        """The mails of a customer, as they were delivered."""
        return [file.read_bytes() for file in sorted((self.home / "mail" / name / "new").glob("*"))]
