"""How matters like a ticket's were answered before: whoever answers it now may learn from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from conversations.search_tables import SearchDocument
from conversations.search_texts import Texts
from core.privacy import Vault
from desk.models import Ticket, TicketEvent

_ANSWERS: Final = ("answered", "decided", "remedied")
_ANSWERED: Final = ("answered", "closed")


@dataclass(frozen=True)
class PastReply:
    """A reply to a similar matter; both texts are masked. `likeness` is a cosine: good for ranking alone."""

    number: str
    matter: str
    text: str
    person: str
    department: str
    at: datetime
    likeness: float


def replies(
    session: Session, vault: Vault, near: Sequence[tuple[float, SearchDocument]], besides: str, most: int
) -> list[PastReply]:
    """The replies to the tickets of these matters, in their order, without that of the ticket `besides`."""
    return list(islice(_replies(session, vault, near, besides), most))


def _replies(
    session: Session, vault: Vault, near: Sequence[tuple[float, SearchDocument]], besides: str
) -> Iterator[PastReply]:
    texts = Texts(session, vault)
    ids = [document.ticket_id for _, document in near if document.ticket_id != besides]
    people = (joinedload(Ticket.department), joinedload(Ticket.staff))
    answered = select(Ticket).options(*people).where(Ticket.id.in_(ids), Ticket.state.in_(_ANSWERED))
    tickets = {ticket.id: ticket for ticket in session.scalars(answered)}
    for likeness, document in near:
        ticket = tickets.get(document.ticket_id or "")
        event = last_answer(session, ticket) if ticket else None
        if ticket and event:
            yield PastReply(
                number=ticket.number,
                matter=texts.read(document).text,
                text=texts.of_event(event),
                person=ticket.staff.name,
                department=ticket.department.name,
                at=event.at,
                likeness=likeness,
            )


def last_answer(session: Session, ticket: Ticket) -> TicketEvent | None:
    """What answered, decided or remedied the ticket last, with words; no notice of a transfer or a delay."""
    given = select(TicketEvent).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.kind.in_(_ANSWERS), TicketEvent.words.is_not(None)
    )
    return session.scalar(given.order_by(TicketEvent.id.desc()).limit(1))
