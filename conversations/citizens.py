"""One citizen in several conversations: which they are, and where the citizen wrote last."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversations.models import Conversation
from desk.models import Ticket


def circle(session: Session, conversation_id: str) -> list[str]:
    """The ids of all conversations that were proved to be the same citizen's, this one among them."""
    one = session.get(Conversation, conversation_id)
    if one is None or one.citizen_id is None:
        return [conversation_id]
    return list(session.scalars(select(Conversation.id).where(Conversation.citizen_id == one.citizen_id)))


def conversations(session: Session, conversation_id: str) -> list[Conversation]:
    """The circle's conversations; the one where the citizen wrote last comes first."""
    wrote = func.coalesce(Conversation.written_at, Conversation.created_at)
    found = select(Conversation).where(Conversation.id.in_(circle(session, conversation_id)))
    return list(session.scalars(found.order_by(wrote.desc(), Conversation.id)))


def talk_of(session: Session, ticket: Ticket) -> Conversation | None:
    """Where the ticket's citizen is told something: where they wrote last; None without a conversation."""
    found = conversations(session, ticket.conversation_id) if ticket.conversation_id else []
    return found[0] if found else None


def tickets_of(session: Session, conversation_id: str) -> list[Ticket]:
    """The citizen's tickets, in whichever of their conversations they were opened; the newest first."""
    opened = select(Ticket).where(Ticket.conversation_id.in_(circle(session, conversation_id)))
    return list(session.scalars(opened.order_by(Ticket.received_at.desc(), Ticket.id.desc())))


def are_one(session: Session, one: Ticket, other: Ticket) -> bool:
    """Whether both tickets were proved to be the same citizen's."""
    known = circle(session, one.conversation_id) if one.conversation_id else []
    return other.conversation_id in known
