from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import inspect, select, text

from core.clock import SEOUL
from core.database import Base, Database
from core.errors import Conflict, Invalid, Unavailable
from core.privacy import Vault
from desk import numbers, tickets
from desk.models import Staff, Ticket, TicketEvent

NOW = datetime(2026, 4, 30, 10, 0, tzinfo=SEOUL)
LATER = NOW + timedelta(hours=2)


def kinds(database: Database, number: str) -> list[str]:
    with database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket is not None
        return [event.kind for event in tickets.history(session, ticket)]


def note(database: Database, number: str, kind: str, actor: str = "cho", **data: str) -> None:
    with database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket is not None
        tickets.record(session, ticket, kind, actor, LATER, data)


def test_an_opened_ticket_names_department_person_telephone_and_date(desk: Database, opened) -> None:
    told = opened()
    assert (told.department, told.person, told.phone) == ("정부광고팀", "조광고", "02-000-2001")
    assert told.promised_on == date(2026, 5, 7)
    assert told.number.startswith("E-20260430-")
    assert not told.barred
    assert kinds(desk, told.number) == ["received", "assigned"]


def test_the_backup_departments_name_is_told_when_it_takes_the_matter(desk: Database, opened) -> None:
    with desk.session() as session:
        session.get_one(Staff, "cho").active = session.get_one(Staff, "yoon").active = False
    told = opened()
    assert (told.department, told.person) == ("고객지원팀", "김담당")
    with desk.session() as session:
        ticket = tickets.find(session, told.number)
        assert ticket is not None
        first = tickets.history(session, ticket)[0].data
    assert first == {
        "channel": "web",
        "kind": "inquiry",
        "promised_on": "2026-05-07",
        "staff": "kim",
        "department": "front",
    }


def test_personal_data_is_in_the_vault_alone_and_there_encrypted(
    desk: Database, vault: Vault, opened
) -> None:
    told = opened(email="Hong@Example.com")
    secrets = ["홍길동", "010-1234-5678", "1234", "hong@example.com", "Hong@", "신청 결과"]
    with desk.session() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(*(column for column in table.c if column.name != "number"))).all()
            assert not [secret for secret in secrets if secret in str(rows)], table.name
    with desk.session() as session:
        ticket = tickets.find(session, told.number)
        assert ticket is not None
        assert tickets.details(session, vault, ticket) == tickets.TicketDetails(
            name="홍길동",
            phone="010-1234-5678",
            email="Hong@example.com",
            matter="신청 결과를 알고 싶습니다.",
        )


def test_a_resident_number_in_the_matter_is_dropped_and_the_citizen_told(
    desk: Database, vault: Vault, opened
) -> None:
    told = opened(matter="제 번호는 900101-1234567 입니다. 결과가 궁금합니다.")
    assert told.barred
    with desk.session() as session:
        ticket = tickets.find(session, told.number)
        assert ticket is not None
        matter = tickets.details(session, vault, ticket).matter
    assert matter == "제 번호는 (주민등록번호 삭제됨) 입니다. 결과가 궁금합니다."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "가" * 51}, "name"),
        ({"name": "900101-1234567"}, "name"),
        ({"phone": "010-12"}, "phone"),
        ({"phone": None}, "phone"),
        ({"phone": "", "email": " "}, "phone"),
        ({"email": "hong@"}, "email"),
        ({"matter": "\n"}, "matter"),
        ({"matter": "가" * 5001}, "matter"),
        ({"consent_version": "never"}, "consent_version"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(desk: Database, opened, changes, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        opened(**changes)
    assert list(caught.value.fields) == [field]
    with desk.session() as session:
        assert session.execute(text("SELECT count(*) FROM vault_items")).scalar() == 0


def test_one_citizen_may_have_two_tickets_at_once(desk: Database, opened) -> None:
    first, second = opened(), opened()
    assert first.number != second.number
    with desk.session() as session:
        newest = tickets.of_conversation(session, "conversation-1")
        assert newest is not None
        assert newest.number in {first.number, second.number}
        assert tickets.of_conversation(session, "another") is None


def test_a_number_that_is_taken_is_drawn_again(desk: Database, opened, monkeypatch) -> None:
    taken = opened().number
    draws = iter([taken, taken, "E-20260430-ZZZZ"])
    monkeypatch.setattr(numbers, "draw", lambda now: next(draws))
    assert opened().number == "E-20260430-ZZZZ"
    assert kinds(desk, "E-20260430-ZZZZ") == ["received", "assigned"]


def test_when_every_draw_is_taken_the_citizen_hears_it(desk: Database, opened, monkeypatch) -> None:
    taken = opened().number
    monkeypatch.setattr(numbers, "draw", lambda now: taken)
    with pytest.raises(Unavailable, match="접수번호"):
        opened()


@pytest.mark.parametrize("phone", ["010-1234-5678", "01012345678", "+82 10 1234 5678", "(010) 1234.5678"])
@pytest.mark.parametrize("dress", [str, str.lower, lambda number: number.replace("-", "  ")])
def test_number_and_telephone_open_the_status_in_any_format(
    desk: Database, vault: Vault, opened, phone, dress
) -> None:
    told = opened(email="hong@example.com")
    with desk.session() as session:
        status = tickets.look_up(session, vault.cipher, dress(told.number), phone)
    assert status is not None
    assert (status.number, status.state, status.label) == (told.number, "assigned", "담당자 지정")
    assert (status.department, status.person, status.phone) == (told.department, told.person, told.phone)
    assert (status.promised_on, status.received_at) == (told.promised_on, NOW)


def test_the_address_opens_a_ticket_that_has_no_telephone(desk: Database, vault: Vault, opened) -> None:
    told = opened(phone=None, email="hong@example.com")
    with desk.session() as session:
        assert tickets.look_up(session, vault.cipher, told.number, " HONG@Example.com ") is not None
        assert tickets.look_up(session, vault.cipher, told.number, "kim@example.com") is None
        assert tickets.look_up(session, vault.cipher, told.number, "010-1234-5678") is None


def test_wrong_number_wrong_telephone_and_rubbish_all_get_the_same_none(
    desk: Database, vault: Vault, opened
) -> None:
    told = opened(email="hong@example.com")
    wrong = [
        (told.number, "010-8765-4321"),
        (told.number, "hong@example.com"),  # a telephone was left: that is what opens it
        (told.number, ""),
        (told.number, "안녕"),
        ("E-20260430-2222", "010-1234-5678"),
        ("", "010-1234-5678"),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ]
    with desk.session() as session:
        assert [tickets.look_up(session, vault.cipher, *pair) for pair in wrong] == [None] * len(wrong)


def test_of_people_who_close_at_the_same_moment_exactly_one_gets_through(desk: Database, opened) -> None:
    told = opened()
    together = threading.Barrier(4)
    outcomes: list[str] = []

    def act() -> None:
        together.wait()
        try:
            note(desk, told.number, "closed")
            outcomes.append("closed")
        except Conflict as error:
            outcomes.append(error.message[:5])

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["closed"] + ["이미 종결"] * 3
    assert kinds(desk, told.number).count("closed") == 1


def test_tickets_opened_at_the_same_moment_are_all_kept(desk: Database, opened) -> None:
    numbers_: list[str] = []
    threads = [threading.Thread(target=lambda: numbers_.append(opened().number)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with desk.session() as session:
        assert set(session.scalars(select(Ticket.number))) == set(numbers_)
    assert len(set(numbers_)) == 6


def test_a_note_leaves_the_state_as_it_is(desk: Database, opened) -> None:
    told = opened()
    note(desk, told.number, "noted")
    with desk.session() as session:
        ticket = tickets.find(session, told.number)
        assert ticket is not None
        assert ticket.state == "assigned"


def test_an_event_of_no_known_kind_is_a_mistake_in_the_program(desk: Database, opened) -> None:
    with pytest.raises(KeyError):
        note(desk, opened().number, "danced")


def test_an_unknown_number_finds_nothing(desk: Database) -> None:
    with desk.session() as session:
        assert tickets.find(session, "nothing") is None


def test_events_must_belong_to_a_ticket(desk: Database) -> None:
    """Foreign keys are enforced on both databases."""
    with pytest.raises(Exception, match=r"(?i)foreign key"), desk.session() as session:
        session.add(TicketEvent(ticket_id="nowhere", kind="noted", actor="system", at=NOW))


def test_the_lists_of_staff_use_an_index(desk: Database) -> None:
    names = {index["name"] for index in inspect(desk.engine).get_indexes(Ticket.__tablename__)}
    assert {
        "ix_tickets_state_promised_on",
        "ix_tickets_staff_id_state",
        "ix_tickets_phone_fingerprint",
    } <= names
