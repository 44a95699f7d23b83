"""A real IMAP server in memory, and a real SMTP server beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imap_tools import MailBoxUnencrypted

USER, PASSWORD = "help", "pass"


@dataclass(frozen=True)
class Inbox:
    """One account; everybody who looks in opens a connection of their own."""

    port: int

    @contextmanager
    def opened(self) -> Iterator[MailBoxUnencrypted]:
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=5).login(USER, PASSWORD) as box:
            yield box

    def put(self, letter: str) -> None:
        """Somebody's letter comes in."""
        with self.opened() as box:
            box.append(letter.replace("\n", "\r\n").encode(), "INBOX", flag_set=[])

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """What each letter there is marked with."""
        with self.opened() as box:
            box.folder.set(folder)
            return [
                {flag for flag in message.flags if flag != "\\Recent"}
                for message in box.fetch(mark_seen=False)
            ]


@contextmanager
def running(certificate: Path | None = None) -> Iterator[Inbox]:
    """The server, while it is needed; it is up in a quarter of a second. With a certificate: STARTTLS."""
    port = free_port()
    command = [Path(sys.executable).parent / "pymap", "--no-service", "admin", "--host", "127.0.0.1"]
    tls = ["--cert", certificate, "--key", certificate] if certificate else ["--no-tls"]
    user = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    call = [*command, "--port", str(port), *tls, *user]
    server = subprocess.Popen(call, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield Inbox(port)
    finally:
        server.terminate()
        server.wait(5)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(500):
        assert server.poll() is None, "the IMAP server ended"
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the IMAP server isn't up after ten seconds")
