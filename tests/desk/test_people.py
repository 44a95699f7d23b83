"""People leave and come back; a ticket always has somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import Database
from core.errors import Conflict, Invalid, Unavailable
from core.privacy import Vault
from desk import accounts, people, tickets
from desk.models import AccessLog, Department, Staff, StaffSession
from desk.people import By
from tests.desk.conftest import NOW

BY = By("kim", "10.0.0.1")


def leave(database: Database, staff_id: str) -> list[people.HandedOver]:
    with database.session() as session:
        return people.deactivate(session, session.get_one(Staff, staff_id), BY, NOW)


def last_event(database: Database, number: str) -> tuple[str, dict[str, object]]:
    with database.session() as session:
        event = tickets.history(session, tickets.find(session, number))[-1]
        return event.kind, event.data


def test_a_colleague_takes_over_and_the_history_tells_why(desk: Database, opened) -> None:
    numbers = [opened().number for _ in range(2)]
    gave = leave(desk, "cho")
    assert [(given.person, given.moved) for given in gave] == [("윤정산 대리", False)]
    kind, data = last_event(desk, gave[0].number)
    assert gave[0].number in numbers
    assert (kind, data["staff"], data["reason"]) == ("assigned", "yoon", "left")


def test_without_colleagues_the_backup_department_takes_over_as_a_transfer(desk: Database, opened) -> None:
    opened(), opened()
    leave(desk, "cho")
    gave = leave(desk, "yoon")
    assert {(given.person, given.department, given.moved) for given in gave} == {
        ("김담당 과장", "고객지원팀", True)
    }
    kind, data = last_event(desk, gave[0].number)
    assert (kind, data["from"], data["department"]) == ("transferred", "ads", "front")


def test_what_is_answered_or_closed_stays_where_it_was(desk: Database, opened) -> None:
    number = opened().number
    with desk.session() as session:
        ticket = tickets.find(session, number)
        was = ticket.staff_id
        tickets.record(session, ticket, "answered", was, NOW, {"how": "phone"})
    assert leave(desk, was) == []
    with desk.session() as session:
        assert tickets.find(session, number).staff_id == was


def test_the_only_person_cannot_leave_tickets_to_nobody(desk: Database, opened) -> None:
    opened(), opened()
    leave(desk, "kim")
    leave(desk, "cho")
    with pytest.raises(Unavailable):
        leave(desk, "yoon")
    with desk.session() as session:
        assert session.get_one(Staff, "yoon").active


def test_whoever_leaves_is_logged_out_and_heads_no_department(desk: Database) -> None:
    with desk.session() as session:
        cho = session.get_one(Staff, "cho")
        accounts.start_session(session, cho, "10.0.0.2", NOW)
        session.get_one(Department, "ads").head_id = "cho"
    leave(desk, "cho")
    with desk.session() as session:
        assert session.scalars(select(StaffSession)).all() == []
        assert session.get_one(Department, "ads").head_id is None


def test_the_log_keeps_who_closed_opened_and_changed_which_account(desk: Database) -> None:
    leave(desk, "cho")
    with desk.session() as session:
        cho = session.get_one(Staff, "cho")
        people.activate(session, cho, BY, NOW)
        people.set_role(session, cho, "editor", BY, NOW)
        people.set_role(session, cho, "editor", BY, NOW)  # nothing changes: nothing to keep
    with desk.session() as session:
        kept = session.scalars(select(AccessLog)).all()
        assert {(line.staff_id, line.action, line.subject) for line in kept} == {
            ("kim", "staff.deactivate", "cho"),
            ("kim", "staff.activate", "cho"),
            ("kim", "staff.role", "cho: agent → editor"),
        }
        assert len(kept) == 3


def test_the_last_administrator_keeps_role_and_account(desk: Database) -> None:
    with desk.session() as session:
        session.get_one(Staff, "kim").role = "admin"
    with pytest.raises(Conflict, match="마지막 관리자"):
        leave(desk, "kim")
    with pytest.raises(Conflict, match="마지막 관리자"), desk.session() as session:
        people.set_role(session, session.get_one(Staff, "kim"), "agent", BY, NOW)


def test_presence_ends_where_it_begins(desk: Database, vault: Vault) -> None:
    with desk.session() as session:
        cho = session.get_one(Staff, "cho")
        people.set_presence(cho, "away", NOW + timedelta(hours=1), NOW)
        assert (cho.presence, cho.away_until) == ("away", NOW + timedelta(hours=1))
        people.set_presence(cho, "here", NOW + timedelta(hours=2), NOW)
        assert (cho.presence, cho.away_until) == ("here", None)
        people.set_presence(cho, "here", NOW - timedelta(hours=1), NOW)  # left over in the form
        assert (cho.presence, cho.away_until) == ("here", None)
        for presence, until in (("gone", None), ("away", NOW), ("leave", NOW - timedelta(days=1))):
            with pytest.raises(Invalid):
                people.set_presence(cho, presence, until, NOW)
