"""A ticket changes in one way only: by an event that is recorded, which its row and the ledger follow."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.privacy import Reference, Vault, mask
from desk import notices, promises, states
from desk.intake import without_resident_numbers
from desk.models import Ticket, TicketEvent
from desk.states import Standing

_TOLD: Final = {
    "received": "assigned",
    "assigned": "assigned",
    "transferred": "transferred",
    "added": "added",
    "reopened": "reopened",
    "withdrawn": "withdrawn",
}
"""Events that the person in charge is told of, and the kind of notice that tells."""
_REFERENCES: Final = re.compile(r"(\[\[[^\]]*\]\])")
_STANDING: Final = tuple(field.name for field in fields(Standing))


def record(
    session: Session,
    ticket: Ticket,
    kind: str,
    actor: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    words: str | None = None,
) -> TicketEvent:
    """Append an event, and let row and ledger follow it; the only way that a ticket changes.

    `data` must hold no personal data; `words` are masked and encrypted already (`sealed`). Raises `Conflict`
    when somebody else was first and the ticket is no longer in a state where this may happen.
    """
    lock(session, ticket)
    before = Standing(**{name: getattr(ticket, name) for name in _STANDING})
    standing = before.then(kind, now, data or {})
    if standing is None:
        raise Conflict(
            f"이미 {states.label(ticket.state)} 상태인 접수입니다. 화면을 새로 고쳐 확인해 주십시오."
        )
    for name in _STANDING:
        setattr(ticket, name, getattr(standing, name))
    event = TicketEvent(ticket_id=ticket.id, kind=kind, actor=actor, at=now, data=data or {}, words=words)
    session.add(event)
    session.flush()
    # Both follow the row's ids, when they are next asked for.
    session.expire(ticket, ["staff", "department"])
    promises.note(session, ticket, event)
    _tell(session, ticket, event)
    return event


def _tell(session: Session, ticket: Ticket, event: TicketEvent) -> None:
    """Tell the person in charge of what they have to know; what they did themselves they know."""
    kind = _TOLD.get(event.kind)
    if kind and event.actor != ticket.staff_id:
        # Not the event's own id: receipt and assignment at the same moment are one occasion.
        key = f"{kind}:{ticket.id}:{event.at.isoformat()}"
        notices.tell(session, ticket.staff, kind, key, ticket, event.at)


def lock(session: Session, ticket: Ticket) -> None:
    """Nobody else changes it until the transaction ends; whoever comes second sees what the first did."""
    session.refresh(ticket, _STANDING, with_for_update=True)


def history(session: Session, ticket: Ticket) -> list[TicketEvent]:
    """What happened to the ticket, oldest first."""
    events = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return list(session.scalars(events))


def masked(session: Session, vault: Vault, text: str, ticket: Ticket | None = None) -> str:
    """The text without personal data: references stand in their place, for the `ticket`'s name too."""
    text = mask(session, vault, without_resident_numbers(text)[0]).text
    name = vault.get(session, ticket.name_ref) if ticket else None
    if ticket is None or not name:
        return text
    parts = _REFERENCES.split(text)
    parts[::2] = [part.replace(name, str(Reference("name", True, ticket.name_ref))) for part in parts[::2]]
    return "".join(parts)


def sealed(session: Session, vault: Vault, text: str, ticket: Ticket | None = None) -> str:
    """What was written, as an event keeps it: masked, then encrypted."""
    return vault.cipher.encrypt(masked(session, vault, text, ticket))


def opened_words(session: Session, vault: Vault, event: TicketEvent) -> str:
    """What was written with the event, readable; empty where nothing was."""
    return vault.reveal(session, vault.cipher.decrypt(event.words)) if event.words else ""
