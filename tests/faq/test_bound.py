"""The threshold keeps its promise, and says when it can't."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.bound import NEVER, choose_threshold, fewest_answers, promising_share, upper_bound


def test_the_bound_agrees_with_the_tables() -> None:
    assert upper_bound(0, 149, 0.95) == pytest.approx(0.0199, abs=1e-4)
    assert upper_bound(1, 236, 0.95) == pytest.approx(0.02, abs=1e-3)
    assert upper_bound(5, 5, 0.95) == 1.0
    assert fewest_answers(0.02, 0.95) == 149


def test_too_few_labels_say_how_many_are_missing() -> None:
    bound = choose_threshold(np.linspace(0, 1, 100), np.ones(100, bool), 0.02, 0.95)
    assert bound.threshold == NEVER
    assert 49 <= bound.missing <= 55


def test_errors_at_the_top_forbid_answers() -> None:
    confidences = np.linspace(1, 0, 500)
    bound = choose_threshold(confidences, np.arange(500) > 20, 0.02, 0.95)
    assert bound.threshold == NEVER
    assert bound.missing is None, "four in a hundred are wrong however many are answered"


def test_equal_confidences_are_answered_together() -> None:
    confidences = np.array([0.9] * 400)
    bound = choose_threshold(confidences, np.arange(400) < 200, 0.02, 0.95)
    assert bound.answered == 0


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.3))
def test_a_chosen_threshold_always_supports_the_bound(seed: int, error_rate: float) -> None:
    rng = np.random.default_rng(seed)
    confidences = rng.random(600)
    right = rng.random(600) > error_rate * (1 - confidences)
    bound = choose_threshold(confidences, right, 0.05, 0.95)
    answered = confidences >= bound.threshold
    assert answered.sum() == bound.answered
    assert (~right[answered]).sum() == bound.wrong
    assert bound.answered == 0 or bound.upper <= 0.05


def test_over_many_draws_the_promise_is_broken_as_rarely_as_stated() -> None:
    """Errors get rarer with confidence, and their true share above a threshold is known."""
    rng = np.random.default_rng(7)
    broken, runs, alpha = 0, 1000, 0.05
    for _ in range(runs):
        confidences = rng.random(400)
        right = rng.random(400) > 0.2 * (1 - confidences)
        bound = choose_threshold(confidences, right, alpha, 0.95)
        true_share = 0.2 * (1 - bound.threshold) / 2  # mean of 0.2 * (1 - c) for c above the threshold
        broken += bound.answered > 0 and true_share > alpha
    assert broken / runs <= 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5


def test_more_labels_do_not_help_a_guess() -> None:
    rng = np.random.default_rng(3)
    bound = choose_threshold(rng.random(400), rng.random(400) > 0.5, 0.02, 0.95)
    assert (bound.threshold, bound.missing) == (NEVER, None)


def test_nothing_is_said_of_questions_that_are_never_answered() -> None:
    confidences = np.concatenate([np.full(200, 0.9), np.zeros(300)])
    bound = choose_threshold(confidences, np.arange(500) < 200, 0.05, 0.95)
    assert bound.threshold > 0
    assert bound.answered <= 200


def test_one_early_error_voids_nothing_where_the_tests_begin_further_down() -> None:
    """The most confident question is wrong, all the next ones are right."""
    confidences, right = np.linspace(1, 0, 1000), (np.arange(1000) > 0) & (np.arange(1000) < 500)
    assert choose_threshold(confidences, right, 0.02, 0.95, start_share=0.15).answered == 0
    learned_from = (np.linspace(1, 0, 300), (np.arange(300) > 0) & (np.arange(300) < 150))
    start = promising_share(*learned_from, 0.02, 0.95, judges=1000)
    assert choose_threshold(confidences, right, 0.02, 0.95, start).answered > 400


def test_where_the_tests_begin_needs_no_labels() -> None:
    assert 0 < promising_share(np.zeros(0), np.zeros(0, bool), 0.02, 0.95, judges=500) < 1
