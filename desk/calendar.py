"""Business days and working hours in Seoul, and the two clocks of "within three business days"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from holidays import country_holidays

from core.clock import SEOUL

PROMISE_DAYS = 3
TARGET = timedelta(hours=24)
_SHIFTS = ((time(9), time(12)), (time(13), time(18)))
_DAY = timedelta(days=1)


def is_business_day(day: date) -> bool:
    """Whether offices are open: no weekend, no public holiday (substitute and temporary ones included)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def promise_due(received_at: datetime) -> date:
    """The third business day after the day of receipt in Seoul: the promise holds to the end of that day."""
    day = _seoul(received_at).date()
    for _ in range(PROMISE_DAYS):
        day = _next_business_day(day)
    return day


def promise_end(promised_on: date) -> datetime:
    """The moment (UTC) from which a promise for that day is broken: midnight in Seoul after it."""
    return _utc(datetime.combine(promised_on + _DAY, time(), SEOUL))


def working_hours_target(received_at: datetime) -> datetime:
    """The moment (UTC) at which 24 working hours, 8 a day, have passed since receipt."""
    left = TARGET
    for start, end in _shifts_from(_seoul(received_at)):
        if left <= end - start:
            return _utc(start + left)
        left -= end - start
    raise AssertionError("unreachable: working days never end")


def working_time_left(now: datetime, until: datetime) -> timedelta:
    """Working time from `now` to `until`; negative by the working time that has passed since `until`."""
    if now > until:
        return -working_time_left(until, now)
    end_of_all = _seoul(until)
    left = timedelta()
    for start, end in _shifts_from(_seoul(now)):
        if start >= end_of_all:
            break
        left += min(end, end_of_all) - start
    return left


def _shifts_from(moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of work from `moment` on, the first one cut to what is left of it."""
    day = moment.date()
    while True:
        if is_business_day(day):
            for opens, closes in _SHIFTS:
                start = max(datetime.combine(day, opens, SEOUL), moment)
                end = datetime.combine(day, closes, SEOUL)
                if start < end:
                    yield start, end
        day += _DAY


def _next_business_day(day: date) -> date:
    day += _DAY
    while not is_business_day(day):
        day += _DAY
    return day


@lru_cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("KR", years=year))


def _seoul(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no day in Seoul: give it a zone")
    return moment.astimezone(SEOUL)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
