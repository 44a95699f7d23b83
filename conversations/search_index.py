"""Fills in the documents that are owed to the search: morphemes, meaning, and the ticket they belong to."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from sqlalchemy import Select, delete, func, literal, select, text, update
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session

from conversations.meanings import packed
from conversations.models import Message
from conversations.search_query import tokens
from conversations.search_tables import MATTER, SEARCHED, SearchDocument, SearchVector
from conversations.search_texts import Texts
from core.database import Database
from core.privacy import Vault
from desk import tickets
from desk.models import Ticket, TicketEvent
from embeddings.protocols import Encoder, Vectors

_BATCH = 50
_RULES = 1
"""Goes up when documents must be made anew, because they would be made in another way."""
_FEWEST = 3
"""Morphemes from which on a text means something by itself: "네, 감사합니다" doesn't."""
_ONE_AT_A_TIME = 20261123
"""PostgreSQL's lock: vectors become visible in the order of their numbers, whichever process writes them."""


@dataclass(frozen=True)
class _Owed:
    id: int
    subject: str
    text: str
    marks: list[str]
    ticket_id: str | None


class SearchIndex:
    """Makes documents findable. Reading, computing and writing are apart: nobody waits for the encoder."""

    def __init__(self, database: Database, vault: Vault, encoder: Encoder) -> None:
        self._database = database
        self._vault = vault
        self._encoder = encoder
        self._model = f"{encoder.fingerprint}-{version('kiwipiepy')}-{_RULES}"
        self._lock = threading.Lock()
        self._swept = False

    def catch_up(self, most: int, *, patience: float = -1) -> int:
        """Fill in at most so many documents, the newest first; returns how many.

        None, if another thread has been at it for `patience` seconds; -1 waits for it.
        """
        if not self._lock.acquire(timeout=patience):
            return 0
        try:
            if not self._swept:
                self._sweep()
            done = 0
            while done < most and (owed := self._owed(min(_BATCH, most - done))):
                self._fill(owed)
                done += len(owed)
            return done
        finally:
            self._lock.release()

    def _sweep(self) -> None:
        """Once a process: what was written past the ORM, or is of another encoder, is owed as well."""
        with self._database.session() as session:
            for missing in (_tickets(), _messages(), _events()):
                columns = ["subject", "ticket_id", "conversation_id", "at", "morphemes"]
                session.execute(insert_into(SearchDocument).from_select(columns, missing))
            others = select(SearchDocument.id).where(SearchDocument.model != self._model)
            session.execute(delete(SearchVector).where(SearchVector.document_id.in_(others)))
            session.execute(
                update(SearchDocument).where(SearchDocument.model != self._model).values(model=None)
            )
        self._swept = True

    def _owed(self, most: int) -> list[_Owed]:
        with self._database.session() as session:
            owed = select(SearchDocument).where(SearchDocument.model.is_(None))
            found = list(session.scalars(owed.order_by(SearchDocument.id.desc()).limit(most)))
            for document in found:
                document.ticket_id = document.ticket_id or _ticket_of(session, document)
            texts = Texts(session, self._vault)
            texts.warm_up(found)
            return [
                _Owed(one.id, one.subject, texts.read(one).text, texts.marks(one), one.ticket_id)
                for one in found
            ]

    def _fill(self, owed: list[_Owed]) -> None:
        morphemes = [tokens(one.text) for one in owed]
        telling = [number for number, found in enumerate(morphemes) if len(found) >= _FEWEST]
        vectors = self._encoder.encode_queries([owed[number].text for number in telling])
        with self._database.session() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": _ONE_AT_A_TIME})
            rows: list[dict[str, Any]] = [
                {"id": one.id, "morphemes": " ".join([*found, *one.marks]), "model": self._model}
                for one, found in zip(owed, morphemes, strict=True)
            ]
            session.execute(update(SearchDocument), rows)
            _put(session, [owed[number].id for number in telling], vectors)
            for one in owed:
                _claim(session, one)


def _put(session: Session, documents: list[int], vectors: Vectors) -> None:
    session.execute(delete(SearchVector).where(SearchVector.document_id.in_(documents)))
    session.add_all(
        SearchVector(document_id=document, vector=packed(vector))
        for document, vector in zip(documents, vectors, strict=True)
    )


def _ticket_of(session: Session, document: SearchDocument) -> str | None:
    """The ticket that a message belongs to: the one it names, or else the newest before it."""
    message = session.get(Message, document.subject.partition(":")[2])
    if message is None:
        return None
    named = message.data.get("number")
    if named and (ticket := tickets.find(session, named)):
        return ticket.id
    before = select(Ticket.id).where(
        Ticket.conversation_id == message.conversation_id, Ticket.received_at <= message.at
    )
    return session.scalar(before.order_by(Ticket.received_at.desc()).limit(1))


def _claim(session: Session, one: _Owed) -> None:
    """What was said in the conversation before its first ticket belongs to that ticket."""
    if not one.subject.startswith(MATTER):
        return
    ticket = session.get(Ticket, one.ticket_id)
    if ticket and ticket.conversation_id and not _follows_another(session, ticket):
        unclaimed = (
            SearchDocument.conversation_id == ticket.conversation_id,
            SearchDocument.ticket_id.is_(None),
            SearchDocument.at <= ticket.received_at,
        )
        session.execute(update(SearchDocument).where(*unclaimed).values(ticket_id=ticket.id))


def _follows_another(session: Session, ticket: Ticket) -> bool:
    earlier = select(Ticket.id).where(
        Ticket.conversation_id == ticket.conversation_id, Ticket.received_at < ticket.received_at
    )
    return session.scalar(earlier.limit(1)) is not None


def _tickets() -> Select[*tuple[Any, ...]]:
    subject = literal(MATTER) + Ticket.id
    return select(subject, Ticket.id, Ticket.conversation_id, Ticket.received_at, literal("")).where(
        ~_known(subject)
    )


def _messages() -> Select[*tuple[Any, ...]]:
    subject = literal("message:") + Message.id
    return select(subject, literal(None), Message.conversation_id, Message.at, literal("")).where(
        SEARCHED, ~_known(subject)
    )


def _events() -> Select[*tuple[Any, ...]]:
    subject = literal("event:") + func.cast(TicketEvent.id, SearchDocument.subject.type)
    return select(subject, TicketEvent.ticket_id, literal(None), TicketEvent.at, literal("")).where(
        TicketEvent.words.is_not(None), TicketEvent.actor != "system", ~_known(subject)
    )


def _known(subject: Any) -> Any:
    return select(SearchDocument.id).where(SearchDocument.subject == subject).exists()
