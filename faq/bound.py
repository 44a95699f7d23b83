"""Picks a threshold with a finite-sample guarantee.

Among the questions answered at a threshold, the number answered wrongly is binomial. Thresholds are tried
from a strict one to the loosest, in steps that don't depend on the labels; each is kept only while
Clopper-Pearson's upper bound on its share of wrong answers stays within `alpha`. The first that fails ends
the sequence, so all tests together err with probability 1 - confidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv  # type: ignore[import-untyped]

WORTHWHILE = 0.2
"""The first threshold tested answers this share of the labelled questions: answering fewer isn't worth the
risk that a single wrong one among them ends the sequence before it began."""
NEVER = 1.0
"""The threshold that only certainty reaches: the very question of an entry."""


@dataclass(frozen=True)
class Bound:
    """A threshold and what is known about it."""

    threshold: float
    labelled: int
    answered: int
    wrong: int
    upper: float  # with the stated confidence no more than this share of the answers is wrong
    missing: int  # more labelled questions needed before anything could be answered (0: enough)


def upper_bound(wrong: int, answered: int, confidence: float) -> float:
    """Clopper-Pearson's one-sided upper bound on a share."""
    if wrong >= answered:
        return 1.0
    return float(betaincinv(wrong + 1, answered - wrong, confidence))


def fewest_answers(alpha: float, confidence: float) -> int:
    """With fewer answers not even an error-free set supports the bound."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - alpha))


def choose_threshold(
    confidences: NDArray[np.float64], right: NDArray[np.bool_], alpha: float, confidence: float
) -> Bound:
    """The loosest threshold that supports "at most `alpha` of the answers are wrong" with this confidence."""
    order = np.argsort(-confidences, kind="stable")
    sorted_confidences, errors = confidences[order], np.cumsum(~right[order])
    total, fewest = len(order), fewest_answers(alpha, confidence)
    start = max(fewest, math.ceil(WORTHWHILE * total))
    best = Bound(NEVER, total, 0, 0, 1.0, max(0, fewest - total))
    for answered in _grid(start, total):
        if answered < total and sorted_confidences[answered] == sorted_confidences[answered - 1]:
            continue  # equal confidences are answered together
        wrong = int(errors[answered - 1])
        upper = upper_bound(wrong, answered, confidence)
        if upper > alpha:
            break
        best = Bound(float(sorted_confidences[answered - 1]), total, answered, wrong, upper, 0)
    return best


def _grid(start: int, total: int) -> list[int]:
    """Numbers of answers to test, each a tenth more than the last: fixed before any label is seen."""
    counts = []
    while start <= total:
        counts.append(start)
        start = max(start + 1, round(start * 1.1))
    return counts
