"""A channel that reads letters, and letters to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.email.adapter import EmailChannel
from channels.email.outgoing import LetterHead
from channels.email.settings import EmailSettings
from channels.email.tokens import TicketTokens
from channels.protocol import Event, Inbound, Request
from channels.registry import TABLE
from core.mail import Mail, Outcome, Posted

FIXTURES = Path(__file__).parent / "fixtures"
KEY = "a" * 32
HEAD = LetterHead("한국언론재단(견본)", "02-2001-7114", "서울특별시 중구", "help@example.kr")
TOKENS = TicketTokens("signing")
NUMBER = "E-20261124-7F3K"


class Pigeonhole:
    """A mailer that keeps letters, and says what it was told to say."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.says = Posted(Outcome.SENT)

    async def send(self, mails: Any) -> list[Outcome]:
        raise NotImplementedError

    async def post(self, mail: Mail) -> Posted:
        self.mails.append(mail)
        return self.says


def channel(mailer: Pigeonhole | None = None, **changes: Any) -> EmailChannel:
    settings = EmailSettings(_env_file=None, address=HEAD.address, **changes)
    return EmailChannel(TABLE["email"], settings, mailer or Pigeonhole(), TOKENS, HEAD)


def parsed(raw: bytes | str, **changes: Any) -> Event:
    [event] = channel(**changes).parse(Request(raw if isinstance(raw, bytes) else raw.encode()))
    return event


def read(name: str) -> Event:
    return parsed((FIXTURES / f"{name}.eml").read_bytes())


def letter(text: str = "문의드립니다.", **headers: str) -> str:
    usual = {"From": "hong@example.com", "To": HEAD.address, "Message-ID": "<m-1@example.com>"}
    given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    return "\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text])


def inbound(raw: bytes | str, **changes: Any) -> Inbound:
    event = parsed(raw, **changes)
    assert isinstance(event, Inbound), event
    return event
