from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from core.database import Database
from core.errors import Invalid, Unavailable
from desk import directory, seeding, tickets
from desk.models import Department, Staff
from tests.desk.conftest import NOW

SAMPLE = Path(__file__).parents[2] / "desk" / "sample" / "directory.yml"
HOURS = 'hours: "09:00-18:00", lunch: "12:00-13:00"'
FILE = f"""
departments:
  - {{id: a, name: 가팀, duties: [안내], phone: 02-000-1000, place: 1층, {HOURS}, backup: b}}
  - {{id: b, name: 나팀, duties: [교육], phone: 02-000-2000, place: 2층, {HOURS}}}
staff:
  - {{id: kim, username: Kim, name: 김담당, title: 과장, department: b, phone: 02-000-2001, duties: [교육]}}
"""


def switch(database: Database, active: bool, **values: object) -> None:
    with database.session() as session:
        session.execute(update(Staff).filter_by(**values).values(active=active))


def who(database: Database, department_id: str | None) -> str:
    with database.session() as session:
        return directory.responsible(session, department_id, NOW).staff.id


def test_a_matter_goes_to_its_department(desk: Database) -> None:
    assert who(desk, "front") == "kim"
    assert who(desk, "ads") in {"cho", "yoon"}


def test_of_two_people_the_one_with_fewer_open_tickets_is_responsible(desk: Database, opened) -> None:
    people = [opened().person for _ in range(4)]
    assert sorted(people) == ["윤정산", "윤정산", "조광고", "조광고"]


def test_an_answered_ticket_is_no_load_anymore(desk: Database, opened) -> None:
    first = opened()
    with desk.session() as session:
        ticket = tickets.find(session, first.number)
        assert ticket is not None
        tickets.record(session, ticket, "answered", ticket.staff_id, ticket.received_at, {"how": "chat"})
    assert opened().person == first.person


def test_with_nobody_there_the_backup_department_takes_it(desk: Database) -> None:
    switch(desk, False, department_id="ads")
    assert who(desk, "ads") == "kim"


def test_with_nobody_in_the_backup_either_anybody_active_takes_it(desk: Database) -> None:
    with desk.session() as session:
        session.add(Department(id="far", name="먼 팀", phone="02-000-9000", position=2, backup_id="front"))
    switch(desk, False, department_id="front")
    assert who(desk, "far") in {"cho", "yoon"}


@pytest.mark.parametrize("unknown", [None, "", "nowhere"])
def test_a_matter_of_no_known_department_goes_to_the_front_desk(desk: Database, unknown: str | None) -> None:
    assert who(desk, unknown) == "kim"


def test_those_who_may_not_answer_are_asked_last(desk: Database) -> None:
    with desk.session() as session:
        for role in ("auditor", "editor", "admin"):
            session.add(Staff(id=role, username=role, name=role, department_id="ads", role=role))
    assert who(desk, "ads") in {"cho", "yoon"}
    for active in ("cho", "yoon", "kim"):
        switch(desk, False, id=active)
    assert who(desk, "ads") == "admin"
    switch(desk, False, id="admin")
    assert who(desk, "ads") in {"auditor", "editor"}


def test_an_empty_directory_is_a_clear_error_and_never_silence(database: Database) -> None:
    with pytest.raises(Unavailable, match="담당자 안내가 아직 등록되지"):
        who(database, "ads")


def test_a_directory_without_active_people_is_the_same_error(desk: Database) -> None:
    switch(desk, False)
    with pytest.raises(Unavailable):
        who(desk, "ads")


def test_a_person_without_an_own_number_signs_with_the_departments(desk: Database) -> None:
    with desk.session() as session:
        assert directory.contact(session.get_one(Staff, "yoon")).phone == "02-000-2000"
        assert directory.contact(session.get_one(Staff, "kim")) == directory.Contact(
            name="김담당", title="과장", department="고객지원팀", phone="02-000-1001"
        )


def test_inactive_people_are_not_listed(desk: Database) -> None:
    switch(desk, False, id="cho")
    with desk.session() as session:
        assert [staff.id for staff in directory.staff_of(session, "ads")] == ["yoon"]


def test_the_sample_directory_loads_twice_to_the_same(database: Database) -> None:
    for _ in range(2):
        with database.session() as session:
            seeding.seed(session, SAMPLE)
    with database.session() as session:
        units = directory.departments(session)
        assert [unit.id for unit in units][:2] == ["customer-support", "general-affairs"]
        assert directory.front_desk(session).id == "customer-support"
        assert all(unit.duties and unit.backup_id for unit in units)
        for unit in units:
            assert directory.responsible(session, unit.id, NOW).staff.department_id == unit.id


def test_seeding_again_keeps_passwords_and_who_is_active(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "directory.yml"
    path.write_text(FILE, encoding="utf-8")
    with database.session() as session:
        seeding.seed(session, path)
        kim = session.get_one(Staff, "kim")
        kim.password_hash, kim.active = "kept", False
    path.write_text(FILE.replace("과장", "차장"), encoding="utf-8")
    with database.session() as session:
        seeding.seed(session, path)
    with database.session() as session:
        kim = session.get_one(Staff, "kim")
        assert (kim.username, kim.title) == ("kim", "차장")
        assert (kim.password_hash, kim.active) == ("kept", False)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("department: b", "department: c", "등록되지 않은 부서입니다: c"),
        ("backup: b", "backup: x", "등록되지 않은 부서입니다: x"),
        ("name: 김담당", "name: ''", "6행, 이름: 필수"),
        ("title: 과장", "nickname: 과장", "nickname"),
        ("duties: [교육]}", "role: king}", "6행, 역할"),
        ("departments:", "departments: [", "읽을 수 없습니다"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(
    desk: Database, tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "directory.yml"
    path.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(Invalid, match=said), desk.session() as session:
        seeding.seed(session, path)
    with desk.session() as session:
        assert [unit.id for unit in directory.departments(session)] == ["front", "ads"]
