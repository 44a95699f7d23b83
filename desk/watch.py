"""What the clock brings: escalations, broken promises, people who are back. Called again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

import structlog
from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, select, update
from sqlalchemy.orm import Session

from core.clock import SEOUL
from desk import directory, notices, overrides, promises, states, tickets
from desk.calendar import Calendar, Hours, hours_or_standard, promise_end
from desk.models import Department, Notice, Staff, Ticket

LEVELS: Final = (50, 80, 100)
"""Percent of the promised working time at which somebody is told."""

_WARNING: Final = 80
_PROMISE: Final = Ticket.number + ":" + cast(Ticket.promised_on, String)
_REMINDER: Final = literal("waiting:") + _PROMISE
_BROKEN: Final = literal("broken:") + _PROMISE

log = structlog.get_logger()


def tick(session: Session, now: datetime) -> None:
    """Do all that is due at `now`. Done twice it changes nothing more, whoever else does it too."""
    _welcome_back(session, now)
    calendar = overrides.calendar(session)
    for ticket_id in _pressing(session, calendar, now):
        try:
            with session.begin_nested():
                _press(session, ticket_id, calendar, now)
        except Exception as error:  # noqa: BLE001 - one ticket's trouble must not silence the others
            log.error("a ticket can't be escalated", ticket=ticket_id, error=type(error).__name__)
    _ask_for_delay_notices(session, now)
    promises.overdue(session, now)


def level(calendar: Calendar, hours: Hours, started: datetime, promised_on: date, now: datetime) -> int:
    """How much of the promised working time has passed: 0, 50, 80 or 100 percent."""
    end = promise_end(promised_on)
    if now >= end:
        return 100
    promised, passed = (calendar.working_time(started, until, hours) for until in (end, now))
    return max((one for one in LEVELS if promised and passed * 100 >= promised * one), default=0)


def _welcome_back(session: Session, now: datetime) -> None:
    """Whoever was away until a moment that has passed is here."""
    back = update(Staff).where(Staff.presence != "here", Staff.away_until <= now)
    session.execute(back.values(presence="here", away_until=None))


def _pressing(session: Session, calendar: Calendar, now: datetime) -> list[str]:
    """The open tickets that have reached a level at which nobody has been told yet, the nearest first."""
    units = {unit.id: _hours(unit) for unit in session.scalars(select(Department))}
    columns = (Ticket.id, Ticket.department_id, Ticket.clock_started_at, Ticket.promised_on, Ticket.escalated)
    reminded = and_(Ticket.waiting, _told(_REMINDER))
    rows = select(*columns, reminded).where(
        Ticket.state.in_(sorted(states.OPEN)), Ticket.escalated < LEVELS[-1]
    )
    return [
        ticket_id
        for ticket_id, unit, started, promised_on, told, enough in session.execute(
            rows.order_by(Ticket.promised_on)
        )
        if (reached := level(calendar, units[unit], started, promised_on, now)) > told
        and (reached == LEVELS[-1] or not enough)
    ]


def _press(session: Session, ticket_id: str, calendar: Calendar, now: datetime) -> None:
    """Tell who has to know. Somebody is just working on the ticket: the next tick looks again."""
    locked = select(Ticket).where(Ticket.id == ticket_id).with_for_update(skip_locked=True)
    ticket = session.scalar(locked.execution_options(populate_existing=True))
    if ticket is None or ticket.state not in states.OPEN:
        return
    hours = _hours(session.get_one(Department, ticket.department_id))
    reached = level(calendar, hours, ticket.clock_started_at, ticket.promised_on, now)
    if ticket.waiting and reached < LEVELS[-1]:
        _remind(session, ticket, reached, now)
    elif reached > ticket.escalated:
        event = tickets.record(session, ticket, "escalated", "system", now, {"level": reached})
        for person in _audience(session, ticket, reached, now):
            notices.tell(session, person, f"due{reached}", f"due:{event.id}", ticket, now)


def _remind(session: Session, ticket: Ticket, reached: int, now: datetime) -> None:
    # The citizen owes the next word, so nobody is at fault; but the promised day doesn't wait for it.
    if reached >= _WARNING:
        key = f"waiting:{ticket.number}:{ticket.promised_on}"  # as in _REMINDER
        notices.tell(session, ticket.staff, "waiting", key, ticket, now)


def _ask_for_delay_notices(session: Session, now: datetime) -> None:
    """The day has passed without an answer: whoever is responsible owes the citizen a word about it."""
    late = select(Ticket).where(
        Ticket.state.in_(sorted(states.OPEN)),
        Ticket.promised_on < now.astimezone(SEOUL).date(),
        Ticket.reply_needed.is_(True),
        Ticket.expected_on.is_(None),
        ~_told(_BROKEN),
    )
    for ticket in session.scalars(late).all():
        key = f"broken:{ticket.number}:{ticket.promised_on}"  # as in _BROKEN
        notices.tell(session, ticket.staff, "broken", key, ticket, now)


def _told(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the responsible person was told of the occasion with that key."""
    return exists().where(Notice.staff_id == Ticket.staff_id, Notice.key == key)


def _audience(session: Session, ticket: Ticket, reached: int, now: datetime) -> Iterator[Staff]:
    """The person; then the deputy; then the head too. Where one is missing, the next stands in."""
    told = {ticket.staff_id}
    yield ticket.staff
    if reached < 80:
        return
    deputy = _deputy(session, ticket.staff, now)
    head = _head(session, ticket, without=told)
    for person in (deputy or head, head if reached >= 100 else None):
        if person and person.id not in told:
            told.add(person.id)
            yield person


def _deputy(session: Session, staff: Staff, now: datetime) -> Staff | None:
    """The first deputy who is at work; with all of them away, the first who will read it later."""
    if person := directory.deputy(session, staff, now):
        return person
    named = (session.get(Staff, deputy_id) for deputy_id in staff.deputies)
    return next((person for person in named if person and person.active), None)


def _head(session: Session, ticket: Ticket, without: set[str]) -> Staff | None:
    """The department's head, else a supervisor of it, else of the front desk."""
    unit = session.get_one(Department, ticket.department_id)
    head = session.get(Staff, unit.head_id) if unit.head_id else None
    if head and head.active and head.id not in without:
        return head
    for department_id in (unit.id, directory.front_desk(session).id):
        for person in directory.staff_of(session, department_id):
            if person.role == "supervisor" and person.id not in without:
                return person
    return None


def _hours(unit: Department) -> Hours:
    return hours_or_standard(unit.hours, unit.lunch)
