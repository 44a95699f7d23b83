"""Learns from labelled questions when to answer, and with what bound on wrong answers.

Labelled are the sample's own questions (`faq/labels`) and every paraphrase, asked as if its row weren't
there. A confidence is never judged by a model that saw the question: the model is fitted five times, each
time without the entries (or refusals) that it then judges. The bound holds for questions like the labelled
ones.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faq.bound import NEVER, Bound, choose_threshold, fewest_answers
from faq.confidence import FEATURES, PRIOR, Doubles, Logistic, Scale, features
from faq.decision import MOST_CHOICES, Thresholds
from faq.dialogue import TurnModel
from faq.question import Question, Refusals
from faq.search import Ranking, Searcher

FOLDS = 5
SCALE_SAMPLE = 1000


@dataclass(frozen=True)
class Example:
    """A labelled question; `gold` numbers its entry (-1: none).

    `without_row` hides the row of the FAQ that it is itself, `without_refusal` the refusal.
    """

    question: Question
    gold: int
    without_row: int = -1
    without_refusal: int = -1


@dataclass(frozen=True)
class Calibration:
    """Everything that the decision needs, and what it rests on."""

    scale: Scale
    model: Logistic
    thresholds: Thresholds
    bound: Bound
    turns: TurnModel | None = None

    def confidences(
        self, ranking: Ranking, question: Question, refused: float | None, count: int
    ) -> list[float]:
        """P(it answers the question) for each of the best `count` candidates."""
        places = range(min(count, len(ranking)))
        if not places:
            return []
        seen = np.array([features(ranking, question, refused, place) for place in places])
        found: list[float] = self.model.predict(self.scale.apply(seen)).tolist()
        return found

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
            TurnModel(**{**_tuples(turns), "logistic": Logistic(**_tuples(turns["logistic"]))})
            if turns
            else None,
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


def calibrate(
    searcher: Searcher,
    refusals: Refusals,
    wrong: Scale,
    examples: Sequence[Example],
    alpha: float,
    confidence: float,
) -> Calibration:
    """Learn from labelled examples; with too few of them choices are offered and nothing is answered.

    `wrong` is how wrong entries look (`scale_of`), for the model that is carried over then.
    """
    ranked = [
        (example, ranking)
        for example in examples
        if len(ranking := searcher.rank(example.question, without_row=example.without_row))
    ]
    right = np.array([ranking.entries[0] == e.gold for e, ranking in ranked], dtype=bool)
    if right.sum() < 2 * FOLDS or (~right).sum() < FOLDS:
        return _uncalibrated(wrong, len(ranked), alpha, confidence)
    refused = [refusals.nearness(e.question.vector, e.without_refusal) for e, _ in ranked]
    seen = [features(ranking, e.question, near) for (e, ranking), near in zip(ranked, refused, strict=True)]
    scale = Scale.of(np.array(seen))
    x = scale.apply(np.array(seen))
    groups = np.array([e.gold if e.gold >= 0 else -1 - i for i, (e, _) in enumerate(ranked)])
    held_out = _held_out(x, right, groups)
    bound = choose_threshold(held_out, right, alpha, confidence)
    offered = np.array([e.gold in ranking.entries[:MOST_CHOICES] for e, ranking in ranked], dtype=bool)
    choices = min(_best_split(held_out, offered), bound.threshold)
    return Calibration(scale, Logistic.fit(x, right), Thresholds(bound.threshold, choices), bound)


def transferred(scale: Scale, alpha: float) -> Calibration:
    """For a corpus without any labels: the sample's model, on features that this corpus standardised.

    Nothing proves a bound here. The model's own probability is the only guide to 1 - `alpha`.
    """
    return Calibration(scale, PRIOR, Thresholds(1 - alpha, 0.4), Bound(1 - alpha, 0, 0, 0, 1.0, 0))


def _uncalibrated(scale: Scale, labelled: int, alpha: float, confidence: float) -> Calibration:
    missing = max(1, fewest_answers(alpha, confidence) - labelled)
    return Calibration(scale, PRIOR, Thresholds(NEVER, 0.2), Bound(NEVER, labelled, 0, 0, 1.0, missing))


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
