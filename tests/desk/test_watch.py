"""What the clock brings: who is told when, once, and never in vain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import SEOUL
from core.database import Database
from desk import notices, tickets, watch
from desk.calendar import STANDARD, Calendar, promise_end
from desk.models import CalendarOverride, Department, Notice, Staff, Ticket, TicketEvent
from tests.desk.conftest import Opener


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


# Received on a Monday morning, 32 working hours before the promise is over on Thursday.
MONDAY = seoul("2026-11-23T09:00")
HALF = seoul("2026-11-24T18:00")
MOST = seoul("2026-11-26T10:36")
ALL = seoul("2026-11-26T18:00")


@pytest.fixture
def team(desk: Database) -> Database:
    """조광고 has a deputy (윤정산) and a head of department (박팀장)."""
    with desk.session() as session:
        session.add(Staff(id="park", username="park", name="박팀장", department_id="ads", role="supervisor"))
        session.flush()
        session.get_one(Staff, "cho").deputies = ["yoon"]
        session.get_one(Department, "ads").head_id = "park"
        for name in ("yoon", "park"):
            session.get_one(Staff, name).email = f"{name}@example.kr"
    return desk


@pytest.fixture
def number(team: Database, opened: Opener) -> str:
    """A ticket of Monday morning whose responsible person is 조광고."""
    one = opened(now=MONDAY).number
    with team.session() as session:
        ticket = tickets.find(session, one)
        assert ticket
        data = {"staff": "cho", "department": "ads"}
        tickets.record(session, ticket, "assigned", "system", MONDAY, data)
    return one


def tick(database: Database, now: datetime) -> None:
    with database.session() as session:
        watch.tick(session, now)


def told(database: Database) -> list[tuple[str, str]]:
    """Who was told what by the clock, the kinds in order."""
    with database.session() as session:
        rows = session.execute(select(Notice.staff_id, Notice.kind).order_by(Notice.kind, Notice.staff_id))
        return [(staff, kind) for staff, kind in rows if kind.startswith(("due", "waiting"))]


def step(database: Database, number: str, kind: str, at: datetime, **data: object) -> None:
    with database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        tickets.record(session, ticket, kind, "cho", at, dict(data))


def levels(database: Database) -> list[int]:
    with database.session() as session:
        events = select(TicketEvent).where(TicketEvent.kind == "escalated").order_by(TicketEvent.id)
        return [event.data["level"] for event in session.scalars(events)]


def test_half_the_time_is_told_to_the_person_alone(team: Database, number: str) -> None:
    tick(team, HALF - timedelta(seconds=1))
    assert told(team) == []
    tick(team, HALF)
    assert told(team) == [("cho", "due50")]


def test_then_the_deputy_hears_of_it_and_at_the_end_the_head(team: Database, number: str) -> None:
    for moment in (HALF, MOST - timedelta(seconds=1)):
        tick(team, moment)
    assert told(team) == [("cho", "due50")]
    tick(team, MOST)
    assert told(team) == [("cho", "due50"), ("cho", "due80"), ("yoon", "due80")]
    tick(team, ALL)
    assert [one for one in told(team) if one[1] == "due100"] == [
        ("cho", "due100"), ("park", "due100"), ("yoon", "due100"),
    ]  # fmt: skip
    assert levels(team) == [50, 80, 100]


def test_everybody_is_told_once_however_often_the_clock_is_watched(team: Database, number: str) -> None:
    for moment in (HALF, HALF, MOST, MOST, ALL, ALL, ALL + timedelta(days=3)):
        tick(team, moment)
    assert len(told(team)) == len(set(told(team))) == 6
    assert levels(team) == [50, 80, 100]


def test_two_processes_that_watch_at_once_tell_everybody_once(team: Database, number: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tick(team, ALL), range(8)))
    assert told(team) == [("cho", "due100"), ("park", "due100"), ("yoon", "due100")]
    assert levels(team) == [100]


def test_after_a_pause_of_the_server_only_the_highest_level_is_told(team: Database, number: str) -> None:
    tick(team, ALL + timedelta(days=10))
    assert told(team) == [("cho", "due100"), ("park", "due100"), ("yoon", "due100")]


def test_an_answered_ticket_troubles_nobody(team: Database, number: str) -> None:
    step(team, number, "answered", HALF - timedelta(hours=1))
    tick(team, ALL)
    assert told(team) == []


def test_while_the_citizen_is_asked_only_the_person_is_reminded_until_the_day_has_come(
    team: Database, number: str
) -> None:
    step(team, number, "asked", MONDAY + timedelta(hours=1))
    tick(team, HALF)
    assert told(team) == []
    for moment in (MOST, MOST + timedelta(minutes=1)):
        tick(team, moment)
    assert told(team) == [("cho", "waiting")]
    assert levels(team) == []
    tick(team, ALL)
    assert told(team) == [("cho", "due100"), ("park", "due100"), ("yoon", "due100"), ("cho", "waiting")]


def test_when_the_citizen_has_answered_the_clock_is_heard_again(team: Database, number: str) -> None:
    step(team, number, "asked", MONDAY + timedelta(hours=1))
    tick(team, HALF)
    step(team, number, "added", HALF + timedelta(hours=15))
    tick(team, HALF + timedelta(hours=15))
    assert told(team) == [("cho", "due50")]


def test_after_an_extension_the_clock_counts_anew(team: Database, number: str) -> None:
    tick(team, MOST)
    extended = seoul("2026-11-26T11:00")
    step(team, number, "extended", extended, promised_on="2026-12-01")
    tick(team, extended)
    # Half of the 30 working hours from the extension to the new day.
    half = seoul("2026-11-30T10:00")
    tick(team, half - timedelta(seconds=1))
    assert levels(team) == [80]
    tick(team, half)
    assert levels(team) == [80, 50]
    assert ("cho", "due50") in told(team)


def test_an_objection_starts_the_clock_again_for_everybody(team: Database, number: str) -> None:
    tick(team, MOST)
    step(team, number, "answered", MOST)
    step(team, number, "reopened", MOST, promised_on="2026-12-01")
    tick(team, ALL)
    assert levels(team) == [80]
    tick(team, promise_end(seoul("2026-12-01T00:00").date()))
    assert levels(team) == [80, 100]


def test_a_holiday_proclaimed_meanwhile_gives_working_time_no_credit(team: Database, number: str) -> None:
    with team.session() as session:
        session.add(
            CalendarOverride(
                day=MONDAY.date() + timedelta(days=1),
                is_open=False,
                reason="임시 공휴일",
                staff_id="park",
                at=MONDAY,
            )
        )
    # 24 working hours are left of the promise now, and half of them are over on Wednesday.
    tick(team, seoul("2026-11-25T13:59"))
    assert levels(team) == []
    tick(team, seoul("2026-11-25T14:00"))
    assert levels(team) == [50]


def test_a_department_with_odd_hours_is_measured_by_its_own(team: Database, number: str) -> None:
    with team.session() as session:
        ads = session.get_one(Department, "ads")
        ads.hours, ads.lunch = "13:00-17:00", ""
    tick(team, seoul("2026-11-24T16:59"))
    assert levels(team) == []
    tick(team, seoul("2026-11-24T17:00"))
    assert levels(team) == [50]


def test_hours_that_nobody_can_read_count_as_the_usual_ones(team: Database, number: str) -> None:
    with team.session() as session:
        session.get_one(Department, "ads").hours = "아침부터 저녁까지"
    tick(team, HALF)
    assert levels(team) == [50]


@pytest.mark.parametrize(
    ("deputies", "second"), [(["kim", "yoon"], "kim"), (["ghost", "yoon"], "yoon"), ([], "park")]
)
def test_the_first_deputy_is_asked_and_the_head_stands_in_for_a_missing_one(
    team: Database, number: str, deputies: list[str], second: str
) -> None:
    with team.session() as session:
        session.get_one(Staff, "cho").deputies = deputies
    tick(team, MOST)
    assert told(team) == sorted([("cho", "due80"), (second, "due80")])


def test_a_deputy_who_is_away_gives_way_to_the_next_one_who_is_here(team: Database, number: str) -> None:
    with team.session() as session:
        session.get_one(Staff, "cho").deputies = ["kim", "yoon"]
        session.get_one(Staff, "kim").presence = "leave"
    tick(team, MOST)
    assert told(team) == [("cho", "due80"), ("yoon", "due80")]


@pytest.mark.parametrize("head", ["ghost", "park", None])
def test_without_a_head_a_supervisor_hears_of_it(team: Database, number: str, head: str | None) -> None:
    with team.session() as session:
        session.add(Staff(id="oh", username="oh", name="가감독", department_id="ads", role="supervisor"))
        session.get_one(Department, "ads").head_id = head
        session.get_one(Staff, "park").active = False
    tick(team, ALL)
    assert ("oh", "due100") in told(team)
    assert ("park", "due100") not in told(team)


def test_a_department_without_any_supervisor_turns_to_the_front_desk(team: Database, number: str) -> None:
    with team.session() as session:
        session.get_one(Staff, "park").active = False
        session.get_one(Staff, "kim").role = "supervisor"
    tick(team, ALL)
    assert ("kim", "due100") in told(team)


def test_a_head_who_answers_the_ticket_is_told_once(team: Database, number: str) -> None:
    with team.session() as session:
        session.get_one(Department, "ads").head_id = "cho"
    tick(team, ALL)
    assert told(team).count(("cho", "due100")) == 1


def test_a_day_that_passed_unanswered_asks_the_person_for_a_delay_notice_once(
    team: Database, number: str
) -> None:
    tick(team, promise_end(date(2026, 11, 26)) - timedelta(seconds=1))
    assert asked_for_delay(team) == []
    for hours in (0, 1, 30):
        tick(team, promise_end(date(2026, 11, 26)) + timedelta(hours=hours))
    assert asked_for_delay(team) == ["cho"]


def test_whoever_takes_a_late_ticket_over_is_asked_for_the_delay_notice_too(
    team: Database, number: str
) -> None:
    tick(team, ALL + timedelta(days=1))
    step(team, number, "transferred", ALL + timedelta(days=1), staff="kim", department="front")
    tick(team, ALL + timedelta(days=1))
    assert asked_for_delay(team) == ["cho", "kim"]


@pytest.mark.parametrize("kind", ["delayed", "answered"])
def test_who_has_sent_the_delay_notice_or_the_answer_is_not_asked_for_it(
    team: Database, number: str, kind: str
) -> None:
    step(team, number, kind, ALL, expected_on="2026-12-01")
    tick(team, ALL + timedelta(days=1))
    assert asked_for_delay(team) == []


def asked_for_delay(database: Database) -> list[str]:
    with database.session() as session:
        asked = select(Notice.staff_id).where(Notice.kind == "broken").order_by(Notice.staff_id)
        return list(session.scalars(asked))


def test_only_who_has_an_address_is_owed_a_letter(team: Database, number: str) -> None:
    tick(team, ALL)
    with team.session() as session:
        states = dict(iter(session.execute(select(Notice.staff_id, Notice.mail_state))))
    assert states == {"cho": "none", "yoon": "owed", "park": "owed"}


def test_whoever_was_away_until_now_is_back(team: Database) -> None:
    with team.session() as session:
        session.get_one(Staff, "cho").presence = "away"
        session.get_one(Staff, "cho").away_until = MONDAY
        session.get_one(Staff, "yoon").presence = "leave"
        session.get_one(Staff, "kim").presence = "away"
        session.get_one(Staff, "kim").away_until = MONDAY + timedelta(hours=1)
    tick(team, MONDAY)
    with team.session() as session:
        presence = dict(iter(session.execute(select(Staff.id, Staff.presence))))
        assert session.get_one(Staff, "cho").away_until is None
    assert presence == {"cho": "here", "yoon": "leave", "kim": "away", "park": "here"}


def test_one_ticket_that_makes_trouble_does_not_silence_the_others(
    team: Database, number: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened(now=MONDAY).number
    record = tickets.record

    def troubled(session: object, ticket: Ticket, *rest: object, **more: object) -> TicketEvent:
        if ticket.number == number:
            raise RuntimeError("broken")
        return record(session, ticket, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(tickets, "record", troubled)
    tick(team, HALF)
    with team.session() as session:
        escalated = dict(iter(session.execute(select(Ticket.number, Ticket.escalated))))
    assert escalated == {number: 0, other: 50}


def test_looking_at_the_ticket_reads_what_one_was_told_of_it(team: Database, number: str) -> None:
    tick(team, ALL)
    with team.session() as session:
        assert notices.unread(session, "cho") >= 1
        notices.seen(session, "cho", number, ALL)
        assert notices.unread(session, "cho") == 0
        assert notices.unread(session, "park") == 1


@given(st.integers(0, 7 * 24 * 60), st.lists(st.integers(0, 8 * 24 * 60), min_size=2, max_size=12))
@settings(max_examples=150)
def test_the_level_never_falls_and_the_end_is_a_hundred(start: int, later: list[int]) -> None:
    calendar = Calendar()
    started = MONDAY + timedelta(minutes=start)
    promised = calendar.promise_due(started)
    moments = sorted(started + timedelta(minutes=minutes) for minutes in later)
    reached = [watch.level(calendar, STANDARD, started, promised, moment) for moment in moments]
    assert reached == sorted(reached)
    assert watch.level(calendar, STANDARD, started, promised, started) == 0
    assert watch.level(calendar, STANDARD, started, promised, promise_end(promised)) == 100
