"""Citizens with mail programs, and the server that letters go through: nothing leaves this machine.

A citizen's letter is handed over by HTTP, with the secret of `example`; ours come to a small SMTP server on
`port`, which starts and ends with `app`. Who answers answers to the newest letter, as a mail program does.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from types import MappingProxyType
from typing import ClassVar, Self

import httpx
from fastapi import FastAPI

from channels.email.adapter import SECRET_HEADER
from channels.email.incoming import Letter
from channels.email.settings import EmailSettings
from channels.fake import FakeCloud, Fault, Hook, Received, Said, Shown
from core.clock import Clock
from core.secrets import Secrets
from core.settings import load_settings

_SECRET = "email-fake-secret"  # noqa: S105 - opens nothing but a program that was set up for this fake
_ADDRESS = "help@example.kr"
# Where the library folds a Korean subject, it loses blanks.
_UNFOLDED = policy.default.clone(max_line_length=None)
_REFUSALS = {"429": "451 4.7.1 slow down", "500": "451 4.3.0 broken", "refuse": "550 5.1.1 no such mailbox"}


class FakeMail(FakeCloud):
    """One mail server. A citizen is an address, or what stands before "@example.com" in it."""

    name: ClassVar[str] = "email"
    title: ClassVar[str] = "전자우편"
    settings: ClassVar[type[EmailSettings]] = EmailSettings
    example: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "EUNGDAE_EMAIL_ADDRESS": _ADDRESS,
            "EUNGDAE_EMAIL_SECRET": _SECRET,
            "EUNGDAE_SMTP_HOST": "127.0.0.1",
            "EUNGDAE_SMTP_PORT": "2525",
            "EUNGDAE_SMTP_SECURITY": "none",
        }
    )

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(webhook, client, clock)
        self.port = 0
        """Where the SMTP server listens on loopback; 0: on a free port, which stands here once it runs."""
        self.secret = _SECRET
        self.letters: list[Letter] = []
        """Ours, as they were taken."""
        self._hooks: dict[tuple[str, str, str], Hook] = {}
        self._people: dict[str, str] = {}
        self._newest: dict[str, Letter] = {}
        self.app.router.lifespan_context = self._lifespan

    @classmethod
    def opened(cls, webhook: str, secrets: Secrets) -> Self:
        fake = cls(webhook)
        fake.port = load_settings().smtp_port
        fake.secret = EmailSettings.load().secret.get_secret_value() or _SECRET
        return fake

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Take letters on `port`."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    @asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        async with self.serving():
            yield

    def hook(self, said: Said) -> Hook:
        # An answer written anew would refer to a newer letter: a second delivery is the same one.
        name = (said.sender, said.message_id, said.text)
        if name not in self._hooks:
            proof = {"content-type": "message/rfc822", SECRET_HEADER: self.secret}
            self._hooks[name] = Hook(self._written(said).as_bytes(policy=_UNFOLDED), proof)
        return self._hooks[name]

    def address_of(self, sender: str) -> str:
        """The citizen's e-mail address."""
        address = sender if "@" in sender else f"{sender.lower()}@example.com"
        self._people[address] = sender
        return address

    def _written(self, said: Said) -> EmailMessage:
        address = self.address_of(said.sender)
        letter = EmailMessage()
        letter["From"] = f"{said.sender.partition('@')[0]} <{address}>"
        letter["Date"] = format_datetime(said.at or self.clock.now())
        letter["Message-ID"] = f"<{_id(said.message_id)}@example.com>"
        if before := self._newest.get(address):
            letter["To"] = before.header("Reply-To") or _ADDRESS
            letter["Subject"] = before.header("Subject")
            letter["In-Reply-To"] = before.header("Message-ID")
            letter["References"] = before.header("Message-ID")
        else:
            letter["To"], letter["Subject"] = _ADDRESS, "문의드립니다"
        letter.set_content(said.text)
        if said.file:
            main, _, sub = (said.file.media_type or "application/octet-stream").partition("/")
            letter.add_attachment(said.file.content, main, sub or "plain", filename=said.file.name)
        return letter

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: as much of SMTP as delivers a letter."""
        to = ""
        try:
            await _say(writer, "220 fake ready")
            while line := (await reader.readline()).decode(errors="replace").strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                if verb == "DATA":
                    await _say(writer, "354 go on")
                    if not await self._delivered(writer, to, await _body(reader)):
                        return
                else:
                    await _say(writer, "250 fine" if verb != "QUIT" else "221 bye")
                if verb == "QUIT":
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever wrote has gone away
        finally:
            writer.close()

    async def _delivered(self, writer: asyncio.StreamWriter, to: str, raw: bytes) -> bool:
        """Take the letter, or fail as asked; False: the connection is to be closed."""
        fault = self.faults.popleft() if self.faults else None
        fault = None if fault and fault.kind == "pass" else fault
        letter = Letter.read(raw)
        headers = {name.lower(): letter.header(name) for name in letter.message}
        kind = fault.kind if fault else ""
        self.received.append(Received("DATA", to, headers, raw, self.clock.now(), kind))
        if fault is None or fault.taken:
            self._take(to, letter)
        if fault is None:
            await _say(writer, "250 taken")
            return True
        return await _failed(writer, fault)

    def _take(self, to: str, letter: Letter) -> None:
        """A mail program shows one letter once, however often its Message-ID comes."""
        bubble = Shown(letter.text.strip(), title=letter.header("Subject"))
        if self.show(self._people.get(to, to), [bubble], letter.header("Message-ID")):
            self.letters.append(letter)
            self._newest[to] = letter


def _id(message_id: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", message_id)
    return message_id if plain else hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()


async def _failed(writer: asyncio.StreamWriter, fault: Fault) -> bool:
    if fault.kind == "timeout":
        await asyncio.sleep(60)
    if fault.kind in ("timeout", "cut"):
        return False
    await _say(writer, _REFUSALS[fault.kind])
    return True


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()


async def _body(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readuntil(b"\n")).rstrip(b"\r\n") != b".":
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)
