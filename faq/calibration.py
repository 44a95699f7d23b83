"""Learns from labelled questions when to answer, and finds the bound on wrong answers with others.

Labels are parted once and for all (`faq.labels.Label.teaches`). Some teach: the model of confidence, the
turns of the dialogue, the refusals and where the tests begin are learned from them, and, where they are few,
from the paraphrases, each asked as if its row weren't there. The others judge: the finished decision is asked
each of them as a citizen would ask it, and the threshold is picked by what it says. So nothing that answers
citizens has seen a judge, and the bound speaks of the model that is served. It holds for questions drawn like
the judges.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faq.bound import NEVER, WORTHWHILE, Bound, choose_threshold, promising_share
from faq.confidence import FEATURES, PRIOR, Doubles, Logistic, Scale, features
from faq.decision import MOST_CHOICES, Thresholds
from faq.dialogue import TurnModel
from faq.labels import mixed
from faq.question import Question, Refusals
from faq.search import Ranking, Searcher

FOLDS = 5
SCALE_SAMPLE = 1000
ENOUGH = 50
"""Fresh questions, right ones and wrong ones each, from which on paraphrases no longer teach: with its own
row hidden a paraphrase is further from its entry than a citizen's question is."""


@dataclass(frozen=True)
class Example:
    """A labelled question that teaches; `gold` numbers its entry (-1: none).

    `without_row` hides the row of the FAQ that it is itself, `without_refusal` the refusal.
    """

    question: Question
    gold: int
    without_row: int = -1
    without_refusal: int = -1

    @property
    def fresh(self) -> bool:
        """Whether it is a citizen's question, not one of the FAQ's own."""
        return self.without_row < 0


@dataclass(frozen=True)
class Calibration:
    """Everything that the decision needs, and what it rests on."""

    scale: Scale
    model: Logistic
    thresholds: Thresholds
    bound: Bound
    start_share: float = WORTHWHILE  # where the tests begin, see `faq.bound`
    turns: TurnModel | None = None
    tied_to: str = ""  # the version of the snapshot that it was learned on: with another it means nothing

    def confidences(self, seen: Doubles) -> list[float]:
        """P(it answers the question) for each candidate, by its features, float64[n, FEATURES]."""
        found: list[float] = self.model.predict(self.scale.apply(seen)).tolist() if len(seen) else []
        return found

    def judged_by(
        self, confidences: Doubles, right: NDArray[np.bool_], alpha: float, confidence: float
    ) -> Calibration:
        """With the threshold that the judges support: `confidences` as served, 0 where nothing may answer."""
        bound = choose_threshold(confidences, right, alpha, confidence, self.start_share)
        thresholds = Thresholds(bound.threshold, min(self.thresholds.choices, bound.threshold))
        return replace(self, thresholds=thresholds, bound=bound)

    def to_json(self) -> str:
        """One JSON document."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """The inverse of `to_json`; raises ValueError, KeyError or TypeError on anything else."""
        data: dict[str, Any] = json.loads(text)
        turns = data["turns"]
        return cls(
            Scale(**_tuples(data["scale"])),
            Logistic(**_tuples(data["model"])),
            Thresholds(**data["thresholds"]),
            Bound(**data["bound"]),
            data["start_share"],
            TurnModel(**{**_tuples(turns), "logistic": Logistic(**_tuples(turns["logistic"]))})
            if turns
            else None,
            data["tied_to"],
        )


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def scale_of(searcher: Searcher, refusals: Refusals, asked: Sequence[tuple[Question, int]]) -> Scale:
    """How wrong entries look here: questions asked with their own entry (its number) taken away."""
    found = [
        features(ranking, question, refusals.nearness(question.vector))
        for question, entry in asked[:: max(1, len(asked) // SCALE_SAMPLE)]
        if len(ranking := searcher.rank(question, without_entry=entry))
    ]
    return Scale.of(np.array(found).reshape(len(found), len(FEATURES)))


def learn(
    searcher: Searcher,
    refusals: Refusals,
    wrong: Scale,
    examples: Sequence[Example],
    alpha: float,
    confidence: float,
    outside_share: float,
    judges: int,
) -> Calibration:
    """Learn from the labels that teach; nothing is answered before others have judged (`judged_by`).

    `wrong` is how wrong entries look (`scale_of`), for the model that is carried over where too few teach.
    `judges` is how many labels will judge.
    """
    ranked = [
        (example, ranking)
        for example in examples
        if len(ranking := searcher.rank(example.question, without_row=example.without_row))
    ]
    fresh = [(e, ranking) for e, ranking in ranked if e.fresh]
    if min(_balance(fresh)) >= ENOUGH:
        ranked = fresh
    rights, wrongs = _balance(ranked)
    unjudged = Bound(NEVER, 0, 0, 0, 1.0, None, alpha, confidence)
    if rights < 2 * FOLDS or wrongs < FOLDS:
        return Calibration(wrong, PRIOR, Thresholds(NEVER, 0.2), unjudged)
    right = _right(ranked)
    refused = [refusals.nearness(e.question.vector, e.without_refusal) for e, _ in ranked]
    seen = [features(ranking, e.question, near) for (e, ranking), near in zip(ranked, refused, strict=True)]
    scale = Scale.of(np.array(seen))
    x = scale.apply(np.array(seen))
    groups = np.array([e.gold if e.gold >= 0 else -1 - i for i, (e, _) in enumerate(ranked)])
    held_out = _held_out(x, right, groups)
    offered = np.array([e.gold in ranking.entries[:MOST_CHOICES] for e, ranking in ranked], dtype=bool)
    thresholds = Thresholds(NEVER, _best_split(held_out, offered))
    asked = np.array([e.gold >= 0 for e, _ in ranked])
    mix = mixed(np.flatnonzero(asked).tolist(), np.flatnonzero(~asked).tolist(), outside_share)
    start = promising_share(held_out[mix], right[mix], alpha, confidence, judges)
    return Calibration(scale, Logistic.fit(x, right), thresholds, unjudged, start)


def transferred(scale: Scale, alpha: float) -> Calibration:
    """For a corpus without any labels: the sample's model, on features that this corpus standardised.

    Nothing proves a bound here. The model's own probability is the only guide to 1 - `alpha`.
    """
    unproven = Bound(1 - alpha, 0, 0, 0, 1.0, None, alpha, 0.0)
    return Calibration(scale, PRIOR, Thresholds(1 - alpha, 0.4), unproven)


def _right(ranked: Sequence[tuple[Example, Ranking]]) -> NDArray[np.bool_]:
    return np.array([ranking.entries[0] == e.gold for e, ranking in ranked], dtype=bool)


def _balance(ranked: Sequence[tuple[Example, Ranking]]) -> tuple[int, int]:
    right = _right(ranked)
    return int(right.sum()), int((~right).sum())


def _held_out(x: Doubles, right: NDArray[np.bool_], groups: NDArray[np.int64]) -> Doubles:
    """The confidence of each example by a model that saw nothing of its group."""
    fold = np.abs(groups * 2 + (groups < 0)) % FOLDS
    held_out = np.zeros(len(x))
    for number in range(FOLDS):
        judged = fold == number
        if judged.any():
            held_out[judged] = Logistic.fit(x[~judged], right[~judged]).predict(x[judged])
    return held_out


def _best_split(confidences: Doubles, good: NDArray[np.bool_]) -> float:
    """The threshold that tells the good from the rest best (Youden's index)."""
    order = np.argsort(-confidences, kind="stable")
    hits = np.cumsum(good[order]) / max(good.sum(), 1)
    misses = np.cumsum(~good[order]) / max((~good).sum(), 1)
    return float(confidences[order[int((hits - misses).argmax())]])
