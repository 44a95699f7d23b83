"""How sure a ranking is of its best entry: a logistic model over a few features.

Where a corpus has labels, the model is learned from them. To one without, a simpler model is carried over:
there the features are standardised by how the best *wrong* entry looks in that corpus, each entry's own
question being asked with that entry taken away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.question import Question
from faq.search import Ranking

Doubles = NDArray[np.float64]

FEATURES = (
    "margin",
    "cosine",
    "passage_cosine",
    "words",
    "words_margin",
    "missing",
    "coverage",
    "coverage_margin",
    "asked",
    "passage",
    "refused",
    "first_person",
    "past",
    "request",
    "support",
    "length",
)


def features(ranking: Ranking, question: Question, refused: float | None, place: int = 0) -> Doubles:
    """The features of the candidate at `place` (0 is the best), float64[len(FEATURES)].

    `refused` is how near the question is to others that must not be answered (see `Refusals`).
    """
    others = np.arange(len(ranking)) != place
    next_score = ranking.score[others].max(initial=ranking.score[place] - 3)
    values = [
        ranking.score[place] - next_score,
        ranking.cosine[place],
        ranking.passage_cosine[place],
        ranking.words[place],
        ranking.words[place] - ranking.words[others].max(initial=0),
        ranking.missing[place],
        ranking.coverage[place],
        ranking.coverage[place] - ranking.coverage[others].max(initial=0),
        ranking.asked[place],
        ranking.passage[place],
        0.0 if refused is None else refused - ranking.cosine[place],
        *question.personal,
        ranking.support[place],
        math.log(len(question.text) + 1),
    ]
    return np.array(values, dtype=np.float64)


KNOTS = (-1.0, 0.0, 1.0)


@dataclass(frozen=True)
class Scale:
    """What the features are standardised by."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def of(cls, seen: Doubles) -> Scale:
        """The scale of float64[n, features]."""
        if len(seen) < 2:
            return cls((0.0,) * len(FEATURES), (1.0,) * len(FEATURES))
        spread = np.maximum(seen.std(axis=0), 1e-3)
        return cls(tuple(seen.mean(axis=0).tolist()), tuple(spread.tolist()))

    def apply(self, values: Doubles) -> Doubles:
        """Standardised float64[n, features], and behind them what each has above some knots.

        So a model of these can bend: another tenth of covered words means little at the bottom, much at the
        top.
        """
        x = (values - np.array(self.mean)) / np.array(self.spread)
        return np.concatenate([x, *(np.maximum(0, x - knot) for knot in KNOTS)], axis=-1)


@dataclass(frozen=True)
class Logistic:
    """P(right) = 1 / (1 + exp(-(weights · x + bias)))."""

    weights: tuple[float, ...]
    bias: float

    def predict(self, x: Doubles) -> Doubles:
        """float64[n] of float64[n, features]."""
        p: Doubles = 1 / (1 + np.exp(-np.clip(x @ np.array(self.weights) + self.bias, -30, 30)))
        return p

    @classmethod
    def fit(cls, x: Doubles, right: NDArray[np.bool_], ridge: float = 2.0) -> Logistic:
        """By Newton's method, weights held small by `ridge` (the bias is free)."""
        design = np.column_stack([x, np.ones(len(x))])
        penalty = np.diag([ridge] * x.shape[1] + [1e-6])
        w = np.zeros(design.shape[1])
        for _ in range(30):
            p = 1 / (1 + np.exp(-np.clip(design @ w, -30, 30)))
            gradient = design.T @ (p - right) + penalty @ w
            step = np.linalg.solve(design.T @ (design * (p * (1 - p) + 1e-9)[:, None]) + penalty, gradient)
            w -= step
            if np.abs(step).max() < 1e-8:
                break
        return cls(tuple(w[:-1].tolist()), float(w[-1]))


# For a corpus without labels: equal weights on what carries over between corpora, and the slope and bias
# that they have on the sample corpus with its labels.
PRIOR = Logistic((0.2, 0.63, 0.63, 0.63) + (0.0,) * (4 * len(FEATURES) - 4), bias=0.85)
