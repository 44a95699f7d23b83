"""The FAQ's one door: what it understands, and that nothing it is told or done to it makes it fall."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faq.decision import Answer, NoAnswer
from faq.labels import Label
from faq.rows import Row
from faq.service import FaqService

from .conftest import ENTRIES, make_entry, put

BAD = [
    "",
    "   ",
    "\n\t",
    "😀😀😀",
    "?!…",
    "\x00\x01\x02",
    "\ud800",
    "\u200b",
    "가" * 10_000,
    "a b " * 4000,
    "[[phone:valid:1]]",
]


def test_a_question_of_the_faq_is_answered_at_once(service: FaqService) -> None:
    found = service.understand("복사기를 써도 되나요?")
    assert found.intent == "faq"
    assert found.decision == Answer("visit.copier", 1.0)
    assert service.entry("visit.copier") == ENTRIES[0]


def test_case_spaces_and_punctuation_do_not_matter(service: FaqService) -> None:
    assert service.understand(" 복사기를   써도되나요 ").decision == Answer("visit.copier", 1.0)


def test_a_greeting_before_the_question_does_not_hide_it(service: FaqService) -> None:
    assert service.understand("안녕하세요 복사기를 써도 되나요").decision == Answer("visit.copier", 1.0)


def test_a_paraphrase_is_answered_like_its_question(service: FaqService) -> None:
    assert service.understand("광고 수수료율을 알려 주세요").decision == Answer("ads.fee", 1.0)


def test_numbers_tell_entries_apart(service: FaqService) -> None:
    assert service.search("3학년 수업 차시")[0].faq_id == "edu.third"
    assert service.search("1학년 수업 차시")[0].faq_id == "edu.first"


def test_without_labels_nothing_but_certainty_is_answered(service: FaqService) -> None:
    found = service.understand("복사기를 좀 써도 되나요?")
    assert found.intent in {"choices", "unknown"}
    assert found.candidates[0].faq_id == "visit.copier"


@pytest.mark.parametrize(("text", "intent"), [("안녕하세요!", "greet"), ("상담원 연결", "handoff")])
def test_a_turn_of_the_dialogue_gets_its_intent(service: FaqService, text: str, intent: str) -> None:
    found = service.understand(text)
    assert (found.intent, found.decision) == (intent, NoAnswer())


def test_departments_are_ranked_by_their_duties(service: FaqService) -> None:
    found = service.understand("광고 담당자 연락처")
    assert found.intent == "find_staff"
    assert found.departments[0][0] == "ads"


def test_who_names_no_topic_is_given_no_department(service: FaqService) -> None:
    assert service.understand("담당자 전화번호").departments == ()


@pytest.mark.parametrize("text", BAD)
def test_text_that_asks_nothing_is_not_understood_and_never_fails(service: FaqService, text: str) -> None:
    found = service.understand(text)
    assert found.intent == "unknown"
    assert found.decision == NoAnswer()
    json.dumps(found.record)


@given(text=st.text())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_it_fail(service: FaqService, text: str) -> None:
    assert service.understand(text).intent


def test_a_repeated_question_costs_no_second_embedding(service: FaqService, encoder) -> None:
    service.understand("팩스는 무료인가요")
    before = len(encoder.queries)
    again = service.understand("  팩스는  무료인가요 ")
    assert len(encoder.queries) == before
    assert again is service.understand("팩스는 무료인가요")


def test_personal_data_in_a_question_is_not_part_of_it(service: FaqService, encoder) -> None:
    service.understand("제 번호는 [[phone:valid:0123456789abcdef0123456789abcdef]] 입니다")
    assert encoder.queries[-1] == "제 번호는 입니다"


def test_the_record_holds_no_text(service: FaqService) -> None:
    record = json.dumps(service.understand("김철수 과장님 자리에 계신가요").record, ensure_ascii=False)
    assert "김철수" not in record
    assert service.version in record


def test_an_entry_is_answered_only_while_it_is_valid(service: FaqService, faq_database, clock) -> None:
    put(faq_database, [make_entry(valid_from=date(2026, 7, 1), valid_until=date(2026, 7, 31))])
    service.rebuild()
    asked = "복사기를 써도 되나요?"
    assert not isinstance(service.understand(asked).decision, Answer)
    clock.at = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)  # midnight in Seoul
    assert isinstance(service.understand(asked).decision, Answer)
    clock.at = datetime(2026, 7, 31, 15, 0, tzinfo=UTC)
    assert not isinstance(service.understand(asked).decision, Answer)


def test_a_rebuild_takes_over_what_changed_and_encodes_only_that(service, faq_database, encoder) -> None:
    first = service.version
    put(faq_database, [make_entry(question="복사기는 어디에 있습니까?")])
    encoder.queries.clear()
    assert service.rebuild() != first
    assert encoder.queries == ["복사기는 어디에 있습니까?"]
    assert service.understand("복사기는 어디에 있습니까?").decision == Answer("visit.copier", 1.0)


def test_questions_are_answered_while_the_index_is_rebuilt(service, faq_database) -> None:
    failures: list[object] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                found = service.understand("정부광고 수수료는 얼마인가요?")
                if found.decision != Answer("ads.fee", 1.0):
                    failures.append(found)
            except Exception as error:  # noqa: BLE001
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(5):
        put(faq_database, [make_entry(answer=f"답변 {number}")])
        service.rebuild()
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert service.entry("visit.copier").answer == "답변 4"


def test_a_second_start_builds_nothing(make_service, encoder) -> None:
    first = make_service()
    encoder.queries.clear()
    assert make_service().version == first.version
    assert encoder.queries == []


def test_a_start_after_a_change_builds_anew(make_service, faq_database) -> None:
    first = make_service()
    put(faq_database, ENTRIES[:2], replace=True)
    second = make_service()
    assert second.version != first.version
    assert len(second.entries()) == 2


@pytest.mark.parametrize("name", ["rows.faiss", "calibration.json", "manifest.json"])
@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_damaged_index_is_noticed_and_rebuilt(make_service, tmp_path: Path, name, damage) -> None:
    version = make_service().version
    file = tmp_path / "index" / version / name
    file.unlink() if damage is None else file.write_bytes(damage)
    service = make_service()
    assert service.version == version
    assert service.understand("복사기를 써도 되나요?").decision == Answer("visit.copier", 1.0)
    assert make_service().snapshot.index.size == service.snapshot.index.size


def test_one_flipped_bit_is_noticed(make_service, tmp_path: Path, encoder) -> None:
    file = tmp_path / "index" / make_service().version / "rows.faiss"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    encoder.queries.clear()
    make_service()
    assert encoder.queries, "it was built again"


def test_an_index_that_another_process_built_is_taken_over(make_service, faq_database) -> None:
    serving, other = make_service(), make_service()
    assert not serving.refresh_if_changed()
    put(faq_database, [make_entry(answer="다른 답변입니다.")])
    other.rebuild()
    assert serving.refresh_if_changed()
    assert serving.version == other.version
    assert serving.entry("visit.copier").answer == "다른 답변입니다."


def test_old_indexes_do_not_pile_up(service, faq_database, tmp_path: Path) -> None:
    for number in range(4):
        put(faq_database, [make_entry(answer=f"답변 {number}")])
        service.rebuild()
    assert len([p for p in (tmp_path / "index").iterdir() if p.is_dir()]) == 2


def test_an_empty_faq_leaves_everything_to_people(make_service, faq_database) -> None:
    put(faq_database, [], replace=True)
    found = make_service().understand("복사기를 써도 되나요?")
    assert (found.intent, found.candidates) == ("unknown", ())


def test_a_faq_without_examples_and_duties_still_answers(make_service, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yml"
    empty.write_text("nlu: []", "utf-8")
    service = make_service(nlu=empty, extra_rows=list[Row])
    assert service.understand("복사기를 써도 되나요?").decision == Answer("visit.copier", 1.0)


def test_what_staff_have_judged_counts_until_an_entry_asks_it_itself(make_service, faq_database) -> None:
    judged = [Label("복사기 빌려주나요", "visit.copier"), Label("팩스 되나요", None)]
    assert make_service(extra_labels=lambda: judged).snapshot.labels == tuple(judged)
    put(faq_database, [make_entry("visit.fax", question="팩스 되나요?", paraphrases=())])
    after = make_service(extra_labels=lambda: judged)
    assert after.snapshot.labels == tuple(judged[:1])
    assert after.understand("팩스 되나요").decision == Answer("visit.fax", 1.0)
