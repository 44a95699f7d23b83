"""Days that the foundation opens or closes against the public calendar: a holiday proclaimed late, a move."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.errors import Conflict, Invalid, NotFound
from desk.calendar import LAST_YEAR, Calendar
from desk.models import CalendarOverride, Staff

LONGEST_REASON = 100
_DAYS = select(CalendarOverride.day, CalendarOverride.is_open)


def calendar(session: Session) -> Calendar:
    """The calendar that counts now, overrides included."""
    days = session.execute(_DAYS)
    return Calendar(dict(iter(days)))


def all_of(session: Session) -> list[CalendarOverride]:
    """All overrides, the latest day first."""
    return list(session.scalars(select(CalendarOverride).order_by(CalendarOverride.day.desc())))


def put(
    session: Session, day: date, is_open: bool, reason: str, staff: Staff, now: datetime
) -> CalendarOverride:
    """Open or close that day, with the reason that staff will read; what stood for the day before gives way.

    Dates promised already stay as they were told. Raises `Invalid` for a day that is over or too far, or
    without a reason; `Conflict` when the day is open or closed already.
    """
    _coming(day, now)
    if not (reason := reason.strip()) or len(reason) > LONGEST_REASON:
        raise Invalid(f"사유를 {LONGEST_REASON}자 이내로 적어 주십시오.", reason="꼭 필요합니다.")
    if calendar(session).is_business_day(day) == is_open:
        raise Conflict(f"{day:%Y-%m-%d}은 이미 {'근무일' if is_open else '쉬는 날'}입니다.")
    override = CalendarOverride(day=day, is_open=is_open, reason=reason, staff_id=staff.id, at=now)
    return session.merge(override)


def remove(session: Session, day: date, now: datetime) -> None:
    """Let the public calendar decide about that day again; `NotFound` without an override, `Invalid` late."""
    override = session.get(CalendarOverride, day)
    if override is None:
        raise NotFound(f"{day:%Y-%m-%d}에는 조정한 내용이 없습니다.")
    _coming(day, now)
    session.delete(override)
    session.flush()


def _coming(day: date, now: datetime) -> None:
    # What has been counted over a past day was told to citizens: it can't be counted anew.
    if day < now.astimezone(SEOUL).date():
        raise Invalid("지난 날은 바꿀 수 없습니다.", day="오늘이나 앞으로의 날짜를 골라 주십시오.")
    if day.year > LAST_YEAR:
        raise Invalid(f"{LAST_YEAR}년까지의 날짜를 골라 주십시오.", day=f"{LAST_YEAR}년까지입니다.")
