"""E-mail out: a few letters at a time over one connection to the institution's mail server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.message import Message
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
    """A letter in plain text; `key` names it: the same at each try, so that a repetition can be told."""

    to: str
    subject: str
    text: str
    key: str


class Outcome(Enum):
    """What became of a letter."""

    SENT = "sent"
    LATER = "later"  # the server is away or busy: worth another try
    REFUSED = "refused"  # the server will never take it


class Mailer(Protocol):
    """Sends letters."""

    async def send(self, mails: Sequence[Mail]) -> list[Outcome]:
        """Send them in their order; one outcome each. Never raises for a server's failure."""
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
                    outcomes.append(await self._one(server, mail))  # noqa: PERF401
        except (aiosmtplib.SMTPException, OSError) as error:
            # The text of an error may repeat an address: only its kind is logged.
            log.warning("the mail server can't be used", error=type(error).__name__, host=self.host)
        return outcomes + [Outcome.LATER] * (len(mails) - len(outcomes))

    async def trouble(self) -> str:
        """Try the connection and the log-in; returns the kind of error, empty when all is well."""
        try:
            async with self._connection():
                return ""
        except (aiosmtplib.SMTPException, OSError) as error:
            return type(error).__name__

    async def _one(self, server: aiosmtplib.SMTP, mail: Mail) -> Outcome:
        if parseaddr(mail.to)[1] != mail.to:
            return Outcome.REFUSED  # no address that a letter could carry
        try:
            await server.send_message(self._letter(mail), sender=self.sender, recipients=[mail.to])
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _outcome(error.recipients[0].code)
        except aiosmtplib.SMTPResponseException as error:
            return _outcome(error.code)
        return Outcome.SENT

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
        letter["From"] = formataddr((self.name, self.sender))
        letter["To"] = mail.to
        letter["Subject"] = Header(mail.subject, "utf-8")
        letter["Date"] = formatdate()
        letter["Message-ID"] = f"<{mail.key}@{self.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        return letter


def _outcome(code: int) -> Outcome:
    """A 5xx is the server's last word; a busy server, a full mailbox or greylisting (4xx) is not."""
    return Outcome.REFUSED if code >= 500 else Outcome.LATER


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
