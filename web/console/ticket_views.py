"""What the ticket pages show, read from the desk; the caller logs the access."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.errors import NotFound
from core.privacy import VaultItem
from desk import directory, overrides, states, tickets
from desk.calendar import Calendar
from desk.directory import Contact
from desk.models import Staff, Ticket
from desk.schemas import TicketRow
from web.console import words
from web.console.dependencies import Visit

Scope = Literal["mine", "department", "all"]
# Nobody reads more lines than this; what comes after is less pressing.
MOST_LINES: Final = 100
_CLIPPED: Final = 120
_DESTROYED: Final = "(파기됨)"


@dataclass(frozen=True)
class Line:
    """A ticket in the list."""

    row: TicketRow
    name: str
    what: str
    left: words.TimeLeft


@dataclass(frozen=True)
class Board:
    """The open tickets of a scope, the nearest promise first, and how many each scope holds."""

    scope: Scope
    lines: list[Line]
    counts: dict[Scope, int]
    late: int
    today: int


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


def board(session: Session, visit: Visit, scope: Scope) -> Board:
    """The list of open tickets as this member of staff sees it."""
    rows = tickets.open_tickets(session)
    scopes: dict[Scope, list[TicketRow]] = {
        "mine": [row for row in rows if row.staff_id == visit.staff.id],
        "department": [row for row in rows if row.department_id == visit.staff.department_id],
        "all": rows,
    }
    shown = scopes[scope]
    today = visit.now.astimezone(SEOUL).date()
    return Board(
        scope=scope,
        lines=_lines(session, visit, shown[:MOST_LINES]),
        counts={name: len(of) for name, of in scopes.items()},
        late=sum(row.promised_on < today for row in shown),
        today=sum(row.promised_on == today for row in shown),
    )


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


def _lines(session: Session, visit: Visit, rows: list[TicketRow]) -> list[Line]:
    numbers = [row.number for row in rows]
    found = {one.number: one for one in session.scalars(select(Ticket).where(Ticket.number.in_(numbers)))}
    _warm_up(session, found.values())
    calendar = overrides.calendar(session)
    return [_line(session, visit, row, found[row.number], calendar) for row in rows]


def _warm_up(session: Session, found: Iterable[Ticket]) -> list[VaultItem]:
    """All names and matters in one query: the vault then finds each in the session."""
    ids = [ref for ticket in found for ref in (ticket.name_ref, ticket.matter_ref)]
    return list(session.scalars(select(VaultItem).where(VaultItem.id.in_(ids))))


def _line(session: Session, visit: Visit, row: TicketRow, ticket: Ticket, calendar: Calendar) -> Line:
    vault = visit.parts.vault
    matter = vault.reveal(session, vault.get(session, ticket.matter_ref) or _DESTROYED)
    return Line(
        row=row,
        name=vault.get(session, ticket.name_ref) or _DESTROYED,
        what=matter if len(matter) <= _CLIPPED else f"{matter[:_CLIPPED].rstrip()}…",
        left=words.time_left(row.promised_on, row.state, visit.now, calendar),
    )


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
