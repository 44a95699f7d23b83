"""The queues: who has to do what, and in which order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.database import Database
from desk import queues, tickets
from desk.models import Staff, Ticket
from tests.desk.conftest import NOW, Opener

LATER = datetime(2026, 5, 7, 9, 0, tzinfo=SEOUL)
"""The last day of what was promised at `NOW`."""


def queue(desk: Database, name: str, who: str = "cho", now: datetime = NOW, **options: object) -> list[str]:
    with desk.session() as session:
        found = queues.rows(session, name, session.get_one(Staff, who), now, **options)  # type: ignore[arg-type]
        return [ticket.number for ticket in found]


def count(desk: Database, who: str = "cho", now: datetime = NOW, within: str | None = None) -> dict[str, int]:
    with desk.session() as session:
        return queues.counts(session, session.get_one(Staff, who), now, within)


def happened(desk: Database, number: str, kind: str, **data: object) -> None:
    with desk.session() as session:
        tickets.record(session, existing(session, number), kind, "cho", NOW, dict(data))


def existing(session: Session, number: str) -> Ticket:
    ticket = tickets.find(session, number)
    assert ticket
    return ticket


def person(desk: Database, number: str) -> str:
    with desk.session() as session:
        return existing(session, number).staff_id


def test_every_queue_counts_what_it_lists(desk: Database, opened: Opener) -> None:
    numbers = [opened().number, opened(department_id=None).number, opened(reply_needed=False).number]
    happened(desk, numbers[0], "asked")
    for now in (NOW, LATER, LATER + timedelta(days=1)):
        counted = count(desk, now=now)
        assert counted == {name: len(queue(desk, name, now=now)) for name in queues.QUEUES}
        with desk.session() as session:
            cho = session.get_one(Staff, "cho")
            assert counted == {name: queues.count(session, name, cho, now) for name in queues.QUEUES}


def test_my_queue_holds_mine_and_my_departments_also_a_colleagues(desk: Database, opened: Opener) -> None:
    first, second = opened().number, opened().number
    mine = first if person(desk, first) == "cho" else second
    assert queue(desk, "mine") == [mine]
    assert set(queue(desk, "department")) == {first, second}
    assert queue(desk, "department", who="kim") == []


def test_whoever_has_no_department_sees_an_empty_one(desk: Database, opened: Opener) -> None:
    opened()
    with desk.session() as session:
        session.add(Staff(id="lost", username="lost", name="무소속"))
    assert queue(desk, "department", who="lost") == []


def test_a_ticket_is_unassigned_until_somebody_confirms_its_route(desk: Database, opened: Opener) -> None:
    number = opened(department_id=None).number
    assert queue(desk, "unassigned") == [number]
    happened(desk, number, "assigned", staff="cho", department="ads")
    assert queue(desk, "unassigned") == []


def test_a_promise_is_due_on_its_day_and_broken_on_the_next(desk: Database, opened: Opener) -> None:
    number = opened().number
    held = {
        now: [name for name in ("today", "overdue") if queue(desk, name, now=now) == [number]]
        for now in (NOW, LATER, LATER.replace(hour=23, minute=59), LATER + timedelta(days=1))
    }
    assert list(held.values()) == [[], ["today"], ["today"], ["overdue"]]


def test_nobody_owes_a_reply_while_the_citizen_is_asked_or_wants_none(desk: Database, opened: Opener) -> None:
    asked, unwanted, owed = opened().number, opened(reply_needed=False).number, opened().number
    happened(desk, asked, "asked")
    assert queue(desk, "owing") == [owed]
    assert queue(desk, "waiting") == [asked]
    happened(desk, asked, "added")
    assert set(queue(desk, "owing")) == {asked, owed}
    assert queue(desk, "waiting") == []
    assert unwanted in queue(desk, "all")


def test_what_is_answered_is_left_to_be_closed_and_nothing_else(desk: Database, opened: Opener) -> None:
    number, elsewhere = opened().number, opened(department_id="front").number
    for one in (number, elsewhere):
        happened(desk, one, "answered", how="chat")
    long_after = LATER + timedelta(days=9)
    assert {name: held for name, held in count(desk, now=long_after).items() if held} == {"answered": 2}
    assert queue(desk, "answered", within="ads") == [number]
    assert count(desk, within="ads")["answered"] == 1
    happened(desk, number, "closed")
    assert queue(desk, "answered") == [elsewhere]


def test_the_nearest_promise_comes_first_and_pages_follow_each_other(desk: Database, opened: Opener) -> None:
    late, early, between = (opened(now=NOW + timedelta(days=days)).number for days in (9, 0, 4))
    assert queue(desk, "all") == [early, between, late]
    assert queue(desk, "all", limit=2) == [early, between]
    assert queue(desk, "all", limit=2, offset=2) == [late]


def test_a_department_narrows_the_houses_queues_but_not_ones_own(desk: Database, opened: Opener) -> None:
    front, ads = opened(department_id="front").number, opened(department_id="ads").number
    assert queue(desk, "all", within="front") == [front]
    assert queue(desk, "owing", within="ads") == [ads]
    assert queue(desk, "department", within="front") == [ads]
    assert count(desk, within="front")["all"] == 1


def test_the_list_of_debtors_names_the_latest_first(desk: Database, opened: Opener) -> None:
    opened(department_id="front")
    opened(now=NOW - timedelta(days=20))
    with desk.session() as session:
        debts = queues.owing(session, NOW)
        narrow = queues.owing(session, NOW, "front")
    assert [(debt.department, debt.owed, debt.late) for debt in debts] == [
        ("정부광고팀", 1, 1),
        ("고객지원팀", 1, 0),
    ]
    assert [debt.person for debt in narrow] == ["김담당"]


def test_an_unknown_queue_is_an_error_of_the_caller(desk: Database) -> None:
    with pytest.raises(KeyError):
        queue(desk, "nothing")
