"""A consultation's time: from the department's hours, for one citizen alone, and in their calendar."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import SEOUL
from core.database import Database
from core.errors import Conflict, Invalid
from core.privacy import Vault
from desk import overrides, slots, steps
from desk.calendar import Calendar, Hours
from desk.models import Department, Staff, Ticket
from tests.desk.acting import Actor, unit
from tests.desk.conftest import NOW
from tests.desk.test_steps import at_once

SOON = datetime(2026, 5, 6, 10, 0, tzinfo=SEOUL)


@pytest.fixture
def act(desk: Database, vault: Vault) -> Actor:
    return Actor(desk, vault)


@pytest.fixture
def number(opened) -> str:
    return opened(kind="reservation").number


def free(desk: Database, now: datetime = NOW, department_id: str = "ads") -> list[datetime]:
    with desk.session() as session:
        return [slot.start for slot in slots.free(session, department_id, Calendar(), now)]


def test_slots_lie_in_working_hours_from_an_hour_ahead_without_lunch_and_holidays(desk: Database) -> None:
    """Thursday the 30th of April, 10:00; the 1st and the 5th of May are holidays."""
    found = free(desk)
    assert found[0] == datetime(2026, 4, 30, 11, 0, tzinfo=SEOUL)
    today = [f"{start:%H:%M}" for start in found if start.date() == NOW.date()]
    assert today[:3] == ["11:00", "11:30", "13:00"]
    assert today[-1] == "17:30"
    days = sorted({start.day for start in found if start.month == 5})
    assert days[:3] == [4, 6, 7]
    assert len({start.date() for start in found}) == 11


def test_on_a_holiday_slots_begin_with_the_next_business_day(desk: Database) -> None:
    holiday = datetime(2026, 5, 5, 10, 0, tzinfo=SEOUL)
    assert free(desk, holiday)[0] == datetime(2026, 5, 6, 9, 0, tzinfo=SEOUL)


def test_a_department_has_its_own_hours(desk: Database) -> None:
    with desk.session() as session:
        ads = session.get_one(Department, "ads")
        ads.hours, ads.lunch = "10:00-16:00", ""
    times = {f"{start:%H:%M}" for start in free(desk) if start.day == 4}
    assert min(times) == "10:00"
    assert max(times) == "15:30"
    assert "12:00" in times


def test_hours_that_cannot_be_read_count_as_the_standard_ones(desk: Database) -> None:
    usual = free(desk)
    with desk.session() as session:
        session.get_one(Department, "ads").hours = "아홉 시부터"
    assert free(desk) == usual


def test_an_unknown_department_has_no_slots(desk: Database) -> None:
    with pytest.raises(Invalid):
        free(desk, department_id="nowhere")


def test_a_booking_answers_the_reservation_and_the_slot_is_gone(
    act: Actor, desk: Database, number: str
) -> None:
    slot = act(steps.book, number, SOON)
    assert slot.end - slot.start == timedelta(minutes=30)
    assert act.kinds(number)[-2:] == ["booked", "answered"]
    assert act.row(number).state == "answered"
    assert SOON not in free(desk)
    assert SOON in free(desk, department_id="front")


def test_another_time_gives_the_first_one_back(act: Actor, desk: Database, number: str) -> None:
    act(steps.book, number, SOON)
    act(steps.book, number, SOON + timedelta(hours=1))
    assert SOON in free(desk)
    assert act.kinds(number).count("answered") == 1


def test_a_slot_is_booked_once(act: Actor, desk: Database, opened, number: str) -> None:
    other = opened(kind="reservation").number
    act(steps.book, number, SOON)
    with pytest.raises(Conflict, match="다른 분이"):
        act(steps.book, other, SOON)
    assert act.row(other).state == "assigned"


def test_of_two_who_book_the_same_slot_at_once_one_gets_it(act: Actor, opened, number: str) -> None:
    other = opened(kind="reservation").number
    outcomes = at_once(*[lambda one=one: act(steps.book, one, SOON) for one in (number, other)])
    assert sorted(bool(outcome) for outcome in outcomes) == [False, True]


def test_a_refused_booking_keeps_the_earlier_slot(act: Actor, desk: Database, opened, number: str) -> None:
    other = opened(kind="reservation").number
    act(steps.book, number, SOON)
    act(steps.book, other, SOON + timedelta(hours=1))
    with pytest.raises(Conflict):
        act(steps.book, other, SOON)
    with desk.session() as session:
        slot = slots.of_ticket(session, act.ticket(session, other))
    assert slot
    assert slot.start == SOON + timedelta(hours=1)


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 5, 6, 10, 10, tzinfo=SEOUL),
        datetime(2026, 5, 6, 12, 0, tzinfo=SEOUL),
        datetime(2026, 5, 6, 18, 0, tzinfo=SEOUL),
        datetime(2026, 5, 5, 10, 0, tzinfo=SEOUL),
        datetime(2026, 4, 29, 10, 0, tzinfo=SEOUL),
        datetime(2027, 5, 6, 10, 0, tzinfo=SEOUL),
    ],
)
def test_what_is_no_slot_cannot_be_booked(act: Actor, number: str, start: datetime) -> None:
    with pytest.raises(Invalid, match="예약할 수 있는 시간이 아닙니다"):
        act(steps.book, number, start)


def test_only_a_reservation_books(act: Actor, opened) -> None:
    with pytest.raises(Conflict, match="상담 예약에만"):
        act(steps.book, opened().number, SOON)


def test_a_slot_that_was_chosen_in_the_form_is_booked_with_the_ticket(act: Actor, opened) -> None:
    told = opened(kind="reservation", facts={"slot": SOON.astimezone(UTC).isoformat()})
    assert told.slot == SOON
    assert act.row(told.number).state == "answered"


def test_a_form_whose_slot_was_taken_meanwhile_opens_nothing(desk: Database, opened) -> None:
    facts = {"slot": SOON.isoformat()}
    opened(kind="reservation", facts=facts)
    with pytest.raises(Conflict):
        opened(kind="reservation", facts=facts)
    with desk.session() as session:
        assert len(session.scalars(select(Ticket)).all()) == 1


@pytest.mark.parametrize("slot", ["soon", "2026-05-06", "2026-05-06T10:00:00"])
def test_a_slot_that_cannot_be_read_is_named(opened, slot: str) -> None:
    with pytest.raises(Invalid) as caught:
        opened(kind="reservation", facts={"slot": slot})
    assert list(caught.value.fields) == ["slot"]


def test_whoever_withdraws_gives_the_slot_back(act: Actor, desk: Database, number: str) -> None:
    act(steps.book, number, SOON)
    act(steps.objection, number, "다른 날이 좋겠습니다.")
    act(steps.withdraw, number)
    assert SOON in free(desk)


def test_a_transfer_gives_the_slot_back(act: Actor, desk: Database, number: str) -> None:
    act(steps.book, number, SOON)
    act(steps.objection, number, "다른 부서의 일입니다.")
    act(steps.transfer, number, unit("front"), None, "상담 예약입니다.", "")
    assert SOON in free(desk)


def test_an_override_closes_the_slots_of_its_day(act: Actor, desk: Database, number: str) -> None:
    with desk.session() as session:
        overrides.put(session, SOON.date(), False, "행사", session.get_one(Staff, "kim"), NOW)
    with pytest.raises(Invalid):
        act(steps.book, number, SOON)


def test_the_calendar_file_names_time_place_and_person_but_no_citizen(
    act: Actor, desk: Database, number: str
) -> None:
    with desk.session() as session:
        session.get_one(Department, "ads").place = "본관 3층, 상담실"
        assert slots.ics(session, act.ticket(session, number), NOW) is None
    act(steps.book, number, SOON)
    with desk.session() as session:
        text = slots.ics(session, act.ticket(session, number), NOW)
    assert text
    [event] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert event.decoded("dtstart") == SOON
    assert event.decoded("dtend") == SOON + timedelta(minutes=30)
    assert str(event["summary"]) == "정부광고팀 상담"
    assert str(event["location"]) == "본관 3층, 상담실"
    assert "조광고 (02-000-2001)" in str(event["description"])
    assert "홍길동" not in text
    assert "1234-5678" not in text.replace(number, "")


@given(
    opens=st.integers(0, 20), length=st.integers(1, 12), now_hour=st.integers(0, 23), day=st.integers(1, 28)
)
def test_slots_never_overlap_nor_leave_the_hours(opens: int, length: int, now_hour: int, day: int) -> None:
    closes = min(opens + length, 24)
    department = Department(id="x", name="x", hours=f"{opens}:00-{closes}:00", lunch="")
    now = datetime(2026, 9, day, now_hour, 17, tzinfo=SEOUL)
    found = slots._slots(department, Calendar(), now, 3)
    hours = Hours.parse(department.hours)
    for before, after in itertools.pairwise(found):
        assert before.end <= after.start
    for slot in found:
        assert slot.start >= now + timedelta(hours=1)
        assert Calendar().is_business_day(slot.start.date())
        assert any(start <= slot.start and slot.end <= end for start, end in hours.on(slot.start.date()))
