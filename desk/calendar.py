"""Business days and working hours in Seoul, and the two clocks of "within three business days"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from holidays import country_holidays

from core.clock import SEOUL
from core.errors import Invalid

PROMISE_DAYS: Final = 3
TARGET: Final = timedelta(hours=24)
FIRST_YEAR: Final = 1949
LAST_YEAR: Final = 2100
"""Before and after these years nobody knows the holidays."""

_DAY: Final = timedelta(days=1)
_SPAN: Final = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-~–]\s*(\d{1,2}):([0-5]\d)")

Span = tuple[timedelta, timedelta]
"""From and until, counted from midnight in Seoul."""


@dataclass(frozen=True)
class Hours:
    """When a department works on a business day."""

    shifts: tuple[Span, ...]

    @classmethod
    def parse(cls, hours: str, lunch: str = "") -> Hours:
        """Read "09:00-18:00" and "12:00-13:00" (empty: no lunch); `Invalid` for what no day can be."""
        opens, closes = _span(hours, "근무 시간")
        if not lunch.strip():
            return cls(((opens, closes),))
        starts, ends = _span(lunch, "점심시간")
        if not opens < starts < ends < closes:
            raise Invalid(f"점심시간({lunch})이 근무 시간({hours}) 안에 있지 않습니다.")
        return cls(((opens, starts), (ends, closes)))

    def on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The shifts of that day as moments in Seoul, whether or not it is a business day."""
        midnight = datetime.combine(day, time(), SEOUL)
        for start, end in self.shifts:
            yield midnight + start, midnight + end


def _span(text: str, what: str) -> Span:
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise Invalid(f"{what}은 09:00-18:00과 같은 형식으로 적어 주십시오: {text}")
    numbers = [int(part) for part in found.groups()]
    start, end = (timedelta(hours=numbers[at], minutes=numbers[at + 1]) for at in (0, 2))
    if not start < end <= _DAY:
        raise Invalid(f"{what}의 끝은 시작보다 늦고 24:00을 넘지 않아야 합니다: {text}")
    return start, end


STANDARD: Final = Hours.parse("09:00-18:00", "12:00-13:00")


def hours_or_standard(hours: str, lunch: str) -> Hours:
    """`Hours.parse`, but the standard hours for what can't be read: a promise needs a clock in any case."""
    try:
        return Hours.parse(hours, lunch)
    except Invalid:
        return STANDARD


@dataclass(frozen=True)
class Calendar:
    """The public calendar, with the days that the foundation opens (True) or closes (False) against it.

    Every moment must have a zone: a naive one has no day in Seoul and raises `ValueError`.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_business_day(self, day: date) -> bool:
        """Whether offices are open: no weekend, no public holiday, unless an override says otherwise."""
        if (override := self.overrides.get(day)) is not None:
            return override
        return day.weekday() < 5 and day not in holiday_names(day.year)

    def business_days_after(self, day: date, n: int) -> date:
        """The `n`-th business day after `day`, which isn't counted itself."""
        for _ in range(n):
            day += _DAY
            while not self.is_business_day(day):
                day += _DAY
        return day

    def promise_due(self, moment: datetime) -> date:
        """The third business day after the day of receipt in Seoul: the promise holds to that day's end."""
        return self.business_days_after(_seoul(moment).date(), PROMISE_DAYS)

    def target(self, moment: datetime, hours: Hours = STANDARD, length: timedelta = TARGET) -> datetime:
        """The moment (UTC) at which so much working time has passed since `moment`."""
        left = length
        for start, end in self._shifts_from(_seoul(moment), hours):
            if left <= end - start:
                return _utc(start + left)
            left -= end - start
        raise AssertionError("unreachable: working days never end")

    def working_time(self, since: datetime, until: datetime, hours: Hours = STANDARD) -> timedelta:
        """The working time between two moments; negative when `until` is the earlier one."""
        if until < since:
            return -self.working_time(until, since, hours)
        end_of_all = _seoul(until)
        passed = timedelta()
        for start, end in self._shifts_from(_seoul(since), hours):
            if start >= end_of_all:
                break
            passed += min(end, end_of_all) - start
        return passed

    def _shifts_from(self, moment: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of work from `moment` on, the first one cut to what is left of it."""
        day = moment.date()
        while True:
            if self.is_business_day(day):
                for opens, closes in hours.on(day):
                    if moment < closes:
                        yield max(opens, moment), closes
            day += _DAY


def promise_end(promised_on: date) -> datetime:
    """The moment (UTC) from which a promise for that day is broken: midnight in Seoul after it."""
    return _utc(datetime.combine(promised_on + _DAY, time(), SEOUL))


@lru_cache
def holiday_names(year: int) -> Mapping[date, str]:
    """The public holidays of that year, substitute and temporary ones included, as they are called.

    Raises `ValueError` for a year whose holidays nobody knows: an empty calendar would promise wrongly.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no holidays are known for the year {year}")
    return dict(country_holidays("KR", years=year, language="ko"))


def _seoul(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no day in Seoul: give it a zone")
    return moment.astimezone(SEOUL)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
