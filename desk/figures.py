"""The promises of the charter that one number tells of, counted from what the desk has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from core.clock import SEOUL
from desk import directory, overrides, states
from desk.calendar import STANDARD, Calendar
from desk.models import AccessLog, Promise, Staff, Ticket, TicketEvent

_SPOKEN: Final = ("asked", "told", "apologised", "extended", "answered", "transferred")
"""Events in which a person speaks to the citizen."""


@dataclass(frozen=True)
class Figure:
    """A number as people read it, and of how many it is told where it is a share."""

    value: str
    of: int | None = None


def figures(session: Session, month: str, now: datetime) -> dict[str, Figure]:
    """The figures of that month by the names that `charter.yml` uses; the FAQ's aren't among them."""
    since, until = bounds(month)
    received = and_(Ticket.received_at >= since, Ticket.received_at < until)
    return {
        "covered": _covered(session, now),
        "out_of_hours": _out_of_hours(session, received),
        "first_response": _first_response(session, received),
        "settled": _count(session, and_(Promise.month == month, Promise.state.in_(("kept", "broken")))),
        "logged": _count(session, and_(AccessLog.at >= since, AccessLog.at < until)),
        "channels": _channels(session, received),
        "praise": _count(session, and_(received, Ticket.kind == "praise")),
        "reservations": _count(session, and_(received, Ticket.kind == "reservation")),
    }


def bounds(month: str) -> tuple[datetime, datetime]:
    """The first moment of the month in Seoul and the first after it (UTC)."""
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    since, until = (datetime.combine(day, time(), SEOUL).astimezone(UTC) for day in (first, after))
    return since, until


def _count(session: Session, which: ColumnElement[bool]) -> Figure:
    return Figure(f"{session.scalar(select(func.count()).where(which)) or 0:,}건")


def _channels(session: Session, received: ColumnElement[bool]) -> Figure:
    count = session.scalar(select(func.count(Ticket.channel.distinct())).where(received))
    return Figure(f"{count or 0}가지")


def _covered(session: Session, now: datetime) -> Figure:
    """The share of open tickets whose person is at work, or has a deputy who is."""
    load = select(Ticket.staff_id, func.count()).where(Ticket.state.in_(states.OPEN))
    held = session.execute(load.group_by(Ticket.staff_id)).all()
    good = sum(count for staff_id, count in held if _covers(session, staff_id, now))
    return _share(good, sum(count for _, count in held))


def _covers(session: Session, staff_id: str, now: datetime) -> bool:
    staff = session.get_one(Staff, staff_id)
    return directory.is_here(staff, now) or directory.deputy(session, staff, now) is not None


def _out_of_hours(session: Session, received: ColumnElement[bool]) -> Figure:
    moments = session.scalars(select(Ticket.received_at).where(received)).all()
    calendar = overrides.calendar(session)
    return _share(sum(not _at_work(calendar, moment) for moment in moments), len(moments))


def _first_response(session: Session, received: ColumnElement[bool]) -> Figure:
    """The median working time until a person first spoke to the citizen, of how many it came to that."""
    first = (
        select(Ticket.received_at, func.min(TicketEvent.at))
        .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .where(received, TicketEvent.kind.in_(_SPOKEN), TicketEvent.actor.notin_(("citizen", "system")))
        .group_by(Ticket.id, Ticket.received_at)
    )
    calendar = overrides.calendar(session)
    hours = [calendar.working_time(since, at) / timedelta(hours=1) for since, at in session.execute(first)]
    return Figure(f"{median(hours):.1f}근무시간", len(hours)) if hours else Figure("해당 없음", 0)


def _at_work(calendar: Calendar, moment: datetime) -> bool:
    day = moment.astimezone(SEOUL).date()
    return calendar.is_business_day(day) and any(start <= moment < end for start, end in STANDARD.on(day))


def _share(part: int, whole: int) -> Figure:
    return Figure(f"{part / whole:.1%}" if whole else "해당 없음", whole)
