"""Days that the foundation opens or closes: kept with who and why, never behind anybody's back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from core.clock import SEOUL
from core.database import Database
from core.errors import Conflict, Invalid, NotFound
from desk import overrides, tickets
from desk.models import Staff
from tests.desk.conftest import Opener

NOW = datetime(2026, 4, 30, 10, 0, tzinfo=SEOUL)
FRIDAY, SATURDAY = date(2026, 5, 8), date(2026, 5, 9)


def put(
    database: Database, day: date, is_open: bool, reason: str = "임시 공휴일", now: datetime = NOW
) -> None:
    with database.session() as session:
        overrides.put(session, day, is_open, reason, session.get_one(Staff, "kim"), now)


def open_days(database: Database, *days: date) -> list[bool]:
    with database.session() as session:
        calendar = overrides.calendar(session)
    return [calendar.is_business_day(day) for day in days]


def test_a_day_is_closed_or_opened_until_it_is_taken_back(desk: Database) -> None:
    put(desk, FRIDAY, is_open=False)
    put(desk, SATURDAY, is_open=True)
    assert open_days(desk, FRIDAY, SATURDAY) == [False, True]
    with desk.session() as session:
        assert [one.day for one in overrides.all_of(session)] == [SATURDAY, FRIDAY]
        overrides.remove(session, FRIDAY, NOW)
    assert open_days(desk, FRIDAY, SATURDAY) == [True, True]


def test_a_second_decision_takes_the_place_of_the_first(desk: Database) -> None:
    put(desk, FRIDAY, is_open=False)
    put(desk, FRIDAY, is_open=True, reason="지정이 취소됨")
    with desk.session() as session:
        [one] = overrides.all_of(session)
        assert (one.is_open, one.reason, one.staff_id) == (True, "지정이 취소됨", "kim")


def test_a_promise_that_was_told_stays_when_a_holiday_is_proclaimed(desk: Database, opened: Opener) -> None:
    before = opened(now=NOW)
    put(desk, date(2026, 5, 6), is_open=False)
    after = opened(now=NOW, phone="010-2222-3333")
    assert (before.promised_on, after.promised_on) == (date(2026, 5, 7), FRIDAY)
    with desk.session() as session:
        ticket = tickets.find(session, before.number)
        assert ticket
        assert ticket.promised_on == before.promised_on


@pytest.mark.parametrize(("day", "is_open"), [(FRIDAY, True), (SATURDAY, False), (date(2026, 5, 5), False)])
def test_what_is_so_already_needs_no_decision(desk: Database, day: date, is_open: bool) -> None:
    with pytest.raises(Conflict, match="이미"):
        put(desk, day, is_open)


@pytest.mark.parametrize("reason", ["", "   ", "가" * 101])
def test_without_a_short_reason_nothing_is_changed(desk: Database, reason: str) -> None:
    with pytest.raises(Invalid, match="사유"):
        put(desk, FRIDAY, is_open=False, reason=reason)
    assert open_days(desk, FRIDAY) == [True]


def test_today_may_still_be_changed_in_seoul_but_yesterday_never(desk: Database) -> None:
    last_minute = datetime(2026, 5, 8, 23, 59, tzinfo=SEOUL)
    put(desk, FRIDAY, is_open=False, now=last_minute)
    with pytest.raises(Invalid, match="지난 날"):
        put(desk, FRIDAY, is_open=True, now=last_minute + timedelta(minutes=1))
    with desk.session() as session, pytest.raises(Invalid, match="지난 날"):
        overrides.remove(session, FRIDAY, last_minute + timedelta(minutes=1))
    assert open_days(desk, FRIDAY) == [False]


def test_a_decision_that_is_not_there_cannot_be_taken_back(desk: Database) -> None:
    with desk.session() as session, pytest.raises(NotFound):
        overrides.remove(session, FRIDAY, NOW)


def test_nobody_decides_about_the_year_3000(desk: Database) -> None:
    with pytest.raises(Invalid, match="2100년"):
        put(desk, date(3000, 1, 1), is_open=False)
