"""What the ticket page shows, read from the desk; the caller logs the access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from conversations import citizens
from core.clock import SEOUL
from core.errors import NotFound
from desk import cards, debts, directory, kinds, overrides, promises, states, steps, tickets
from desk.attachments import File
from desk.calendar import hours_or_standard, promise_end
from desk.cards import Card
from desk.directory import Contact
from desk.models import Staff, Ticket, TicketEvent
from desk.schemas import TicketDetails
from web.console import words
from web.console.delivery_views import Reaching, reaching
from web.console.dependencies import Visit
from web.console.history import Step, steps_of

_USUAL_EXTENSION = 3
"""Business days that an extension is suggested for: as long as the promise itself."""
_MOST_TWINS = 5


@dataclass(frozen=True)
class Clocks:
    """Both dates of the promise, and the dates that may be named instead."""

    promised_on: date
    left: words.TimeLeft
    target: datetime
    """When the working hours of the promise are over: earlier than the promise's day."""
    target_left: words.TimeLeft
    callback_due: datetime | None
    """Until when the caller is to be called back, where that is still owed."""
    extensions: int
    expected_on: date | None
    """The day that a delay notice named."""
    first_day: date
    """The earliest business day that an extension or a delay notice may name."""
    suggested_day: date


@dataclass(frozen=True)
class Can:
    """What this member of staff may do with this ticket as it stands; the server checks again."""

    answer: bool
    ask: bool
    apologise: bool
    start: bool
    extend: bool
    delay: bool
    decide: bool
    remedy: bool
    book: bool
    assign: bool
    transfer: bool
    reclassify: bool
    merge: bool
    close: bool
    note: bool
    tell: bool
    """Say something to the citizen, whatever the ticket's state."""

    @property
    def anything(self) -> bool:
        """Whether there is anything to fold out besides the reply."""
        return self.reclassify or self.merge or self.close


@dataclass(frozen=True)
class TicketPage:
    """One ticket with the citizen's personal data revealed."""

    number: str
    version: int
    """The id of the last event: whoever saw this page saw all up to it."""
    state: str
    marks: tuple[words.Mark, ...]
    merged_into: str
    """The number under which it goes on; empty unless it was merged."""
    kind: str
    channel: str
    who: TicketDetails
    matter: str | None
    facts: dict[str, str]
    reply_needed: bool
    consent_version: str
    consent_at: datetime
    received_at: datetime
    clocks: Clocks
    person: Contact
    person_id: str
    department_id: str
    mine: bool
    tried: list[str]
    """Ids of the FAQ entries that were given as answers."""
    steps: list[Step]
    card: Card | None
    """What the last hand-over left; None for a ticket that was never transferred."""
    card_first: bool
    """The reader has just been handed the ticket: nothing comes before the card."""
    files: list[File]
    twins: list[tuple[str, str]]
    """Other tickets of the same citizen that this one may be merged into: number and matter."""
    closing: list[str]
    """What is owed before it may be closed."""
    conversation_id: str | None
    reaching: Reaching
    can: Can

    @property
    def open(self) -> bool:
        """An answer is still owed."""
        return self.state in states.OPEN

    @property
    def notes(self) -> list[Step]:
        """What staff have written for staff."""
        return [step for step in self.steps if step.note and step.text]

    @property
    def by_phone(self) -> bool:
        """Nothing can be sent: the citizen is told on the telephone."""
        return not self.reaching.way.reaches


def page(session: Session, visit: Visit, number: str) -> TicketPage:
    """Everything about one ticket; raises `NotFound`."""
    ticket = existing(session, number)
    vault = visit.parts.vault
    details = tickets.details(session, vault, ticket)
    history = steps_of(session, vault, ticket)
    handed = any(event.kind == "transferred" for event in tickets.history(session, ticket))
    mine = ticket.staff_id == visit.staff.id
    return TicketPage(
        number=ticket.number,
        version=history[-1].id if history else 0,
        state=ticket.state,
        marks=words.marks(ticket.waiting, ticket.expected_on, ticket.escalated),
        merged_into=_merged_into(session, ticket),
        kind=ticket.kind,
        channel=ticket.channel,
        who=details,
        matter=vault.reveal(session, details.matter) if details.matter else None,
        facts={label: _readable(value) for label, value in details.facts.items() if value},
        reply_needed=ticket.reply_needed,
        consent_version=ticket.consent_version,
        consent_at=ticket.consent_at,
        received_at=ticket.received_at,
        clocks=_clocks(session, visit, ticket),
        person=directory.contact(ticket.staff),
        person_id=ticket.staff_id,
        department_id=ticket.department_id,
        mine=mine,
        tried=list(ticket.tried),
        steps=history,
        card=cards.card(session, vault, ticket) if handed else None,
        card_first=handed and mine and ticket.state in states.OPEN,
        files=visit.parts.attachments.of_ticket(session, ticket),
        twins=_twins(session, visit, ticket),
        closing=debts.before_closing(session, ticket, visit.now),
        conversation_id=ticket.conversation_id,
        reaching=reaching(session, visit, ticket),
        can=_can(session, visit, ticket),
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


def last_step(session: Session, visit: Visit, number: str) -> tuple[int, str]:
    """The id of the last event that isn't the reader's own or the clock's, and who did it; 0 for none."""
    ticket = existing(session, number)
    event = session.scalar(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.actor.not_in((visit.staff.id, "system")))
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )
    if event is None:
        return 0, ""
    staff = session.get(Staff, event.actor)
    return event.id, f"{staff.name} {staff.title}".strip() if staff else "고객"


def _merged_into(session: Session, ticket: Ticket) -> str:
    into = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
    return into.number if into else ""


def _clocks(session: Session, visit: Visit, ticket: Ticket) -> Clocks:
    calendar, now = overrides.calendar(session), visit.now
    unit = ticket.department
    hours = hours_or_standard(unit.hours, unit.lunch)
    target = calendar.target(ticket.clock_started_at, hours)
    today = now.astimezone(SEOUL).date()
    first = calendar.business_days_after(max(ticket.promised_on, today), 1)
    return Clocks(
        promised_on=ticket.promised_on,
        left=words.time_left(ticket.promised_on, ticket.state, now, calendar),
        target=target,
        target_left=words.time_to(target, ticket.state, now, calendar, hours),
        callback_due=promises.callbacks_due(session, [ticket.id]).get(ticket.id),
        extensions=ticket.extensions,
        expected_on=ticket.expected_on,
        first_day=first,
        suggested_day=calendar.business_days_after(first, _USUAL_EXTENSION - 1),
    )


def _can(session: Session, visit: Visit, ticket: Ticket) -> Can:
    may, state = visit.may, ticket.state
    is_open, alive = state in states.OPEN, state in states.OPEN | {"answered"}
    speaks = may.answer and steps.may_speak(ticket, session.get_one(Staff, visit.staff.id))
    answers, late = speaks and is_open, visit.now >= promise_end(ticket.promised_on)

    def of_kind(kind: str) -> bool:
        return speaks and alive and ticket.kind == kind

    return Can(
        answer=speaks and alive,
        ask=answers,
        apologise=of_kind("complaint") or of_kind("claim"),
        start=answers and ticket.staff_id == visit.staff.id and state in ("received", "assigned", "reopened"),
        extend=answers and not late,
        delay=speaks and alive and debts.delay_owed(session, ticket, visit.now),
        decide=of_kind("suggestion"),
        remedy=of_kind("claim"),
        book=of_kind("reservation"),
        assign=may.transfer and is_open,
        transfer=may.transfer and is_open,
        reclassify=may.answer and is_open,
        merge=may.answer and alive,
        close=may.answer and alive,
        note=may.answer,
        tell=speaks,
    )


def _twins(session: Session, visit: Visit, ticket: Ticket) -> list[tuple[str, str]]:
    """Open tickets of whoever left the same telephone or address, or writes in the same conversations."""
    known = citizens.circle(session, ticket.conversation_id) if ticket.conversation_id else []
    marks = [
        column.in_(values)
        for column, values in (
            (Ticket.phone_fingerprint, [ticket.phone_fingerprint]),
            (Ticket.email_fingerprint, [ticket.email_fingerprint]),
            (Ticket.conversation_id, known),
        )
        if any(values)
    ]
    same = (
        select(Ticket)
        .where(or_(*marks), Ticket.id != ticket.id, Ticket.state.in_(states.OPEN | {"answered"}))
        .order_by(Ticket.received_at.desc())
        .limit(_MOST_TWINS)
    )
    return [
        (twin.number, visit.parts.vault.get(session, twin.matter_ref) or "")
        for twin in (session.scalars(same) if marks else ())
    ]


def _readable(value: str) -> str:
    """A day or a moment as people say it; anything else as it is."""
    try:
        if "T" in value:
            return words.moment(datetime.fromisoformat(value))
        return words.day(date.fromisoformat(value))
    except ValueError:
        return value


def kind_options() -> list[tuple[str, str]]:
    """The kinds that a ticket can be: id and label."""
    return [(kind.id, kind.label) for kind in kinds.KINDS.values()]
