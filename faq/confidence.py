"""How sure a ranking is of its best entry: a logistic model over a few features.

The features are standardised by how the best *wrong* entry looks in the very same corpus: each entry's own
question is asked with that entry taken away. So a model learned on one corpus can be carried to another that
has no labels.
"""

from __future__ import annotations

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
    ]
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True)
class Scale:
    """Mean and spread of each feature where the right entry is missing."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def of(cls, wrong: Doubles) -> Scale:
        """The scale of float64[n, features] taken with the right entry left out."""
        if len(wrong) < 2:
            return cls((0.0,) * len(FEATURES), (1.0,) * len(FEATURES))
        spread = np.maximum(wrong.std(axis=0), 1e-3)
        return cls(tuple(wrong.mean(axis=0).tolist()), tuple(spread.tolist()))

    def apply(self, values: Doubles) -> Doubles:
        """The standardised features."""
        scaled: Doubles = (values - np.array(self.mean)) / np.array(self.spread)
        return scaled


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
    def fit(cls, x: Doubles, right: NDArray[np.bool_], ridge: float = 1.0) -> Logistic:
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
PRIOR = Logistic(weights=(0.2, 0.63, 0.63, 0.63) + (0.0,) * 10, bias=0.85)
