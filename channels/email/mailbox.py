"""The mailbox that citizens write to, over IMAP. It blocks: call it in a thread."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags

from channels.email.settings import EmailSettings

TIMEOUT: Final = 20.0
"""Seconds that the server may take for each step."""
_OPEN: Final[dict[str, Callable[..., BaseMailBox]]] = {
    "tls": MailBox,
    "starttls": MailBoxStartTls,
    "none": MailBoxUnencrypted,
}


class Mailbox:
    """What an operator has set; `open` connects."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    def open(self) -> OpenMailbox:
        """Connect, log in, and choose the folder; raises `OSError` or what imap-tools raises."""
        wanted = self._settings
        # Left to itself the library asks no server for a certificate that holds.
        proof = {} if wanted.imap_security == "none" else {"ssl_context": ssl.create_default_context()}
        box = _OPEN[wanted.imap_security](wanted.imap_host, wanted.imap_port, timeout=TIMEOUT, **proof)
        password = wanted.imap_password.get_secret_value()
        box.login(wanted.imap_username, password, initial_folder=wanted.imap_folder)
        if wanted.imap_done and not box.folder.exists(wanted.imap_done):
            box.folder.create(wanted.imap_done)
        return OpenMailbox(box, wanted.imap_done)


class OpenMailbox:
    """One connection."""

    def __init__(self, box: BaseMailBox, done: str) -> None:
        self._box = box
        self._done = done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def unread(self) -> list[str]:
        """The ids of letters that nobody has read, oldest first."""
        return self._box.uids(AND(seen=False))

    def read(self, uid: str) -> bytes:
        """The whole letter; it stays unread. Empty when it is gone."""
        status, data = self._box.client.uid("fetch", uid, "(BODY.PEEK[])")
        found = [part[1] for part in data if isinstance(part, tuple)]
        return bytes(found[0]) if status == "OK" and found else b""

    def settle(self, uid: str) -> None:
        """The letter is in our hands: read, and moved where the operator wants it."""
        self._box.flag([uid], [MailMessageFlags.SEEN], True)
        if self._done:
            self._box.move([uid], self._done)

    def give_up(self, uid: str) -> None:
        """Leave the letter to people, marked."""
        self._box.flag([uid], [MailMessageFlags.SEEN, MailMessageFlags.FLAGGED], True)

    def close(self) -> None:
        """Log out; a connection that is broken already is no trouble."""
        with suppress(Exception):  # the library raises errors of three families
            self._box.logout()
