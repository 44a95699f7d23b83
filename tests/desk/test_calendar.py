"""The two clocks at fixed points: dates that were counted by hand, edges of days, nonsense refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.clock import SEOUL
from core.errors import Invalid
from desk.calendar import Calendar, Hours, holiday_names, promise_end
from tests.desk.slow_calendar import Slow

PUBLIC = Calendar()


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


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
    assert holiday_names(int(day[:4]))[date.fromisoformat(day)]


def test_every_day_of_four_years_agrees_with_the_calendar_on_paper() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 3 * 365)]
    assert [day for day in days if PUBLIC.is_business_day(day) != Slow().is_open(day)] == []


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


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-23T10:00", "2026-11-23T14:00"),  # over lunch
        ("2026-11-23T17:00", "2026-11-24T11:00"),  # over night
        ("2026-11-27T16:00", "2026-11-30T10:00"),  # over the weekend
        ("2026-11-29T23:00", "2026-11-30T12:00"),  # from a Sunday
    ],
)
def test_passing_on_within_three_working_hours_ends_where_a_person_would_say(since: str, until: str) -> None:
    assert PUBLIC.target(seoul(since), length=timedelta(hours=3)) == seoul(until)


def test_a_holiday_proclaimed_later_moves_what_is_counted_from_then_on() -> None:
    proclaimed = Calendar({date(2026, 5, 6): False})
    assert proclaimed.promise_due(seoul("2026-04-30T10:00")) == date(2026, 5, 8)
    assert proclaimed.target(seoul("2026-04-30T10:00")) == seoul("2026-05-08T10:00")


def test_a_holiday_or_a_saturday_can_be_worked() -> None:
    opened = Calendar({date(2026, 5, 1): True, date(2026, 5, 2): True})
    assert opened.promise_due(seoul("2026-04-30T10:00")) == date(2026, 5, 4)


def test_time_left_counts_to_the_end_of_the_promised_day() -> None:
    end = promise_end(date(2026, 11, 26))
    assert end == seoul("2026-11-27T00:00")
    assert PUBLIC.working_time(seoul("2026-11-26T14:00"), end) == timedelta(hours=4)
    assert PUBLIC.working_time(seoul("2026-11-27T10:00"), end) == -timedelta(hours=1)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        PUBLIC.promise_due(datetime(2026, 4, 30))  # noqa: DTZ001


@pytest.mark.parametrize("year", [1948, 2101])
def test_a_year_whose_holidays_are_unknown_is_refused_rather_than_taken_for_workdays(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        PUBLIC.is_business_day(date(year, 7, 1))


@pytest.mark.parametrize("written", ["09:00-18:00", "9:00~18:00", " 09:00 – 18:00 "])
def test_hours_are_read_as_people_write_them(written: str) -> None:
    assert Hours.parse(written, "12:00-13:00") == Hours.parse("09:00-18:00", "12:00~13:00")


def test_without_lunch_a_day_is_one_shift_and_may_last_until_midnight() -> None:
    assert list(Hours.parse("14:00-24:00").on(date(2026, 11, 23))) == [
        (seoul("2026-11-23T14:00"), seoul("2026-11-24T00:00"))
    ]


@pytest.mark.parametrize(
    ("hours", "lunch"),
    [
        ("", ""),
        ("9시부터 6시까지", ""),
        ("18:00-09:00", ""),  # a shift over midnight belongs to no one day
        ("09:00-09:00", ""),
        ("09:00-25:00", ""),
        ("09:60-18:00", ""),
        ("09:00-18:00", "점심"),
        ("09:00-18:00", "13:00-12:00"),
        ("09:00-12:00", "12:00-13:00"),
        ("09:00-18:00", "08:00-10:00"),
        ("09:00-18:00", "09:00-18:00"),
    ],
)
def test_hours_that_no_day_can_have_are_refused_in_words(hours: str, lunch: str) -> None:
    with pytest.raises(Invalid, match="시간"):
        Hours.parse(hours, lunch)
