"""The promise on wrong answers, tried many times where the truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.bound import DRAWS, Mix, Population, Promise, sampling_error, split, tried
from bench.bound_report import Sample, mixes, page, sample

ALLOWED = 0.05 + sampling_error(DRAWS)
PROMISE = Promise(alpha=0.02, confidence=0.95, labelled=800, start_share=0.25)


def population(seed: int = 0, size: int = 3000, error_in: float = 0.001, trap: float = 0.02) -> Population:
    """Like the sample's: most questions in scope are sure and right, a few out of scope look just as sure."""
    rng = np.random.default_rng(seed)
    inside = rng.random(size) < 0.5
    fooled = rng.random(size) < trap
    outside = np.where(fooled, rng.beta(5, 2, size), rng.beta(1, 6, size))
    sure = np.where(inside, rng.beta(6, 1.5, size), outside)
    right = inside & (rng.random(size) > error_in + 2 * (1 - sure) ** 4)
    return Population(sure, right, inside)


def test_the_promise_is_kept_on_clean_and_on_shifted_mixes_when_labels_come_from_them() -> None:
    casual = population(seed=1, error_in=0.0, trap=0.01)
    for mix in (
        Mix("clean", population(), 0.33),
        Mix("few out of scope", population(), 0.1),
        Mix("many out of scope", population(), 0.6),
        Mix("casual", casual, 0.33),
        Mix("hard", population(seed=2, error_in=0.017), 0.33),
    ):
        assert tried(mix, PROMISE).broken(mix, PROMISE.alpha) <= ALLOWED, mix.name


def test_it_is_kept_where_every_answer_is_a_little_too_often_wrong() -> None:
    """The worst case: any threshold at all breaks the promise."""
    rng = np.random.default_rng(5)
    size = 20_000
    worst = Mix("worst", Population(rng.random(size), rng.random(size) > 0.0215, np.ones(size, bool)), 0.0)
    trials = tried(worst, PROMISE)
    assert trials.thresholds, "a test that never fails proves nothing"
    assert trials.broken(worst, PROMISE.alpha) <= ALLOWED


def test_it_holds_for_any_smaller_share_of_questions_out_of_scope_and_ends_above() -> None:
    clean = Mix("clean", population(), 0.33)
    trials = tried(clean, PROMISE)
    assert len(trials.thresholds) > DRAWS / 4
    broken = [trials.broken(Mix("", population(), share), 0.02) for share in (0.0, 0.1, 0.2, 0.33, 0.9)]
    assert broken == sorted(broken)
    assert broken[3] <= ALLOWED
    assert broken[4] > ALLOWED, "the report must be able to find where the promise ends"


def test_random_halves_agree_with_each_other_as_far_as_chance_allows() -> None:
    _, clearly = split(Mix("clean", population(), 0.33), PROMISE)
    assert clearly <= ALLOWED


def test_a_threshold_learned_from_its_own_judges_would_break_it() -> None:
    """What parting the labels is for: the best of many rankings, judged by what picked it."""
    rng = np.random.default_rng(9)
    size, broken = 1500, 0
    for _ in range(100):
        right = rng.random(size) > 0.025
        rankings = rng.random((200, size))
        flattered = max(rankings, key=lambda ranking: right[np.argsort(-ranking)[:400]].mean())
        broken += PROMISE.threshold(Population(flattered, right, right)) is not None
    assert broken / 100 > ALLOWED


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return sample(tmp_path_factory.mktemp("bound"))


@pytest.mark.slow
def test_on_the_sample_with_its_encoder_the_promise_is_kept_in_every_mix_that_is_labelled(judged) -> None:
    usual, others = mixes(judged)
    for mix in (usual, *others):
        trials = tried(mix, judged.promise)
        assert trials.broken(mix, judged.promise.alpha) <= ALLOWED, mix.name
    assert split(usual, judged.promise)[1] <= ALLOWED


@pytest.mark.slow
def test_the_report_names_what_ends_the_promise(judged: Sample, tmp_path: Path) -> None:
    text = page(judged, draws=200)
    assert "Where exchangeability ends" in text
    assert "90% must not be answered" in text
