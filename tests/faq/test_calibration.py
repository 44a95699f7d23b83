"""What is learned from labels, and how it is kept."""

from __future__ import annotations

import numpy as np
import pytest

from faq.calibration import Calibration, transferred
from faq.confidence import FEATURES, Logistic, Scale
from faq.decision import Answer, Candidate, Choices, NoAnswer, Thresholds, decide
from faq.service import FaqService


def test_the_model_learns_what_separates_right_from_wrong() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 3))
    model = Logistic.fit(x, x[:, 1] > 0)
    assert model.weights[1] > 5 * abs(model.weights[0])
    assert ((model.predict(x) > 0.5) == (x[:, 1] > 0)).mean() > 0.95


def test_no_probability_is_certain() -> None:
    model = Logistic((100.0,), 0.0)
    assert model.predict(np.array([[-1e6]]))[0] > 0
    assert model.predict(np.array([[1e6]]))[0] < 1


def test_a_scale_of_too_few_changes_nothing() -> None:
    values = np.arange(len(FEATURES), dtype=float)
    np.testing.assert_array_equal(Scale.of(values[None]).apply(values)[: len(FEATURES)], values)


def test_a_calibration_survives_being_written(service: FaqService) -> None:
    calibration = service.snapshot.calibration
    assert Calibration.from_json(calibration.to_json()) == calibration
    foreign = transferred(calibration.scale, 0.05)
    assert Calibration.from_json(foreign.to_json()) == foreign


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"scale": {}}'])
def test_rubbish_is_no_calibration(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Calibration.from_json(text)


def test_thresholds_decide_between_answer_choices_and_a_person() -> None:
    thresholds = Thresholds(answer=0.9, choices=0.5)
    ranked = [Candidate(name, name, p) for name, p in (("a", 0.9), ("b", 0.2), ("c", 0.1), ("d", 0.1))]
    assert decide(ranked, thresholds) == Answer("a", 0.9)
    assert decide(ranked[1:], thresholds) == NoAnswer()
    assert decide([Candidate("a", "a", 0.6), *ranked[1:]], thresholds) == Choices(
        (Candidate("a", "a", 0.6), *ranked[1:3])
    )
    assert decide([], thresholds) == NoAnswer()


def test_with_enough_labels_sure_questions_are_answered(make_service, labels) -> None:
    service = make_service(labels=labels, alpha=0.05)
    bound = service.snapshot.calibration.bound
    assert bound.answered >= 59
    assert bound.upper <= 0.05
    assert isinstance(service.understand("복사기를 써도 되나요 300번").decision, Answer)
    assert service.understand("점심 메뉴 추천").decision == NoAnswer()


def test_with_too_few_it_says_how_many_more_are_needed(make_service, labels) -> None:
    bound = make_service(labels=labels, alpha=0.005).snapshot.calibration.bound
    assert bound.answered == 0
    assert bound.missing is not None
    assert bound.missing > 100
