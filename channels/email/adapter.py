"""Letters in and out. One in the mailbox needs no proof; one that a mail server hands over has a secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from channels.email.automatic import judge, without_tag
from channels.email.incoming import Letter
from channels.email.mailbox import Mailbox
from channels.email.outgoing import LetterHead, Thread, compose
from channels.email.settings import EmailSettings
from channels.email.tokens import TicketTokens
from channels.email.words import own_words
from channels.protocol import (
    LARGEST_FILE,
    LONGEST_TEXT,
    Abilities,
    Delivery,
    Event,
    Ignored,
    Inbound,
    InboundFile,
    Outcome,
    Receipt,
    Reply,
    Request,
)
from channels.text import shorten
from core import mail
from core.errors import Forbidden, Malformed, Unauthorized
from core.mail import Mailer, build_mailer
from core.secrets import Secrets
from core.settings import Settings

SECRET_HEADER = "x-eungdae-secret"  # noqa: S105 - the header's name, not a secret
_MOST_FILES = 10
_LONGEST_NAME = 50
_WHOLE_TEXT = "메일 본문.txt"
_GENERIC = (
    "문의",
    "문의드립니다",
    "문의합니다",
    "질문",
    "질문드립니다",
    "안녕하세요",
    "안녕하십니까",
    "제목없음",
)


class EmailChannel:
    """One address of the institution."""

    name = "email"

    def __init__(
        self, abilities: Abilities, settings: EmailSettings, mailer: Mailer, tokens: TicketTokens,
        head: LetterHead,
    ) -> None:  # fmt: skip
        self.abilities = abilities
        self.mailbox = Mailbox(settings) if settings.imap_host else None
        self._settings = settings
        self._mailer = mailer
        self._tokens = tokens
        self._head = head
        self._own = frozenset({without_tag(head.address)})

    def verify(self, request: Request) -> None:
        """For a letter that a mail server hands over by HTTP; one of the mailbox needs no other proof."""
        expected = self._settings.secret.get_secret_value()
        if not expected:
            raise Forbidden("메일을 직접 넘겨받지 않습니다.")
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), expected.encode()):
            raise Unauthorized("인증되지 않은 요청입니다.")

    def parse(self, request: Request) -> Sequence[Event]:
        try:
            letter = Letter.read(request.body)
            if not (letter.header("From") or letter.header("Sender")):
                raise Malformed("메일의 형식이 올바르지 않습니다.")
            event = self._forged(letter) or judge(letter, request.body, self._own)
            return [event or self._inbound(letter, request.body)]
        except RecursionError as error:  # parts within parts within parts
            raise Malformed("메일의 형식이 올바르지 않습니다.") from error

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """Whoever hands a letter over is told nothing but that it was taken."""
        return {}

    async def send(self, delivery: Delivery) -> Receipt:
        posted = await self._mailer.post(compose(delivery, self._head, self._tokens))
        outcomes = {mail.Outcome.SENT: Outcome.SENT, mail.Outcome.REFUSED: Outcome.REFUSED}
        outcome = outcomes.get(posted.outcome, Outcome.LATER)
        return Receipt(outcome, posted.reason, uncertain=posted.uncertain, id=delivery.key)

    async def fetch(self, file: InboundFile) -> bytes:
        return file.content

    def _inbound(self, letter: Letter, raw: bytes) -> Inbound | Ignored:
        name, address = next(iter(letter.addresses("From")), ("", ""))
        if not address.isascii() or not address:
            return Ignored("no address to answer to")
        text, files = _content(letter)
        message_id = letter.header("Message-ID")
        thread = Thread.of(message_id, letter.ids[::-1], letter.header("Subject"))
        to = [one for _, one in letter.addresses("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")]
        return Inbound(
            channel=self.name,
            sender=self._tokens.fingerprint(address),
            message_id=hashlib.sha256(message_id.encode() or raw).hexdigest(),
            text=text,
            files=tuple(files),
            thread=thread.dump(),
            address=address,
            name="" if "@" in name else name[:_LONGEST_NAME].strip(),
            number=self._tokens.number_in([*to, *letter.ids]),
        )

    def _forged(self, letter: Letter) -> Ignored | None:
        """What our own mail server has found out about the sender, if it is known by name."""
        trusted = self._settings.trusted_results.casefold()
        results = [value.casefold() for value in letter.headers("Authentication-Results")]
        mine = [value for value in results if trusted and value.split(";")[0].split()[:1] == [trusted]]
        # The server writes above what came with the letter, which anybody may have written.
        return Ignored("forged sender") if mine and "dmarc=fail" in mine[0] else None


def email_channel(abilities: Abilities, settings: Settings, secrets: Secrets) -> EmailChannel | None:
    """The channel of the settings; None without an address, or without a server to send by."""
    ours, mailer = EmailSettings.load(), build_mailer(settings, secrets)
    if not ours.configured or mailer is None:
        return None
    place = settings.foundation_address
    head = LetterHead(settings.foundation_name, settings.foundation_phone, place, ours.address)
    mailer = replace(mailer, sender=ours.address)
    return EmailChannel(abilities, ours, mailer, TicketTokens(secrets.signing_key), head)


def _content(letter: Letter) -> tuple[str, list[InboundFile]]:
    """The words inside the limit of a message, and the files; what didn't fit is said, or kept as a file."""
    taken = [file for file in letter.files if len(file.content) <= LARGEST_FILE][:_MOST_FILES]
    text = "\n\n".join(filter(None, [_subject(letter), own_words(letter.text, is_reply=letter.is_reply)]))
    notes = []
    if left := len(letter.files) - len(taken):
        notes.append(f"(첨부 파일 {left}개는 너무 크거나 많아 받지 못했습니다)")
    if len(text) + 100 > LONGEST_TEXT:
        taken.insert(0, InboundFile(_WHOLE_TEXT, "text/plain", text.encode()))
        notes.append(f"(전체 내용은 첨부한 '{_WHOLE_TEXT}'에 있습니다)")
    text = shorten(text, LONGEST_TEXT - 100) or (
        "(파일을 보냈습니다)" if taken else "(내용이 없는 메일입니다)"
    )
    return "\n\n".join([text, *notes]), taken


def _subject(letter: Letter) -> str:
    """Part of what is said, where it says something: not that of an answer, which repeats ours."""
    subject = letter.header("Subject")
    generic = "".join(c for c in subject if c.isalnum()) in _GENERIC
    return "" if letter.is_reply or generic else subject
