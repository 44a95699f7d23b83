"""The masked text behind a document of the search, to index it and to show a piece of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from conversations.models import Message
from conversations.search_marks import marks
from conversations.search_tables import MATTER, SearchDocument, searched
from core.errors import Unavailable
from core.privacy import Vault, VaultItem, label, redact
from desk import tickets
from desk.models import Ticket, TicketEvent

T = TypeVar("T")
_FOR_STAFF = frozenset({"noted", "transferred"})
_SNIPPET = 160
_BEFORE = 40


@dataclass(frozen=True)
class Written:
    """What somebody wrote, masked; `author` is citizen, staff, whisper or note. Empty where it is gone."""

    author: str
    text: str


class Texts:
    """Reads documents in one transaction."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault
        self._names: dict[str, str | None] = {}
        self._kept: list[object] = []

    def warm_up(self, documents: Sequence[SearchDocument]) -> None:
        """Read what stands behind many documents in a few queries: each is then found in the session."""
        keys: dict[str, list[str]] = {}
        for document in documents:
            kind, _, key = document.subject.partition(":")
            keys.setdefault(kind, []).append(key)
        ids = [document.ticket_id for document in documents if document.ticket_id]
        found = self._all(Ticket, Ticket.id, ids)
        self._all(Message, Message.id, keys.get("message", []))
        self._all(TicketEvent, TicketEvent.id, [int(key) for key in keys.get("event", [])])
        refs = [ref for ticket in found for ref in (ticket.name_ref, ticket.matter_ref)]
        self._all(VaultItem, VaultItem.id, refs)

    def _all(self, kind: type[T], column: InstrumentedAttribute[Any], ids: Sequence[object]) -> list[T]:
        found = list(self._session.scalars(select(kind).where(column.in_(ids)))) if ids else []
        self._kept += found  # the session itself forgets what nobody holds
        return found

    def read(self, document: SearchDocument) -> Written:
        """The text of the document; personal data is masked, and so is the name of its ticket's citizen."""
        kind, _, key = document.subject.partition(":")
        try:
            author, text = self._found(f"{kind}:", key)
        except Unavailable:  # encrypted under another key
            return Written("citizen", "")
        return Written(author, self._masked(text, document.ticket_id))

    def marks(self, document: SearchDocument) -> list[str]:
        """What stands in the index for the telephone numbers and e-mail addresses in the text."""
        kind, _, key = document.subject.partition(":")
        try:
            plain = self._vault.reveal(self._session, self._found(f"{kind}:", key)[1])
        except Unavailable:
            return []
        return marks(self._vault.cipher, plain)

    def matter(self, ticket: Ticket) -> str:
        """What the ticket is about."""
        return self._masked(self._told(ticket), ticket.id)

    def of_event(self, event: TicketEvent) -> str:
        """What was written with the event."""
        return self._masked(self._vault.cipher.decrypt(event.words or ""), event.ticket_id)

    def _told(self, ticket: Ticket) -> str:
        """The matter, and what the ticket's kind asked for."""
        if not ticket.facts:
            return self._vault.get(self._session, ticket.matter_ref) or ""
        details = tickets.details(self._session, self._vault, ticket)
        return "\n".join(filter(None, [details.matter, *details.facts.values()]))

    def _masked(self, text: str, ticket_id: str | None) -> str:
        name = self._name(ticket_id) if ticket_id else None
        return redact(label(_without_name(text, name)))

    def _found(self, kind: str, key: str) -> tuple[str, str]:
        cipher = self._vault.cipher
        if kind == MATTER:
            ticket = self._session.get(Ticket, key)
            return "citizen", self._told(ticket) if ticket else ""
        if kind == "message:":
            message = self._session.get(Message, key)
            if message is None or not searched(message):
                return "citizen", ""
            return message.author, cipher.decrypt(message.text)
        event = self._session.get(TicketEvent, int(key))
        if event is None or not event.words:
            return "citizen", ""
        by_staff = "note" if event.kind in _FOR_STAFF else "staff"
        return "citizen" if event.actor == "citizen" else by_staff, cipher.decrypt(event.words)

    def _name(self, ticket_id: str) -> str | None:
        if ticket_id not in self._names:
            ticket = self._session.get(Ticket, ticket_id)
            self._names[ticket_id] = self._vault.get(self._session, ticket.name_ref) if ticket else None
        return self._names[ticket_id]


@dataclass(frozen=True)
class Snippet:
    """A piece of a text around the first of the words that were sought."""

    text: str
    words: tuple[str, ...]

    @cached_property
    def parts(self) -> list[tuple[str, bool]]:
        """The piece cut up: each part, and whether it is a word that was sought."""
        if not self.words:
            return [(self.text, False)]
        return [
            (part, number % 2 == 1)
            for number, part in enumerate(_pattern(self.words).split(self.text))
            if part
        ]


def snippet(text: str, words: tuple[str, ...] = ()) -> Snippet:
    """At most a few lines of the text, beginning a little before the first of the words."""
    line = " ".join(text.split())
    found = _pattern(words).search(line) if words else None
    start = max(0, found.start() - _BEFORE) if found and found.start() > _BEFORE else 0
    cut = line[start : start + _SNIPPET]
    before, after = "…" if start else "", "…" if start + _SNIPPET < len(line) else ""
    return Snippet(f"{before}{cut}{after}", words)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})", re.IGNORECASE)


def _without_name(text: str, name: str | None) -> str:
    if not name or len(name) < 2:
        return text
    letters = r"\s*".join(map(re.escape, "".join(name.split())))
    return re.sub(letters, "(성명)", text)
