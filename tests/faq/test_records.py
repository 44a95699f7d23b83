"""A decision can be told again from its record: by the numbers in it, and by the index that made it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.decision import Thresholds
from faq.labels import Label
from faq.records import DecisionRecord, Rated, RecordedTurn
from faq.service import FaqService

from .conftest import make_entry, put

QUESTION = "광고 수수료를 알고 싶은데요"


def record_of(service: FaqService, text: str = QUESTION) -> DecisionRecord:
    return DecisionRecord.from_json(json.loads(json.dumps(service.understand(text).record)))


def test_a_record_names_everything_that_the_decision_hangs_on(service: FaqService) -> None:
    record = record_of(service)
    assert record.index == service.version
    assert {"model", "adapter", "corpus", "labels", "alpha", "confidence"} <= set(record.hashes)
    assert record.candidates[0].faq_id == "ads.fee"
    assert {"cosine", "margin", "words"} <= set(record.candidates[0].features)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("복사기를 써도 되나요?", "faq"), ("안녕하세요", "greet"), ("오늘 점심 뭐 먹지", "unknown")],
)
def test_the_numbers_of_a_record_give_its_outcome_again(service: FaqService, text: str, outcome: str) -> None:
    record = record_of(service, text)
    assert (record.outcome, record.derived()) == (outcome, outcome)


def test_the_same_index_decides_again_as_it_did(service: FaqService, faq_database) -> None:
    record = record_of(service)
    again = service.replay(QUESTION, record.on, record.index)
    assert again is not None
    assert DecisionRecord.from_json(again.record).same_decision(record)


def test_the_index_before_the_last_calibration_can_still_be_asked(make_service, labels) -> None:
    verdicts = [Label("복사 좀 하려는데요", "visit.copier")]
    service = make_service(labels=labels, extra_labels=lambda: list(verdicts))
    record = record_of(service)
    verdicts.append(Label("광고 수수료가 있나요", "ads.fee"))
    assert service.rebuild() != record.index
    again = service.replay(QUESTION, record.on, record.index)
    assert again is not None
    assert DecisionRecord.from_json(again.record).same_decision(record)


def test_of_an_index_of_another_corpus_only_the_numbers_are_left(service: FaqService, faq_database) -> None:
    record = record_of(service)
    put(faq_database, [make_entry(answer="이제는 유료입니다.")])
    service.rebuild()
    assert service.replay(QUESTION, record.on, record.index) is None
    assert record.derived() == record.outcome


def test_a_changed_number_is_noticed(service: FaqService) -> None:
    record = record_of(service, "복사기를 써도 되나요?")
    stricter = replace(record, thresholds=Thresholds(answer=1.1, choices=0.1))
    assert stricter.derived() == "choices"
    doubted = replace(record.candidates[0], confidence=record.candidates[0].confidence - 0.01)
    assert not replace(record, candidates=(doubted, *record.candidates[1:])).same_decision(record)


@given(
    st.lists(st.floats(0, 1), max_size=3),
    st.floats(0, 1),
    st.floats(0, 1),
    st.none() | st.builds(RecordedTurn, st.sampled_from(["greet", "handoff"]), st.floats(0, 1)),
)
def test_any_record_survives_being_written(confidences, answer, choices, turn) -> None:
    rated = tuple(Rated(f"a.{i}", p, {"margin": p}) for i, p in enumerate(confidences))
    thresholds = Thresholds(answer, choices)
    record = DecisionRecord("v", {"model": "m"}, "2026-06-01", thresholds, rated, None, turn, "unknown")
    assert DecisionRecord.from_json(json.loads(json.dumps(record.to_json()))) == record
    assert record.on == date(2026, 6, 1)
    assert record.derived() in {"faq", "choices", "unknown", "greet", "handoff"}
