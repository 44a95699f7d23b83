"""The tables of the search, and how it comes to be owed a document for everything that is written.

A document is added empty, in the transaction that writes the message, ticket or note: so none can be
missed, and no citizen waits for an encoder. `search_index` fills it in soon after.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    DDL,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    and_,
    event,
    insert,
    or_,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column
from sqlalchemy.schema import ExecutableDDLElement

from conversations.models import Message
from core.database import Base, UtcDateTime
from desk.models import Ticket, TicketEvent

PEOPLE: Final = ("citizen", "staff", "whisper")
"""Whose messages are searched: what the bot says stands in the FAQ, and would bury what people said."""
MATTER: Final = "ticket:"
"""How the subject of a ticket's matter begins."""


class SearchDocument(Base):
    """What one thing written is found by: its masked text as morphemes, parted by blanks.

    `subject` is "ticket:<id>" for a ticket's matter, "message:<id>" or "event:<id>". Beside it stands the
    database's own full-text index over `morphemes`, called `search_words`.
    """

    __tablename__ = "search_documents"
    __table_args__ = (Index("ix_search_documents_ticket_id_at", "ticket_id", "at"),)

    # Counts up: SQLite's full-text index names rows by number.
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), unique=True)
    ticket_id: Mapped[str | None] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    morphemes: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str | None] = mapped_column(String(64), index=True)
    """What it was filled in with; None while it is still owed."""


class SearchVector(Base):
    """The meaning of a document, apart from it so that the words stay close together on the disk."""

    __tablename__ = "search_vectors"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own declaration

    # Counts up and is never used twice: whoever has read up to one number finds the rest behind it.
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("search_documents.id"), unique=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """float16[dimension], of length 1."""


def searched(message: Message) -> bool:
    """Whether the message is a person's own words, and not kept elsewhere as well.

    A pressed button is nobody's words; a form's matter and a reply to a ticket stand with the ticket.
    """
    data = message.data or {}
    of_ticket = message.author == "staff" and data.get("number") is not None
    own = message.author in PEOPLE and message.kind != "form"
    return own and data.get("payload") is None and not of_ticket


SEARCHED: Final = and_(
    Message.author.in_(PEOPLE),
    Message.kind != "form",
    Message.data["payload"].as_string().is_(None),
    or_(Message.author != "staff", Message.data["number"].as_string().is_(None)),
)
"""The same rule as `searched`, for a query."""


def _owe(connection: Connection, subject: str, at: datetime, **belonging: str | None) -> None:
    values: dict[str, Any] = {"subject": subject, "at": at, "morphemes": ""} | belonging
    connection.execute(insert(SearchDocument), values)


def _message_written(_mapper: Mapper[Message], connection: Connection, message: Message) -> None:
    if searched(message):
        _owe(connection, f"message:{message.id}", message.at, conversation_id=message.conversation_id)


def _ticket_opened(_mapper: Mapper[Ticket], connection: Connection, ticket: Ticket) -> None:
    belonging = {"ticket_id": ticket.id, "conversation_id": ticket.conversation_id}
    _owe(connection, f"{MATTER}{ticket.id}", ticket.received_at, **belonging)


def _noted(_mapper: Mapper[TicketEvent], connection: Connection, noted: TicketEvent) -> None:
    if noted.words and noted.actor != "system":
        _owe(connection, f"event:{noted.id}", noted.at, ticket_id=noted.ticket_id)


event.listen(Message, "after_insert", _message_written)
event.listen(Ticket, "after_insert", _ticket_opened)
event.listen(TicketEvent, "after_insert", _noted)

# The migration has the same. On SQLite the index keeps no text of its own and is told of every change; on
# PostgreSQL the words are stored as well, for to find them in a row's text again takes ten times as long.
_SQLITE: Final = (
    """CREATE VIRTUAL TABLE search_words USING fts5(morphemes, content='search_documents',
       content_rowid='id', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER search_words_added AFTER INSERT ON search_documents BEGIN
       INSERT INTO search_words(rowid, morphemes) VALUES (new.id, new.morphemes); END""",
    """CREATE TRIGGER search_words_gone AFTER DELETE ON search_documents BEGIN
       INSERT INTO search_words(search_words, rowid, morphemes)
       VALUES ('delete', old.id, old.morphemes); END""",
    """CREATE TRIGGER search_words_changed AFTER UPDATE OF morphemes ON search_documents BEGIN
       INSERT INTO search_words(search_words, rowid, morphemes) VALUES ('delete', old.id, old.morphemes);
       INSERT INTO search_words(rowid, morphemes) VALUES (new.id, new.morphemes); END""",
)
_POSTGRES: Final = (
    """ALTER TABLE search_documents ADD COLUMN search_words tsvector
       GENERATED ALWAYS AS (to_tsvector('simple', morphemes)) STORED""",
    "CREATE INDEX search_words_index ON search_documents USING gin (search_words)",
)
for _dialect, _statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRES)):
    for _statement in _statements:
        _made: ExecutableDDLElement = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(SearchDocument.__table__, "after_create", _made.execute_if(dialect=_dialect))
