"""Where a matter goes: rules, what was corrected, what it means, and who keeps what is unclear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.database import Database
from core.errors import Conflict, Invalid, NotFound
from core.privacy import Vault
from desk import directory, route_lessons, routing_rules, tickets
from desk.models import Department, RouteLesson, Staff
from desk.routing import Route, Router
from embeddings.hashing import HashingEncoder
from tests.desk.conftest import NOW

MATTER = "지난달 신문에 낸 공고의 영수증을 다시 받고 싶습니다."
ALIKE = "지난달 신문에 낸 공고 영수증을 다시 받을 수 있을까요?"
OTHER = "방문 예약을 하고 싶습니다."


class Meaning:
    """Says what it is told to say, and what it was asked."""

    def __init__(self, *ranked: tuple[str, float]) -> None:
        self.ranked = ranked
        self.asked: list[str] = []

    def __call__(self, matter: str) -> Iterable[tuple[str, float]]:
        self.asked.append(matter)
        return self.ranked


class Encoder(HashingEncoder):
    """Counts what it encodes."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode_queries(self, texts: list[str]):
        self.texts += texts
        return super().encode_queries(texts)


def router(database: Database, vault: Vault, *ranked: tuple[str, float], alike: float = 0.7) -> Router:
    encoder = Encoder()
    return Router(database, vault, Meaning(*ranked), lambda: encoder, lambda: alike)


def correct(
    database: Database, made: Router, opened, matter: str, department: str, now=NOW, **ticket: object
) -> str:
    number = opened(matter=matter, **ticket).number
    with database.session() as session:
        ticket = tickets.find(session, number)
        made.learn(session, ticket, matter, department, session.get_one(Staff, "kim"), now)
    return number


def rule(database: Database, *words: str, kind: str | None = None, to: str = "ads") -> str:
    with database.session() as session:
        return routing_rules.add(session, words, kind, to).id


def test_what_is_clear_by_meaning_goes_there(desk: Database, vault: Vault) -> None:
    route = router(desk, vault, ("ads", 0.8), ("front", 0.2)).route(MATTER, "inquiry")
    assert route == Route("ads", "meaning", (("ads", 0.8), ("front", 0.2)))


def test_what_is_unclear_waits_at_the_front_desk_with_the_best_guesses(desk: Database, vault: Vault) -> None:
    route = router(desk, vault, ("ads", 0.5), ("front", 0.4)).route(MATTER, "inquiry")
    assert route == Route(None, "front", (("ads", 0.5), ("front", 0.4)))


@pytest.mark.parametrize("empty", ["", "  \n ", "\u200b"])
def test_a_matter_without_words_goes_to_the_front_desk(desk: Database, vault: Vault, empty: str) -> None:
    assert router(desk, vault).route(empty, "inquiry") == Route(None, "front")


def test_personal_data_in_a_matter_never_reaches_the_meaning(desk: Database, vault: Vault) -> None:
    meaning, encoder = Meaning(), HashingEncoder()
    made = Router(desk, vault, meaning, lambda: encoder, lambda: 0.9)
    made.route("제 번호는 010-1234-5678 입니다. 전화 주세요.", "inquiry")
    assert "1234" not in meaning.asked[0]


def test_never_more_than_three_candidates(desk: Database, vault: Vault) -> None:
    with desk.session() as session:
        session.add_all(Department(id=f"d{n}", name=f"{n}팀", phone="02-000-1") for n in range(4))
    ranked = [(f"d{n}", 0.25) for n in range(4)]
    assert len(router(desk, vault, *ranked).route(MATTER, "inquiry").candidates) == 3
    rule(desk, "영수증", to="ads")
    assert router(desk, vault, *ranked).route(MATTER, "inquiry").candidates[0] == ("ads", 0.0)


def test_a_closed_department_gets_nothing_by_meaning_rule_or_lesson(
    desk: Database, vault: Vault, opened
) -> None:
    made = router(desk, vault, ("ads", 0.9))
    rule(desk, "예약")
    correct(desk, made, opened, MATTER, "ads")
    with desk.session() as session:
        session.get_one(Department, "ads").active = False
    for matter in (MATTER, OTHER, "다른 일입니다"):
        assert made.route(matter, "inquiry").department_id is None


class TestRules:
    def test_a_word_overrides_the_meaning(self, desk: Database, vault: Vault) -> None:
        rule(desk, "영수증")
        route = router(desk, vault, ("front", 0.99)).route(MATTER, "inquiry")
        assert (route.department_id, route.by) == ("ads", "rule")

    @pytest.mark.parametrize("said", ["영 수증을 주세요", "ＡＢＣ 문의", "abc 문의"])
    def test_blanks_width_and_case_make_no_difference(self, desk: Database, vault: Vault, said: str) -> None:
        rule(desk, "영수증", "A b c")
        assert router(desk, vault).route(said, "inquiry").by == "rule"

    def test_a_kind_alone_is_a_rule_too(self, desk: Database, vault: Vault) -> None:
        rule(desk, kind="complaint")
        assert router(desk, vault).route(MATTER, "complaint").department_id == "ads"
        assert router(desk, vault).route(MATTER, "inquiry").department_id is None

    def test_with_kind_and_words_both_must_fit(self, desk: Database, vault: Vault) -> None:
        rule(desk, "영수증", kind="complaint")
        made = router(desk, vault)
        asked = [(MATTER, "complaint"), (MATTER, "inquiry"), (OTHER, "complaint")]
        assert [made.route(*one).by for one in asked] == ["rule", "front", "front"]

    def test_the_first_rule_that_fits_decides_and_can_be_moved(self, desk: Database, vault: Vault) -> None:
        rule(desk, "영수증", to="ads")
        second = rule(desk, "영수증", to="front")
        made = router(desk, vault)
        assert made.route(MATTER, "inquiry").department_id == "ads"
        with desk.session() as session:
            routing_rules.move(session, second, up=True)
            routing_rules.move(session, second, up=True)
        assert made.route(MATTER, "inquiry").department_id == "front"

    @pytest.mark.parametrize(
        ("words", "kind", "to"),
        [([], None, "ads"), ([" "], None, "ads"), (["가"], None, "nowhere"), (["가" * 51], None, "ads")],
    )
    def test_a_rule_that_would_take_everything_or_lead_nowhere_is_refused(
        self, desk: Database, words: list[str], kind: str | None, to: str
    ) -> None:
        with pytest.raises(Invalid), desk.session() as session:
            routing_rules.add(session, words, kind, to)

    def test_the_same_rule_is_refused_a_second_time(self, desk: Database, vault: Vault) -> None:
        rule(desk, "영수증", "세금 계산서")
        with pytest.raises(Conflict, match="이미 있습니다"):
            rule(desk, "세금계산서", "영수증")
        rule(desk, "영수증", "세금 계산서", kind="complaint")

    def test_a_removed_rule_no_longer_counts_and_cannot_be_removed_twice(
        self, desk: Database, vault: Vault
    ) -> None:
        gone = rule(desk, "영수증")
        with desk.session() as session:
            routing_rules.remove(session, gone)
        assert router(desk, vault).route(MATTER, "inquiry").by == "front"
        with pytest.raises(NotFound), desk.session() as session:
            routing_rules.remove(session, gone)


class TestLessons:
    def test_a_corrected_route_is_taken_at_the_next_question(
        self, desk: Database, vault: Vault, opened
    ) -> None:
        made = router(desk, vault, ("front", 0.9))
        assert made.route(ALIKE, "inquiry").department_id == "front"
        correct(desk, made, opened, MATTER, "ads")
        assert made.route(ALIKE, "inquiry").by == "lesson"
        assert made.route(ALIKE, "inquiry").department_id == "ads"

    def test_what_is_not_alike_goes_where_it_went(self, desk: Database, vault: Vault, opened) -> None:
        made = router(desk, vault, ("front", 0.9))
        correct(desk, made, opened, MATTER, "ads")
        assert made.route(OTHER, "inquiry") == Route("front", "meaning", (("front", 0.9),))

    def test_a_rule_comes_before_a_lesson(self, desk: Database, vault: Vault, opened) -> None:
        made = router(desk, vault)
        correct(desk, made, opened, MATTER, "ads")
        rule(desk, "영수증", to="front")
        assert made.route(ALIKE, "inquiry").by == "rule"

    def test_the_newer_of_two_like_lessons_counts(self, desk: Database, vault: Vault, opened) -> None:
        made = router(desk, vault)
        correct(desk, made, opened, MATTER, "front", now=NOW + timedelta(hours=1))
        correct(desk, made, opened, MATTER, "ads")
        assert made.route(MATTER, "inquiry").department_id == "front"

    def test_a_ticket_corrected_twice_teaches_its_last_route(
        self, desk: Database, vault: Vault, opened
    ) -> None:
        made = router(desk, vault)
        number = correct(desk, made, opened, MATTER, "front")
        assert made.route(ALIKE, "inquiry").department_id == "front"
        with desk.session() as session:
            ticket, kim = tickets.find(session, number), session.get_one(Staff, "kim")
            made.learn(session, ticket, MATTER, "ads", kim, NOW + timedelta(hours=1))
        assert made.route(ALIKE, "inquiry").department_id == "ads"

    def test_another_process_sees_it_too_and_encodes_only_what_is_new(
        self, desk: Database, vault: Vault, opened
    ) -> None:
        encoder = Encoder()
        other = Router(desk, vault, Meaning(), lambda: encoder, lambda: 0.7)
        correct(desk, router(desk, vault), opened, MATTER, "ads")
        for _ in range(3):
            assert other.route(ALIKE, "inquiry").department_id == "ads"
        assert encoder.texts.count(route_lessons.comparable(MATTER)) == 1

    def test_a_lesson_taken_back_counts_no_longer(self, desk: Database, vault: Vault, opened) -> None:
        made = router(desk, vault)
        number = correct(desk, made, opened, MATTER, "ads")
        with desk.session() as session:
            route_lessons.forget(session, tickets.find(session, number).id)
        assert made.route(ALIKE, "inquiry").by == "front"

    def test_a_lesson_is_kept_encrypted_and_without_personal_data(
        self, desk: Database, vault: Vault, opened, tmp_path: Path
    ) -> None:
        made = router(desk, vault)
        correct(desk, made, opened, f"{MATTER} 홍길동, 010-9876-5432로 연락 주세요.", "ads")
        with desk.session() as session:
            raw = session.execute(text("SELECT words FROM route_lessons")).scalar_one()
            ((_, words),) = route_lessons.all_of(session, vault)
        assert "영수증" not in raw
        assert "영수증" in words
        assert "9876-5432" not in words
        assert "홍길동" not in words

    def test_a_lesson_of_another_key_is_like_nothing_and_stops_nobody(
        self, desk: Database, vault: Vault, opened
    ) -> None:
        made = router(desk, vault)
        correct(desk, made, opened, MATTER, "ads")
        with desk.session() as session:
            session.scalars(select(RouteLesson)).one().words = "gAAAAA-of-another-key"
        assert router(desk, vault).route(ALIKE, "inquiry").by == "front"
        with desk.session() as session:
            assert [words for _, words in route_lessons.all_of(session, vault)] == [""]


class TestDuties:
    @pytest.fixture
    def people(self, desk: Database) -> Database:
        with desk.session() as session:
            session.get_one(Staff, "cho").duties = ["광고 매체 선정 상담", "긴급 광고 의뢰"]
            session.get_one(Staff, "yoon").duties = ["광고비 정산과 증빙자료", "수수료 안내"]
            session.get_one(Staff, "kim").duties = ["민원 상담", "상담 예약", "칭찬 접수", "우편물 접수"]
        return desk

    def test_the_duty_that_fits_names_the_person(self, people: Database, vault: Vault) -> None:
        route = router(people, vault, ("ads", 0.9)).route("광고비 정산과 증빙자료 문의", "inquiry")
        assert route.duty == "광고비 정산과 증빙자료"
        with people.session() as session:
            assert directory.responsible(session, "ads", NOW, route.duty).staff.id == "yoon"

    def test_a_vague_matter_names_no_duty(self, people: Database, vault: Vault) -> None:
        assert router(people, vault, ("ads", 0.9)).route("xyz", "inquiry").duty is None

    def test_a_duty_edited_counts_at_once(self, people: Database, vault: Vault) -> None:
        made = router(people, vault, ("ads", 0.9))
        made.route(MATTER, "inquiry")
        with people.session() as session:
            session.get_one(Staff, "cho").duties = ["신문에 낸 공고의 영수증"]
        assert made.route(MATTER, "inquiry").duty == "신문에 낸 공고의 영수증"
