"""One promise of the search for both databases: the same words find the same things, and nobody's secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event, select

from channels.protocol import Reply
from conversations import store
from conversations.search import Found, Query, Search
from conversations.search_tables import SearchDocument, SearchVector
from core.clock import FixedClock
from core.database import Base, Database
from core.errors import Invalid, NotFound
from core.privacy import Cipher, Vault, mask
from desk import steps, tickets
from desk.models import Staff, Ticket
from embeddings.hashing import HashingEncoder
from tests.desk.conftest import REQUEST, add_desk

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday, 10:00 in Seoul
FEE = "정부광고 수수료를 두 번 냈는데 환불을 받고 싶습니다."
COURSE = "언론인 교육 강좌를 신청하였는데 수료증이 오지 않았습니다."
BOOK = "빅카인즈에서 기사를 찾을 수 없습니다."


class Desk:
    """A desk with a search over it, and short words for what a test does."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(NOW)
        self.vault = Vault(Cipher(Fernet.generate_key().decode()), self.clock)
        self.search = Search(database, self.vault, HashingEncoder())
        with database.session() as session:
            add_desk(session)

    def opened(self, matter: str, **changes: Any) -> str:
        """A ticket's number; each a minute after the one before."""
        self.clock.at += timedelta(minutes=1)
        request = replace(REQUEST, **({"conversation_id": None, "matter": matter} | changes))
        with self.database.session() as session:
            return tickets.open_ticket(session, self.vault, request, self.clock.now()).number

    def said(self, author: str, text: str, sender: str = "u1", **data: Any) -> str:
        """A message of a conversation; the conversation's id."""
        self.clock.at += timedelta(minutes=1)
        with self.database.session() as session:
            talk = store.open_conversation(session, "web", sender, self.clock.now())
            reply = Reply(kind="text", text=mask(session, self.vault, text).text, data=data)
            store.add_message(session, self.vault.cipher, talk, author, reply, self.clock.now())
            return talk.id

    def step(self, number: str, step: Any, *arguments: Any) -> None:
        self.clock.at += timedelta(minutes=1)
        with self.database.session() as session:
            ticket = tickets.find(session, number)
            assert ticket
            staff = session.get_one(Staff, ticket.staff_id)
            step(session, self.vault, ticket, staff, self.clock.now(), *arguments)

    def find(self, text: str = "", **filters: Any) -> Found:
        return self.search.find(Query(text, **filters))

    def numbers(self, text: str = "", **filters: Any) -> list[str | None]:
        return [hit.number for hit in self.find(text, **filters).hits]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def texts(found: Found) -> list[str]:
    return [hit.snippet.text for hit in found.hits]


def test_a_word_is_found_whatever_ending_it_has(desk: Desk) -> None:
    fee, course = desk.opened(FEE), desk.opened(COURSE)
    assert desk.numbers("수수료") == [fee]
    assert desk.numbers("신청했어요") == [course]
    assert desk.numbers("환불은") == [fee]


def test_a_blank_asks_for_all_words_and_a_bar_for_one_of_them(desk: Desk) -> None:
    fee, course = desk.opened(FEE), desk.opened(COURSE)
    assert desk.numbers("수수료 환불") == [fee]
    assert desk.numbers("수수료 수료증") == []
    assert desk.numbers("수수료|수료증") == [course, fee]
    assert desk.numbers("수수료 | 수료증 신청") == [course]


@pytest.mark.parametrize("compound", ["정부광고", "정부 광고", "정부광고를", "광고"])
def test_a_compound_is_found_however_it_was_cut_up(desk: Desk, compound: str) -> None:
    whole = desk.opened("정부광고를 하고 싶은데 어떻게 하나요?")
    apart = desk.opened("정부 광고 수수료는 얼마입니까?")
    assert desk.numbers(compound) == [apart, whole]


@pytest.mark.parametrize(
    "text",
    ["(환불", '"환불"', "환불'", "환불:*", "환불 & 취소 !", "환불) OR (a", "NEAR(환불)", "\\환불"],
)
def test_signs_of_the_databases_own_language_mean_nothing(desk: Desk, text: str) -> None:
    desk.opened(FEE)
    assert desk.find(text) is not None


def test_what_asks_for_nothing_is_refused(desk: Desk) -> None:
    for empty in ("", "   ", "|", "?!"):
        with pytest.raises(Invalid):
            desk.find(empty)
    with pytest.raises(Invalid, match="기간"):
        desk.find("환불", since=date(2026, 2, 1), until=date(2026, 1, 1))


def test_what_citizens_and_staff_say_is_found_and_what_the_bot_says_is_not(desk: Desk) -> None:
    talk = desk.said("citizen", "주차장은 어디에 있습니까?")
    desk.said("bot", "주차장은 지하 1층에 있습니다.")
    desk.said("staff", "주차장은 오늘 공사 중입니다.")
    desk.said("whisper", "주차장 공사는 금요일에 끝납니다.")
    hits = desk.find("주차장").hits
    assert [hit.author for hit in hits] == ["whisper", "staff", "citizen"]
    assert {hit.conversation_id for hit in hits} == {talk}
    assert {hit.channel for hit in hits} == {"web"}


def test_a_pressed_button_is_nobodys_words(desk: Desk) -> None:
    desk.said("citizen", "주차장 안내", payload="/faq{}")
    assert desk.find("주차장").hits == []


def test_replies_notes_and_what_a_citizen_adds_belong_to_their_ticket(desk: Desk) -> None:
    number = desk.opened(FEE)
    desk.step(number, steps.note, "결제 기록을 회계팀에 물어보았음")
    desk.step(number, steps.answer, "두 번째 결제는 오늘 취소하였습니다.")
    hits = desk.find("결제").hits
    assert [(hit.number, hit.author) for hit in hits] == [(number, "staff"), (number, "note")]


def test_a_message_names_the_ticket_that_was_open_when_it_was_said(desk: Desk) -> None:
    talk = desk.said("citizen", "수료증은 언제 오나요?")
    assert desk.numbers("수료증") == [None]
    first = desk.opened(COURSE, conversation_id=talk)
    desk.said("citizen", "수료증을 아직 못 받았습니다.")
    assert desk.numbers("수료증") == [first, first, None]
    second = desk.opened(FEE, conversation_id=talk)
    desk.said("citizen", "환불도 부탁드립니다.")
    desk.said("citizen", "수료증은 받았습니다.", number=first)
    assert desk.numbers("환불") == [second, second]
    assert desk.numbers("수료증") == [first, first, first, None]


def test_what_was_said_before_belongs_to_the_first_ticket_whichever_is_filled_in_first(desk: Desk) -> None:
    talk = desk.said("citizen", "홍길동입니다. 수료증은 언제 오나요?")
    course = desk.opened(COURSE, conversation_id=talk)
    desk.opened(FEE, conversation_id=talk, name="김철수", department_id="front")
    while desk.search.catch_up(1):
        pass
    hits = desk.find("수료증", department_id="ads").hits
    assert [(hit.number, hit.is_matter) for hit in hits] == [(course, True), (None, False)]
    assert "홍길동" not in hits[1].snippet.text


def test_days_are_those_of_seoul_and_both_count(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 11, 24, 14, 50, tzinfo=UTC)  # 23:50 in Seoul
    before = desk.opened(FEE)
    desk.clock.at = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)  # 00:10
    after = desk.opened(FEE)
    assert desk.numbers("환불", until=date(2026, 11, 24)) == [before]
    assert desk.numbers("환불", since=date(2026, 11, 25)) == [after]
    assert desk.numbers("환불", since=date(2026, 11, 24), until=date(2026, 11, 25)) == [after, before]
    assert desk.numbers("환불", since=date(2026, 11, 26)) == []


def test_every_filter_narrows(desk: Desk) -> None:
    ads = desk.opened(FEE)
    front = desk.opened(FEE, department_id="front", kind="complaint", channel="kakao")
    desk.step(ads, steps.answer, "확인하였습니다.")
    with desk.database.session() as session:
        person = session.scalars(select(Ticket.staff_id).where(Ticket.number == ads)).one()
    wanted: list[tuple[dict[str, str], str]] = [
        ({"department_id": "ads"}, ads), ({"staff_id": person}, ads), ({"kind": "complaint"}, front),
        ({"state": "answered"}, ads), ({"channel": "kakao"}, front),
    ]  # fmt: skip
    for mode in ("words", "meaning"):
        for filters, number in wanted:
            assert desk.numbers("환불", mode=mode, **filters)[0] == number, filters
            other = ads if number == front else front
            assert other not in desk.numbers("환불", mode=mode, **filters), filters


def test_without_words_the_matters_that_pass_the_filters_are_listed(desk: Desk) -> None:
    fee, course = desk.opened(FEE), desk.opened(COURSE)
    desk.said("citizen", "안녕하세요, 여쭤볼 것이 있습니다.")
    assert desk.numbers(department_id="ads") == [course, fee]
    assert desk.numbers(channel="web") == [course, fee]


@pytest.mark.parametrize(
    "typed",
    [
        "홍길동",
        "홍 길 동",
        "010-1234-5678",
        "010 1234 5678",
        "01012345678",
        "+82 10-1234-5678",
        "hong@Example.kr",
    ],
)
def test_a_person_is_found_exactly_by_name_telephone_or_e_mail(desk: Desk, typed: str) -> None:
    mine = desk.opened(FEE, email="hong@example.kr")
    desk.opened(FEE, name="홍길순", phone="010-1234-5679")
    found = desk.find(typed)
    assert [hit.number for hit in found.hits] == [mine]
    assert found.by_person


@pytest.mark.parametrize("typed", ["010-2222-3333", "01022223333", "hong@example.kr"])
def test_a_number_or_address_is_found_wherever_it_was_written(desk: Desk, typed: str) -> None:
    talk = desk.said("citizen", "공일공이 아니라 010 2222 3333으로, 아니면 hong@Example.kr로 알려 주세요.")
    desk.said("citizen", "010-2222-3334로 알려 주세요.", sender="u2")
    number = desk.opened("제 번호는 010-2222-3333이고 주소는 hong@example.kr입니다.", name="김철수")
    found = desk.find(typed)
    assert [(hit.number, hit.conversation_id) for hit in found.hits] == [(number, None), (None, talk)]
    assert found.by_person


def test_a_person_and_a_word_narrow_each_other(desk: Desk) -> None:
    fee = desk.opened(FEE)
    desk.opened(COURSE)
    desk.opened(FEE, name="김철수")
    assert desk.numbers("홍길동 환불") == [fee]
    assert desk.numbers("010-1234-5678 환불")[-1] == fee
    assert len(desk.numbers("홍길동|김철수")) == 3
    assert desk.numbers("홍길") == []


def test_a_ticket_is_found_by_its_number(desk: Desk) -> None:
    number = desk.opened(FEE)
    desk.opened(COURSE)
    assert desk.numbers(number.lower()) == [number]


def test_nothing_that_is_shown_or_kept_for_the_search_names_anybody(desk: Desk) -> None:
    desk.opened("저는 홍길동입니다. 010-9876-5432로 연락 주십시오. 환불 문의입니다.")
    desk.said("citizen", "환불은 hong@example.kr로 알려 주십시오.")
    shown = texts(desk.find("환불"))
    assert "(성명)" in shown[1]
    assert "(전화번호)" in shown[1]
    assert "(전자우편)" in shown[0]
    with desk.database.session() as session:
        kept = " ".join(session.scalars(select(SearchDocument.morphemes)))
    for secret in ("홍길동", "길동", "9876", "5432", "hong"):
        assert secret not in kept


def test_the_words_that_were_sought_are_marked_in_a_piece_around_them(desk: Desk) -> None:
    desk.opened("안녕하십니까. " * 30 + "환불 절차를 알려 주십시오. " + "고맙습니다. " * 30)
    piece = desk.find("환불").hits[0].snippet
    assert ("환불", True) in piece.parts
    assert piece.text.startswith("…")
    assert piece.text.endswith("…")
    assert len(piece.text) < 200
    assert "".join(part for part, _ in piece.parts) == piece.text


def test_pages_follow_one_another_without_gap_or_repetition(desk: Desk) -> None:
    numbers = [desk.opened(FEE) for _ in range(5)]
    pages = [desk.search.find(Query("환불"), 2, offset) for offset in (0, 2, 4)]
    assert [hit.number for page in pages for hit in page.hits] == numbers[::-1]
    assert [page.more for page in pages] == [True, True, False]


def test_by_meaning_the_nearest_come_first(desk: Desk) -> None:
    fee = desk.opened(FEE)
    desk.opened(BOOK)
    assert desk.numbers("수수료를 두 번 내서 환불받고 싶어요", mode="meaning")[0] == fee


def test_by_meaning_what_is_far_from_the_best_is_left_out(desk: Desk) -> None:
    fee = desk.opened(FEE)
    desk.opened(BOOK)
    assert desk.numbers(FEE, mode="meaning") == [fee]
    assert desk.find(FEE, mode="meaning", kind="praise").hits == []


def test_by_meaning_a_narrow_filter_still_finds_what_is_far_down(desk: Desk) -> None:
    desk.search = Search(desk.database, desk.vault, HashingEncoder(), shortlist=3)
    lone = desk.opened(BOOK, department_id="front")
    for _ in range(6):
        desk.opened(FEE)
    assert desk.numbers(FEE, mode="meaning", department_id="front") == [lone]


def test_how_similar_matters_were_answered(desk: Desk) -> None:
    old = desk.opened(FEE, name="김철수")
    desk.step(old, steps.answer, "김철수 님, 010-1111-2222로 안내해 드린 대로 환불되었습니다.")
    desk.opened(FEE)  # not answered
    other = desk.opened(BOOK)
    desk.step(other, steps.answer, "검색 기간을 넓혀 보십시오.")
    new = desk.opened("수수료를 두 번 결제하였습니다. 환불해 주십시오.")
    found = desk.search.similar_replies(new)
    assert [reply.number for reply in found] == [old, other]
    assert "환불되었습니다" in found[0].text
    assert "김철수" not in found[0].text
    assert "1111" not in found[0].text
    with pytest.raises(NotFound):
        desk.search.similar_replies("E-20261124-ZZZZ")


def test_what_was_written_past_the_house_is_found_by_the_next_process(desk: Desk) -> None:
    number = desk.opened(FEE)
    desk.said("citizen", "환불 부탁드립니다.")
    desk.step(number, steps.answer, "환불하였습니다.")
    with desk.database.session() as session:
        session.query(SearchDocument).delete()
    assert Search(desk.database, desk.vault, HashingEncoder()).catch_up() == 3
    assert len(desk.numbers("환불")) == 3


def test_after_a_restart_a_person_is_still_found_without_buttons_and_letters(desk: Desk) -> None:
    talk = desk.said("citizen", "환불 부탁드립니다.")
    number = desk.opened(FEE, conversation_id=talk)
    desk.said("citizen", "접수 확인", payload="/status{}")
    desk.said("staff", "확인하고 있습니다.", number=number)
    before = texts(desk.find("홍길동"))
    desk.search = Search(desk.database, desk.vault, HashingEncoder())
    assert texts(desk.find("홍길동")) == before
    assert len(before) == 2
    assert all(before)


def test_another_encoder_makes_every_meaning_anew(desk: Desk) -> None:
    number = desk.opened(FEE)
    assert desk.search.catch_up() == 1
    assert desk.search.catch_up() == 0
    other = Search(desk.database, desk.vault, HashingEncoder(64))
    assert other.catch_up() == 1
    assert other.find(Query(FEE, mode="meaning")).hits[0].number == number
    with desk.database.session() as session:
        assert [len(row.vector) for row in session.scalars(select(SearchVector))] == [128]


def test_a_backlog_is_worked_off_a_piece_at_a_time(desk: Desk) -> None:
    for _ in range(7):
        desk.opened(FEE)
    assert [desk.search.catch_up(3) for _ in range(4)] == [3, 3, 1, 0]


def test_a_destroyed_matter_is_found_no_more_and_breaks_nothing(desk: Desk) -> None:
    number = desk.opened(FEE)
    with desk.database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        desk.vault.forget(session, f"[[matter:valid:{ticket.matter_ref}]]")
    assert desk.numbers("환불") == []
    assert texts(desk.find(number)) == [""]


@pytest.mark.postgres
def test_on_postgresql_every_way_of_searching_uses_an_index(postgres_url: str) -> None:
    database = Database(postgres_url)
    Base.metadata.create_all(database.engine)
    desk, plans = Desk(database), []

    @event.listens_for(database.engine, "before_cursor_execute")
    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT search_documents"):
            cursor = connection.connection.cursor()
            # Of a handful of rows none is worth an index: without this every plan would read them all.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}", parameters)
            plans.append("\n".join(row[0] for row in cursor.fetchall()))

    number = desk.opened(FEE)
    for query in (
        Query("환불"), Query("환불|수수료", department_id="ads"), Query("홍길동"), Query("홍길동 환불"),
        Query(department_id="ads"), Query("환불", mode="meaning"), Query("환불", since=date(2026, 1, 1)),
    ):  # fmt: skip
        plans.clear()
        desk.search.find(query)
        assert plans, query
        assert not [plan for plan in plans if "Seq Scan on search" in plan], query
    desk.search.similar_replies(number)
    plans.clear()
    desk.find("환불")
    assert "search_words_index" in "".join(plans)
    database.close()


def test_a_rolled_back_ticket_leaves_nothing(desk: Desk) -> None:
    class Broken(Exception):
        pass

    with pytest.raises(Broken), desk.database.session() as session:
        tickets.open_ticket(session, desk.vault, REQUEST, NOW)
        raise Broken
    assert desk.search.catch_up() == 0
