"""Who is responsible for a matter, while people come and go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.database import Database
from core.errors import Unavailable
from desk import directory
from desk.models import Department, Staff
from tests.desk.conftest import NOW


@pytest.fixture
def house(desk: Database) -> Database:
    """Ads with two people of different duties, the front desk, and a far team that the front desk backs."""
    with desk.session() as session:
        session.add(Department(id="far", name="먼 팀", phone="02-000-9000", position=2, backup_id="front"))
        session.flush()
        session.add(Staff(id="ahn", username="ahn", name="안지역", department_id="far"))
        session.get_one(Staff, "cho").duties = ["매체 선정"]
        session.get_one(Staff, "yoon").duties = ["광고비 정산"]
    return desk


def change(database: Database, *people: str, **values: object) -> None:
    with database.session() as session:
        session.execute(update(Staff).where(Staff.id.in_(people)).values(**values))


def found(database: Database, department: str | None, duty: str | None = None, **more) -> tuple[str, str]:
    with database.session() as session:
        who = directory.responsible(session, department, more.pop("now", NOW), duty, **more)
        return who.staff.id, who.why


@pytest.mark.parametrize(("duty", "person"), [("매체 선정", "cho"), ("광고비 정산", "yoon")])
def test_whose_duty_it_is_gets_it(house: Database, duty: str, person: str) -> None:
    assert found(house, "ads", duty) == (person, "present")


def test_the_owner_of_a_duty_gets_it_even_with_more_to_do(house: Database, opened) -> None:
    for _ in range(4):
        opened()
    change(house, "yoon", duties=[])
    assert found(house, "ads", "매체 선정") == ("cho", "present")


def test_a_duty_that_nobody_has_goes_by_load(house: Database, opened) -> None:
    first = {"조광고": "cho", "윤정산": "yoon"}[opened().person]
    assert found(house, "ads", "아무도 맡지 않은 일")[0] != first


def test_the_first_deputy_who_is_here_stands_in_for_the_owner(house: Database) -> None:
    change(house, "cho", presence="leave", deputies=["yoon", "ahn", "kim"])
    assert found(house, "ads", "매체 선정") == ("yoon", "deputy")
    change(house, "yoon", presence="away", away_until=NOW + timedelta(days=1))
    assert found(house, "ads", "매체 선정") == ("ahn", "deputy")
    change(house, "ahn", active=False)
    assert found(house, "ads", "매체 선정") == ("kim", "deputy")


def test_a_deputy_who_may_not_answer_is_passed_over(house: Database) -> None:
    change(house, "cho", presence="leave", deputies=["ahn", "nobody", "yoon"])
    change(house, "ahn", role="auditor")
    assert found(house, "ads", "매체 선정") == ("yoon", "deputy")


def test_without_a_deputy_a_colleague_at_work_takes_it(house: Database) -> None:
    change(house, "cho", presence="leave")
    assert found(house, "ads", "매체 선정") == ("yoon", "present")


def test_whoever_was_away_until_now_is_here_again(house: Database) -> None:
    change(house, "cho", presence="away", away_until=NOW)
    assert found(house, "ads", "매체 선정") == ("cho", "present")
    assert found(house, "ads", "매체 선정", now=NOW - timedelta(seconds=1)) == ("yoon", "present")


def test_with_the_whole_department_away_its_deputies_come_before_the_backup(house: Database) -> None:
    change(house, "cho", "yoon", presence="leave")
    assert found(house, "ads") == ("kim", "backup")
    change(house, "cho", deputies=["ahn"])
    assert found(house, "ads") == ("ahn", "deputy")


def test_the_backup_of_the_backup_is_asked_too(house: Database) -> None:
    change(house, "ahn", "kim", presence="leave")
    assert found(house, "far")[1] == "backup"
    assert found(house, "far")[0] in {"cho", "yoon"}


def test_a_department_that_is_closed_hands_on_to_its_backup(house: Database) -> None:
    with house.session() as session:
        session.get_one(Department, "far").active = False
    assert found(house, "far") == ("kim", "backup")


def test_departments_that_back_each_other_up_end_at_anybody(house: Database) -> None:
    change(house, "kim", "cho", "yoon", presence="leave")
    assert found(house, "ads") == ("ahn", "anybody")


def test_with_everybody_away_somebody_of_the_department_is_still_responsible(house: Database) -> None:
    change(house, "kim", "cho", "yoon", "ahn", presence="leave")
    person, why = found(house, "ads")
    assert person in {"cho", "yoon"}
    assert why == "anybody"


def test_whoever_is_left_out_is_never_chosen(house: Database) -> None:
    change(house, "cho", presence="leave", deputies=["yoon"])
    assert found(house, "ads", "매체 선정", without=["yoon", "cho"]) == ("kim", "backup")


def test_leaving_out_everybody_is_a_clear_error(house: Database) -> None:
    with pytest.raises(Unavailable):
        found(house, "ads", without=["kim", "cho", "yoon", "ahn"])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_while_anybody_who_may_answer_is_at_work_nobody_absent_is_responsible(
    house: Database, data: st.DataObject
) -> None:
    people = ["kim", "cho", "yoon", "ahn"]
    for person in people:
        change(
            house,
            person,
            presence=data.draw(st.sampled_from(["here", "away", "leave"])),
            away_until=data.draw(st.sampled_from([None, NOW, NOW + timedelta(hours=1)])),
            deputies=data.draw(st.permutations(people)),
        )
    with house.session() as session:
        department = data.draw(st.sampled_from(["front", "ads", "far", None]))
        who = directory.responsible(session, department, NOW, data.draw(st.sampled_from([None, "매체 선정"])))
        here = [p for p in people if directory.is_here(session.get_one(Staff, p), NOW)]
        assert not here or who.staff.id in here
