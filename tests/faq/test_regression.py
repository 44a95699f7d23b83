"""A change of the corpus that breaks what citizens get right answers to isn't published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Conflict, Invalid
from faq import importing, publishing, repository
from faq.regression import Breaks, Case, Gate, applying, load_cases

from .conftest import ENTRIES, make_entry, put

CASES = [
    {"text": "복사기 사용해도 되나요", "id": "visit.copier", "kind": "question"},
    {"text": "광고 수수료율", "id": "ads.fee", "kind": "question"},
    {"text": "1학년 수업 차시", "id": "edu.first", "kind": "question"},
    {"text": "3학년 수업 차시", "id": "edu.third", "kind": "question"},
    {"text": "팩스 되나요?", "id": None, "kind": "near"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "quality"
    folder.mkdir()
    write(folder, CASES)
    return folder


def write(folder: Path, rows: list[dict[str, object]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "set.jsonl").write_text("\n".join(lines), "utf-8")


@pytest.fixture
def publish(make_service, faq_database, folder: Path, clock) -> Callable[..., importing.Changes]:
    gate = Gate(make_service, folder, clock)

    def publish(*entries, replace: bool = False) -> importing.Changes:
        def plan(session):
            return importing.plan(session, entries, replace=replace)

        return publishing.publish(faq_database, plan, gate, clock)

    return publish


def stored(faq_database) -> list:
    with faq_database.session() as session:
        return repository.all_entries(session)


def test_a_harmless_change_is_published(publish, faq_database) -> None:
    publish(make_entry(answer="1층에 있습니다."))
    assert stored(faq_database)[-1].answer == "1층에 있습니다."


def test_an_entry_that_takes_another_s_question_is_refused_and_nothing_changes(publish, faq_database) -> None:
    thief = make_entry("edu.copy", question="복사기 사용해도 되나요?", paraphrases=())
    with pytest.raises(Breaks) as refused:
        publish(thief, make_entry("edu.fine", question="교육은 어디에서 하나요?", paraphrases=()))
    assert "“복사기 사용해도 되나요” 기대: visit.copier, 결과: edu.copy" in refused.value.message
    assert [one.case.faq_id for one in refused.value.broken] == ["visit.copier"]
    assert stored(faq_database) == sorted(ENTRIES, key=lambda entry: entry.id)


def test_an_out_of_scope_question_that_would_be_answered_at_once_is_refused(publish) -> None:
    with pytest.raises(Breaks, match=r"“팩스 되나요\?” 기대: 즉시 답하지 않음, 결과: visit.fax"):
        publish(make_entry("visit.fax", question="팩스 되나요?", paraphrases=()))


def test_an_entry_that_a_question_needs_is_not_removed(publish) -> None:
    with pytest.raises(Breaks, match=r"기대: ads\.fee"):
        publish(*(entry for entry in ENTRIES if entry.id != "ads.fee"), replace=True)


def test_replacing_all_by_a_part_is_refused_though_most_of_the_set_no_longer_fits(publish) -> None:
    with pytest.raises(Breaks) as refused:
        publish(ENTRIES[0], replace=True)
    assert {one.case.faq_id for one in refused.value.broken} == {"ads.fee", "edu.first", "edu.third"}


def test_a_question_that_was_wrong_before_may_stay_wrong(publish, folder: Path, faq_database) -> None:
    write(folder, [*CASES, {"text": "복사기는 어디 있나요", "id": "ads.fee", "kind": "question"}])
    publish(make_entry(answer="2층에 있습니다."))
    assert stored(faq_database)[-1].answer == "2층에 있습니다."


def test_another_foundation_s_corpus_takes_the_place_of_this_one(publish, faq_database) -> None:
    publish(make_entry("park.hours", question="공원은 몇 시에 닫나요?", paraphrases=()), replace=True)
    assert [entry.id for entry in stored(faq_database)] == ["park.hours"]


def test_the_set_says_nothing_about_another_foundation_s_corpus(publish, faq_database) -> None:
    put(faq_database, [make_entry("park.hours", question="공원은 몇 시에 닫나요?")], replace=True)
    publish(make_entry("park.hours", question="주차장은 몇 시에 닫나요?"))
    assert stored(faq_database)[0].question == "주차장은 몇 시에 닫나요?"


def test_a_change_that_was_weighed_on_other_entries_is_not_written(
    make_service, faq_database, folder: Path, clock
) -> None:
    class WhileSomebodyElsePublishes(Gate):
        def check(self, before, after) -> None:
            put(faq_database, [make_entry("new.one", question="새 질문입니다", paraphrases=())])

    gate = WhileSomebodyElsePublishes(make_service, folder, clock)
    with pytest.raises(Conflict):
        publishing.publish(
            faq_database, lambda session: importing.plan(session, [make_entry(answer="고침")]), gate, clock
        )
    assert make_entry() in stored(faq_database)


def test_without_a_set_everything_is_published(make_service, faq_database, tmp_path: Path, clock) -> None:
    gate = Gate(make_service, tmp_path / "nowhere", clock)
    publishing.publish(faq_database, lambda session: importing.plan(session, [], replace=True), gate, clock)
    assert stored(faq_database) == []


@pytest.mark.parametrize("line", ["not json", "[]", '{"text": "x"}', '{"id": null}'])
def test_a_set_that_cannot_be_read_is_named_with_its_line(folder: Path, line: str) -> None:
    (folder / "b.jsonl").write_text(f'{{"text": "x", "id": null}}\n\n{line}\n', "utf-8")
    with pytest.raises(Invalid, match=r"b\.jsonl:3"):
        load_cases(folder)


def test_the_shipped_set_fits_the_sample_corpus_and_each_case_has_its_category() -> None:
    root = Path(__file__).parents[2]
    cases = load_cases(root / "tests/quality")
    names = {case.faq_id for case in cases if case.faq_id}
    assert applying(cases, names, names) == cases
    assert {case.category for case in cases} >= {"ads", "visit", "near", "elsewhere", "personal"}


def test_the_set_applies_by_the_entries_that_it_names() -> None:
    cases = [Case("가", "a.a", "q"), Case("나", "b.b", "q"), Case("다", None, "near")]
    assert applying(cases, {"a.a", "b.b"}, {"a.a"}) == cases
    assert applying(cases, {"a.a", "b.b"}, set()) == cases
    assert applying(cases, {"a.a", "b.b"}, {"x.x", "y.y", "z.z"}) == []
    assert applying(cases, {"x.x"}, {"a.a", "b.b"}) == []
