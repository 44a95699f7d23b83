"""What the ticket pages show, read from the desk; the caller logs the access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy.orm import Session

from core.errors import NotFound
from desk import directory, overrides, states, tickets
from desk.directory import Contact
from desk.models import Staff, Ticket
from web.console import words
from web.console.dependencies import Visit


@dataclass(frozen=True)
class Event:
    """A step in a ticket's life."""

    at: datetime
    words: str
    who: str


@dataclass(frozen=True)
class TicketPage:
    """One ticket with the citizen's personal data revealed."""

    number: str
    state: str
    channel: str
    name: str | None
    phone: str | None
    email: str | None
    matter: str | None
    reply_needed: bool
    consent_version: str
    consent_at: datetime
    received_at: datetime
    promised_on: date
    left: words.TimeLeft
    person: Contact
    tried: list[str]
    """Ids of the FAQ entries that were given as answers."""
    events: list[Event]
    conversation_id: str | None

    @property
    def open(self) -> bool:
        """An answer is still owed."""
        return self.state in states.OPEN

    @property
    def closed(self) -> bool:
        return self.state == "closed"

    @property
    def reply_owed(self) -> bool:
        """The citizen wants a reply and hasn't got one: such a ticket can't be closed."""
        return self.reply_needed and self.open


def page(session: Session, visit: Visit, number: str) -> TicketPage:
    """Everything about one ticket; raises `NotFound`."""
    ticket = existing(session, number)
    details = tickets.details(session, visit.parts.vault, ticket)
    return TicketPage(
        number=ticket.number,
        state=ticket.state,
        channel=ticket.channel,
        name=details.name,
        phone=details.phone,
        email=details.email,
        matter=visit.parts.vault.reveal(session, details.matter) if details.matter else None,
        reply_needed=ticket.reply_needed,
        consent_version=ticket.consent_version,
        consent_at=ticket.consent_at,
        received_at=ticket.received_at,
        promised_on=ticket.promised_on,
        left=words.time_left(ticket.promised_on, ticket.state, visit.now, overrides.calendar(session)),
        person=directory.contact(ticket.staff),
        tried=list(ticket.tried),
        events=_events(session, ticket),
        conversation_id=ticket.conversation_id,
    )


def questions(visit: Visit, faq_ids: list[str]) -> list[str]:
    """The questions of FAQ entries. Not to be called inside a transaction: the FAQ opens its own."""
    entries = [(faq_id, visit.parts.faq.entry(faq_id)) for faq_id in faq_ids]
    return [entry.question if entry else f"{faq_id} (삭제된 항목)" for faq_id, entry in entries]


def existing(session: Session, number: str) -> Ticket:
    """The ticket under that number; raises `NotFound`."""
    ticket = tickets.find(session, number)
    if ticket is None:
        raise NotFound("접수번호를 다시 확인해 주십시오. 그런 문의가 없습니다.")
    return ticket


def _events(session: Session, ticket: Ticket) -> list[Event]:
    return [
        Event(at=event.at, words=words.event(event.kind), who=_actor(session, event.actor))
        for event in tickets.history(session, ticket)
    ]


def _actor(session: Session, actor: str) -> str:
    if actor in {"citizen", "system"}:
        return {"citizen": "고객", "system": "자동"}[actor]
    staff = cast("Staff | None", session.get(Staff, actor))
    return f"{staff.name} {staff.title}".strip() if staff else ""
