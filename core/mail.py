"""E-mail out: a few letters at a time over one connection to the institution's mail server."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, formatdate, parseaddr
from enum import Enum
from typing import Any, Final, Literal, Protocol

import aiosmtplib
import structlog

from core.secrets import Secrets
from core.settings import Settings

Security = Literal["starttls", "tls", "none"]

TIMEOUT: Final = 10.0
"""Seconds that the server may take for each step."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Mail:
    """A letter; `key` names it: the same at each try, so that a repetition can be told.

    `html` says the same as `text` for programs that show it; `headers` come besides the usual ones, or in
    their place.
    """

    to: str
    subject: str
    text: str
    key: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Outcome(Enum):
    """What became of a letter."""

    SENT = "sent"
    LATER = "later"  # the server is away or busy: worth another try
    REFUSED = "refused"  # the server will never take it


@dataclass(frozen=True)
class Posted:
    """What a server said to a letter: the `reason` why not is in Korean, for staff, and names nobody.

    `uncertain`: the server may have taken it all the same.
    """

    outcome: Outcome
    reason: str = ""
    uncertain: bool = False


class Mailer(Protocol):
    """Sends letters."""

    async def send(self, mails: Sequence[Mail]) -> list[Outcome]:
        """Send them in their order; one outcome each. Never raises for a server's failure."""
        ...

    async def post(self, mail: Mail) -> Posted:
        """Send one, and tell why not. Never raises for a server's failure."""
        ...


@dataclass(frozen=True)
class SmtpMailer:
    """Sends through an SMTP server."""

    host: str
    port: int
    sender: str
    name: str
    security: Security = "starttls"
    username: str = ""
    password: str = ""
    timeout: float = TIMEOUT

    async def send(self, mails: Sequence[Mail]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            async with self._connection() as server:
                for mail in mails:
                    # One by one: what was sent before the connection broke stays sent.
                    outcomes.append((await self._one(server, mail)).outcome)  # noqa: PERF401
        except (aiosmtplib.SMTPException, OSError) as error:
            # The text of an error may repeat an address: only its kind is logged.
            log.warning("the mail server can't be used", error=type(error).__name__, host=self.host)
        return outcomes + [Outcome.LATER] * (len(mails) - len(outcomes))

    async def post(self, mail: Mail) -> Posted:
        posted = Posted(Outcome.LATER, "전자우편 서버에 연결하지 못했습니다.")
        try:
            async with self._connection() as server:
                posted = Posted(Outcome.LATER, "전자우편 서버의 응답이 끊겼습니다.", uncertain=True)
                posted = await self._one(server, mail)
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("the mail server can't be used", error=type(error).__name__, host=self.host)
        return posted

    async def trouble(self) -> str:
        """Try the connection and the log-in; returns the kind of error, empty when all is well."""
        try:
            async with self._connection():
                return ""
        except (aiosmtplib.SMTPException, OSError) as error:
            return type(error).__name__

    async def _one(self, server: aiosmtplib.SMTP, mail: Mail) -> Posted:
        if parseaddr(mail.to)[1] != mail.to:
            return Posted(Outcome.REFUSED, why("5.1.3"))  # no address that a letter could carry
        try:
            await server.send_message(self._letter(mail), sender=self.sender, recipients=[mail.to])
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _posted(error.recipients[0].code, error.recipients[0].message)
        except aiosmtplib.SMTPResponseException as error:
            return _posted(error.code, error.message)
        return Posted(Outcome.SENT)

    def _connection(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            username=self.username or None,
            password=self.password or None,
            timeout=self.timeout,
        )

    def _letter(self, mail: Mail) -> Message[Any, Any]:
        # The older classes of the library: the newer one loses blanks where it folds a Korean subject.
        letter: Message[Any, Any] = MIMEText(mail.text, "plain", "utf-8")
        if mail.html:
            letter = MIMEMultipart("alternative", _subparts=[letter, MIMEText(mail.html, "html", "utf-8")])
        usual = {
            "From": formataddr((self.name, self.sender)),
            "To": mail.to,
            "Date": formatdate(),
            "Message-ID": f"<{mail.key}@{self.sender.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        }
        letter["Subject"] = Header(mail.subject, "utf-8")
        for name, value in (usual | dict(mail.headers)).items():
            letter[name] = value
        return letter


def why(status: str) -> str:
    """What an enhanced status code of RFC 3463 ("5.1.1") says, in Korean, for staff."""
    subject = ".".join(status.split(".")[1:])
    words = _WHY.get(subject) or _WHY.get(subject.split(".")[0]) or "받는 쪽 서버가 받지 않았습니다"
    return f"{words}({status})."


_WHY: Final = {
    "1": "받는 주소가 올바르지 않습니다",
    "1.1": "없는 주소입니다",
    "1.2": "없는 주소입니다",
    "1.10": "없는 주소입니다",
    "2.1": "사용이 중지된 메일함입니다",
    "2.2": "받는 메일함이 가득 찼습니다",
    "3.4": "받는 쪽이 받을 수 있는 크기를 넘었습니다",
    "4": "받는 쪽 서버에 닿지 못했습니다",
    "7": "받는 쪽 서버가 수신을 거절했습니다",
}
_ENHANCED: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


def _posted(code: int, message: str) -> Posted:
    """A 5xx is the server's last word; a busy server, a full mailbox or greylisting (4xx) is not."""
    # The message may repeat an address: only its status is kept.
    status = _ENHANCED.search(message)
    reason = why(status[0]) if status else f"받는 쪽 서버가 받지 않았습니다({code})."
    return Posted(Outcome.REFUSED if code >= 500 else Outcome.LATER, reason)


def build_mailer(settings: Settings, secrets: Secrets) -> SmtpMailer | None:
    """The mailer of the settings; None when no server is set."""
    if not settings.smtp_host:
        return None
    return SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_from,
        name=settings.foundation_name,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=secrets.smtp_password,
    )
