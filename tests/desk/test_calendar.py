"""The two clocks, against fixed dates and against a counter that walks every minute or day by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SEOUL
from desk.calendar import Calendar, promise_end

# Typed by hand from the government's calendar, not taken from the library that is tested.
HOLIDAYS = {
    date.fromisoformat(day)
    for day in """
    2024-01-01 2024-02-09 2024-02-12 2024-03-01 2024-04-10 2024-05-06 2024-05-15 2024-06-06 2024-08-15
    2024-09-16 2024-09-17 2024-09-18 2024-10-01 2024-10-03 2024-10-09 2024-12-25
    2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-03-03 2025-05-05 2025-05-06 2025-06-03
    2025-06-06 2025-08-15 2025-10-03 2025-10-06 2025-10-07 2025-10-08 2025-10-09 2025-12-25
    2026-01-01 2026-02-16 2026-02-17 2026-02-18 2026-03-02 2026-05-01 2026-05-05 2026-05-25 2026-06-03
    2026-07-17 2026-08-17 2026-09-24 2026-09-25 2026-10-05 2026-10-09 2026-12-25
    2027-01-01 2027-02-08 2027-02-09 2027-03-01 2027-05-03 2027-05-05 2027-05-13 2027-07-19 2027-08-16
    2027-09-14 2027-09-15 2027-09-16 2027-10-04 2027-10-11 2027-12-27
    """.split()  # noqa: SIM905
}
PUBLIC = Calendar()
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 10))
MINUTES = st.integers(0, 24 * 60 - 1)


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def slow_is_open(day: date) -> bool:
    return day.strftime("%a") not in ("Sat", "Sun") and day not in HOLIDAYS


def slow_is_working(minute: datetime) -> bool:
    """Whether the minute that begins here is worked."""
    clock = minute.hour * 60 + minute.minute
    return slow_is_open(minute.date()) and (540 <= clock < 720 or 780 <= clock < 1080)


def slow_minutes(start: datetime, end: datetime) -> int:
    return sum(
        slow_is_working(start + timedelta(minutes=n)) for n in range(int((end - start).total_seconds()) // 60)
    )


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-04-30", "2026-05-07"),
        ("2026-05-01", "2026-05-07"),
        ("2026-02-13", "2026-02-23"),
        ("2026-11-23", "2026-11-26"),
        ("2026-11-21", "2026-11-25"),
        ("2027-12-29", "2028-01-03"),
    ],
)
@pytest.mark.parametrize("hour", ["00:00", "10:00", "23:59:59"])
def test_a_promise_is_due_on_the_third_business_day_whatever_the_hour(
    received: str, hour: str, due: str
) -> None:
    assert PUBLIC.promise_due(seoul(f"{received}T{hour}")) == date.fromisoformat(due)


def test_the_day_of_receipt_is_the_day_in_seoul() -> None:
    just_before_midnight = datetime(2026, 11, 23, 14, 59, 59, tzinfo=UTC)
    assert PUBLIC.promise_due(just_before_midnight) == date(2026, 11, 26)
    assert PUBLIC.promise_due(just_before_midnight + timedelta(seconds=1)) == date(2026, 11, 27)


@pytest.mark.parametrize(
    "day",
    ["2025-01-27", "2025-06-03", "2026-05-01", "2026-06-03", "2026-07-17", "2026-08-17", "2026-10-05",
     "2027-05-03", "2027-07-19"],
)  # fmt: skip
def test_substitute_temporary_and_election_holidays_are_known(day: str) -> None:
    assert not PUBLIC.is_business_day(date.fromisoformat(day))


def test_every_day_of_four_years_agrees_with_the_calendar_on_paper() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 3 * 365)]
    assert [day for day in days if PUBLIC.is_business_day(day) != slow_is_open(day)] == []


@given(DAYS, MINUTES)
def test_the_promise_agrees_with_counting_days_one_by_one(day: date, minute: int) -> None:
    received = datetime.combine(day, time(), SEOUL) + timedelta(minutes=minute)
    due = PUBLIC.promise_due(received)
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert sum(map(slow_is_open, between)) == 3
    assert slow_is_open(due)


@given(DAYS, MINUTES)
@settings(deadline=None, max_examples=60)
def test_the_target_agrees_with_counting_minutes_one_by_one(day: date, minute: int) -> None:
    received = datetime.combine(day, time(), SEOUL) + timedelta(minutes=minute)
    target = PUBLIC.target(received).astimezone(SEOUL)
    assert slow_minutes(received, target) == 24 * 60
    assert slow_is_working(target - timedelta(minutes=1))


@given(DAYS, MINUTES, st.integers(0, 12 * 24 * 60))
@settings(deadline=None, max_examples=60)
def test_the_time_left_agrees_with_counting_minutes_one_by_one(day: date, minute: int, ahead: int) -> None:
    now = datetime.combine(day, time(), SEOUL) + timedelta(minutes=minute)
    until = now + timedelta(minutes=ahead)
    left = timedelta(minutes=slow_minutes(now, until))
    assert PUBLIC.working_time(now, until) == left
    assert PUBLIC.working_time(until, now) == -left


@given(DAYS, MINUTES, st.integers(0, 5 * 24 * 60))
def test_a_later_receipt_never_has_an_earlier_date(day: date, minute: int, later: int) -> None:
    first = datetime.combine(day, time(), SEOUL) + timedelta(minutes=minute)
    second = first + timedelta(minutes=later)
    assert PUBLIC.promise_due(first) <= PUBLIC.promise_due(second)
    assert PUBLIC.target(first) <= PUBLIC.target(second)


@pytest.mark.parametrize(
    ("received", "target"),
    [
        ("2026-11-23T10:00", "2026-11-26T10:00"),  # Monday to Thursday
        ("2026-11-23T09:00", "2026-11-25T18:00"),
        ("2026-11-23T12:30", "2026-11-26T12:00"),  # in the lunch hour
        ("2026-11-21T03:00", "2026-11-25T18:00"),  # on a Saturday
        ("2026-04-30T10:00", "2026-05-07T10:00"),  # two holidays and a weekend between
    ],
)
def test_the_target_is_24_working_hours_away(received: str, target: str) -> None:
    reached = PUBLIC.target(seoul(received))
    assert reached == seoul(target)
    assert reached.tzinfo is UTC


def test_time_left_counts_to_the_end_of_the_promised_day() -> None:
    assert promise_end(date(2026, 11, 26)) == seoul("2026-11-27T00:00")
    assert PUBLIC.working_time(seoul("2026-11-26T14:00"), promise_end(date(2026, 11, 26))) == timedelta(
        hours=4
    )
    assert PUBLIC.working_time(seoul("2026-11-27T10:00"), promise_end(date(2026, 11, 26))) == -timedelta(
        hours=1
    )


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        PUBLIC.promise_due(datetime(2026, 4, 30))  # noqa: DTZ001
