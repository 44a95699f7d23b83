"""The list of conversations that are going on: who waits for a person first, the longest wait first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from conversations.models import Conversation, Message
from core.privacy import Cipher, label, redact
from desk.models import Staff, Ticket

_LIVE: Final = timedelta(hours=24)
_MOST: Final = 100
_ORDER: Final = {"waiting": 0, "person": 1, "bot": 2}
_redacted = lru_cache(maxsize=4096)(redact)


@dataclass(frozen=True)
class LiveConversation:
    """A line in the list; `state` is waiting (for a person), person or bot.

    `last_text`, masked, is what was said last; as long as nobody of the staff is there, what it is about.
    """

    id: str
    channel: str
    state: str
    person_name: str | None
    person_id: str | None
    last_text: str
    last_at: datetime
    ticket_number: str | None
    waiting_since: datetime | None = None


def conversations(session: Session, cipher: Cipher, now: datetime) -> list[LiveConversation]:
    """Everybody who waits, however long; then the conversations of the last 24 hours, the newest first."""
    waiting = select(Conversation).where(
        Conversation.waiting_since.is_not(None), Conversation.staff_id.is_(None)
    )
    recent = select(Conversation).where(Conversation.updated_at > now - _LIVE, Conversation.last_seq > 0)
    found = {
        one.id: one
        for query in (
            waiting.order_by(Conversation.waiting_since),
            recent.order_by(Conversation.updated_at.desc()),
        )
        for one in session.scalars(query.limit(_MOST))
    }
    lines = _lines(session, cipher, _one_a_citizen(list(found.values())))
    return sorted(lines, key=lambda one: _ORDER[one.state])


def _one_a_citizen(found: Sequence[Conversation]) -> list[Conversation]:
    """Of a citizen's several conversations the first: they are one thread."""
    first: dict[str, Conversation] = {}
    for one in found:
        first.setdefault(one.citizen_id or one.id, one)
    return list(first.values())


def _lines(session: Session, cipher: Cipher, found: Sequence[Conversation]) -> list[LiveConversation]:
    """All of them with three queries, whatever their number."""
    last, numbers, people = _last(session, found), _numbers(session, found), _people(session, found)

    def line(one: Conversation) -> LiveConversation:
        said = last.get(one.id)
        words = (None if one.staff_id else one.question) or (said.text if said else None)
        return LiveConversation(
            id=one.id,
            channel=one.channel,
            state="person" if one.staff_id else "waiting" if one.waiting_since else "bot",
            person_name=people.get(one.staff_id or ""),
            person_id=one.staff_id,
            last_text=_redacted(label(cipher.decrypt(words))) if words else "",
            last_at=one.updated_at,
            ticket_number=numbers.get(one.id),
            waiting_since=None if one.staff_id else one.waiting_since,
        )

    return [line(one) for one in found]


def _last(session: Session, found: Sequence[Conversation]) -> dict[str, Message]:
    newest = (
        select(Message)
        .join(
            Conversation,
            and_(Conversation.id == Message.conversation_id, Conversation.last_seq == Message.seq),
        )
        .where(Conversation.id.in_([one.id for one in found]))
    )
    return {message.conversation_id: message for message in session.scalars(newest)}


def _numbers(session: Session, found: Sequence[Conversation]) -> dict[str, str]:
    opened = (
        select(Ticket.conversation_id, Ticket.number)
        .where(Ticket.conversation_id.in_([one.id for one in found]))
        .order_by(Ticket.received_at, Ticket.id)
    )
    # Of several the newest is the last to be put in.
    return {conversation_id or "": number for conversation_id, number in session.execute(opened)}


def _people(session: Session, found: Sequence[Conversation]) -> dict[str, str]:
    holding = select(Staff.id, Staff.name).where(Staff.id.in_([one.staff_id for one in found]))
    return {row.id: row.name for row in session.execute(holding)}
