"""Notices as e-mail: owed once, tried again with growing pauses, given up in everybody's sight."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.clock import SEOUL
from core.database import Database
from core.errors import NotFound
from core.mail import Mail, Outcome
from desk import letters, notices, tickets
from desk.models import Notice, Staff
from tests.desk.conftest import REQUEST, Opener

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=SEOUL)
HOME = "https://help.example.kr/"


@pytest.fixture
def office(desk: Database, opened: Opener) -> Database:
    """김담당 has an e-mail address and was told that half of a ticket's time is over."""
    number = opened(now=NOW).number
    with desk.session() as session:
        letters.forget(session)
        kim = session.get_one(Staff, "kim")
        kim.email = "kim@example.kr"
        notices.tell(session, kim, "due50", "half", tickets.find(session, number), NOW)
    return desk


def claim(database: Database, now: datetime) -> dict[str, Mail]:
    with database.session() as session:
        return dict(letters.claim(session, "한국언론재단(견본)", HOME, now))


def settle(database: Database, outcome: Outcome, now: datetime) -> None:
    with database.session() as session:
        notice = session.query(Notice).filter_by(key="half").one()
        letters.settle(session, notice.id, outcome, now)


def state(database: Database) -> str:
    with database.session() as session:
        return session.query(Notice).filter_by(key="half").one().mail_state


def test_a_letter_says_what_is_to_do_and_nothing_about_the_citizen(office: Database) -> None:
    [letter] = claim(office, NOW).values()
    assert letter.to == "kim@example.kr"
    assert letter.subject.startswith("[응대] 답변 기한의 절반이 지났습니다 (E-")
    assert "김담당 과장님" in letter.text
    assert "답변 약속일: 2026년 11월 27일" in letter.text
    assert f"{HOME}staff/tickets/E-" in letter.text
    said = letter.subject + letter.text
    for private in (REQUEST.name, "010", "1234", "5678", "신청 결과"):
        assert private not in said


def test_without_an_address_of_ours_a_letter_has_no_link(office: Database) -> None:
    with office.session() as session:
        [letter] = letters.claim(session, "재단", "", NOW).values()
    assert "/staff" not in letter.text


def test_a_claimed_letter_is_nobody_elses(office: Database) -> None:
    assert len(claim(office, NOW)) == 1
    assert claim(office, NOW + timedelta(minutes=9)) == {}


def test_a_letter_whose_sender_died_is_sent_by_the_next(office: Database) -> None:
    claim(office, NOW)
    assert len(claim(office, NOW + timedelta(minutes=10))) == 1


def test_a_sent_letter_is_never_sent_again(office: Database) -> None:
    claim(office, NOW)
    settle(office, Outcome.SENT, NOW)
    assert state(office) == "sent"
    assert claim(office, NOW + timedelta(days=1)) == {}


def test_a_refused_letter_has_failed_at_once(office: Database) -> None:
    claim(office, NOW)
    settle(office, Outcome.REFUSED, NOW)
    assert state(office) == "failed"
    assert claim(office, NOW + timedelta(days=1)) == {}


def test_while_the_server_is_away_the_pauses_grow_until_the_letter_has_failed(office: Database) -> None:
    now, pauses = NOW, []
    while state(office) == "owed":
        assert claim(office, now - timedelta(seconds=1)) == {}
        assert len(claim(office, now)) == 1
        settle(office, Outcome.LATER, now)
        with office.session() as session:
            after = session.query(Notice).filter_by(key="half").one().mail_after
        if after:
            pauses.append(after - now)
            now = after
    assert pauses == list(letters.BACKOFF)
    assert pauses == sorted(pauses)
    assert state(office) == "failed"


def test_senders_that_always_die_do_not_try_for_ever(office: Database) -> None:
    for n in range(len(letters.BACKOFF) + 2):
        claim(office, NOW + timedelta(hours=n))
    assert state(office) == "failed"


def test_staff_see_what_failed_and_can_have_it_tried_again(office: Database) -> None:
    claim(office, NOW)
    settle(office, Outcome.REFUSED, NOW)
    with office.session() as session:
        [failure] = letters.failures(session)
        assert (failure.person, failure.email) == ("김담당", "kim@example.kr")
        [told] = [one for one in notices.of(session, "kim") if one.kind == "due50"]
        assert told.mail_failed
        assert letters.again(session, NOW) == 1
    assert len(claim(office, NOW)) == 1
    with office.session() as session, pytest.raises(NotFound):
        letters.again(session, NOW)


@pytest.mark.parametrize("change", [{"active": False}, {"email": ""}])
def test_who_left_or_has_no_address_any_more_gets_no_letter(
    office: Database, change: dict[str, object]
) -> None:
    with office.session() as session:
        for name, value in change.items():
            setattr(session.get_one(Staff, "kim"), name, value)
    assert claim(office, NOW) == {}
    assert state(office) == "none"


def test_without_a_mail_server_nothing_stays_owed_for_the_day_when_there_is_one(office: Database) -> None:
    with office.session() as session:
        letters.forget(session)
    assert claim(office, NOW + timedelta(days=30)) == {}


def test_nobody_is_told_twice_of_the_same_but_each_is_told(office: Database) -> None:
    with office.session() as session:
        kim, cho = session.get_one(Staff, "kim"), session.get_one(Staff, "cho")
        assert notices.tell(session, kim, "due80", "half", None, NOW) is None
        assert notices.tell(session, cho, "due50", "half", None, NOW) is not None


def test_a_notice_that_has_no_words_is_a_mistake_of_ours(office: Database) -> None:
    with office.session() as session, pytest.raises(KeyError):
        notices.tell(session, session.get_one(Staff, "kim"), "gossip", "key", None, NOW)


def test_reading_one_or_all_leaves_the_others_alone(office: Database) -> None:
    with office.session() as session:
        kim, cho = session.get_one(Staff, "kim"), session.get_one(Staff, "cho")
        notices.mark_read(session, "kim", NOW)
        for person in (kim, cho):
            notices.tell(session, person, "talk", "talk", None, NOW)
        second = notices.tell(session, kim, "talk", "talk2", None, NOW + timedelta(minutes=1))
        assert second
        assert notices.unread(session, "kim") == 2
        assert notices.of(session, "kim")[0].id == second.id
        notices.mark_read(session, "kim", NOW, notice_id=second.id)
        assert notices.unread(session, "kim") == 1
        notices.mark_read(session, "kim", NOW)
        assert notices.unread(session, "kim") == 0
        assert notices.unread(session, "cho") >= 1
