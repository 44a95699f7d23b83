"""Slots for consultations, out of a department's working hours; each is booked by one ticket alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Calendar as CalendarFile
from icalendar import Event
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.errors import Conflict, Invalid
from desk import directory
from desk.calendar import Calendar, hours_or_standard
from desk.models import Booking, Department, Ticket

LENGTH: Final = timedelta(minutes=30)
_LEAD: Final = timedelta(hours=1)
_TAKEN: Final = "방금 다른 분이 예약하신 시간입니다. 다른 시간을 골라 주십시오."


@dataclass(frozen=True)
class Slot:
    """A stretch of a department's time, both ends in Seoul's time."""

    start: datetime
    end: datetime


def free(
    session: Session, department_id: str, calendar: Calendar, now: datetime, days: int = 10
) -> list[Slot]:
    """The slots of the next business days that nobody has booked, the earliest first.

    They begin an hour from now at the earliest. Raises `Invalid` for an unknown department.
    """
    unit = session.get(Department, department_id)
    if unit is None:
        raise Invalid("부서를 다시 골라 주십시오.")
    taken = {booking.start for booking in booked(session, department_id, now)}
    return [slot for slot in _slots(unit, calendar, now, days) if slot.start.astimezone(UTC) not in taken]


def book(session: Session, ticket: Ticket, start: datetime, calendar: Calendar, now: datetime) -> Slot:
    """Book the slot that starts then for the ticket, in its department; an earlier one is given back.

    Raises `Invalid` for a moment at which no slot starts, `Conflict` when somebody else has it.
    """
    slot = next((slot for slot in _slots(ticket.department, calendar, now, 60) if slot.start == start), None)
    if slot is None:
        raise Invalid("예약할 수 있는 시간이 아닙니다. 다시 골라 주십시오.", slot="다시 골라 주십시오.")
    give_back(session, ticket)
    booking = Booking(department_id=ticket.department_id, start=start, ticket_id=ticket.id)
    try:
        with session.begin_nested():
            session.add(booking)
    except IntegrityError as error:
        raise Conflict(_TAKEN, slot=_TAKEN) from error
    return slot


def give_back(session: Session, ticket: Ticket) -> None:
    """Nobody needs the ticket's slot any more."""
    session.execute(delete(Booking).where(Booking.ticket_id == ticket.id))


def booked(session: Session, department_id: str, since: datetime) -> list[Booking]:
    """The department's booked slots from that moment on, the earliest first."""
    coming = select(Booking).where(Booking.department_id == department_id, Booking.start >= since)
    return list(session.scalars(coming.order_by(Booking.start)))


def of_ticket(session: Session, ticket: Ticket) -> Slot | None:
    """The slot that the ticket has."""
    booking = session.scalar(select(Booking).where(Booking.ticket_id == ticket.id))
    start = booking.start.astimezone(SEOUL) if booking else None
    return Slot(start, start + LENGTH) if start else None


def ics(session: Session, ticket: Ticket, now: datetime) -> str | None:
    """The booked slot as a calendar file (iCalendar), which names no citizen; None without a slot."""
    slot = of_ticket(session, ticket)
    if slot is None:
        return None
    person = directory.contact(ticket.staff)
    event = Event()
    event.add("uid", f"{ticket.number}@eungdae")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", slot.start.astimezone(UTC))
    event.add("dtend", slot.end.astimezone(UTC))
    event.add("summary", f"{ticket.department.name} 상담")
    event.add("location", ticket.department.place)
    event.add("description", f"접수번호 {ticket.number}\n담당: {person.name} ({person.phone})")
    file = CalendarFile()
    file.add("prodid", "-//Eungdae//KO")
    file.add("version", "2.0")
    file.add_component(event)
    return str(file.to_ical().decode())


def _slots(unit: Department, calendar: Calendar, now: datetime, days: int) -> list[Slot]:
    hours, today = hours_or_standard(unit.hours, unit.lunch), now.astimezone(SEOUL).date()
    ahead = [calendar.business_days_after(today, n) for n in range(1, days + 1)]
    found: list[Slot] = []
    for day in [today, *ahead] if calendar.is_business_day(today) else ahead:
        for opens, closes in hours.on(day):
            start = opens
            while start + LENGTH <= closes:
                if start >= now + _LEAD:
                    found.append(Slot(start, start + LENGTH))
                start += LENGTH
    return found
