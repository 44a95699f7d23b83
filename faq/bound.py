"""Picks a threshold with a finite-sample guarantee.

Above the (k+1)-th highest confidence the k questions are a fair sample of all that exceed it, so those of
them that are answered wrongly are binomial. Numbers of answers are tried from few to many, in steps that
don't depend on the labels; each is kept only while Clopper-Pearson's upper bound on its share of wrong
answers stays within `alpha`. The first that fails ends the sequence, so all tests together err with
probability 1 - confidence (Learn-then-Test, fixed sequence).

This holds only if the confidences come from a model that learned nothing from the labels given here, and the
place where the sequence begins neither (`promising_share` takes it from the labels that do teach).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betainc, betaincinv  # type: ignore[import-untyped]

WORTHWHILE = 0.2
"""Where nothing tells where to begin, the first threshold tested answers this share of the questions."""
NEVER = 1.0
"""The threshold that only certainty reaches: the very question of an entry."""
_STEP = 1.05
_MOST = 100_000
"""Labels that nobody has: a threshold that needs more can't be supported."""


@dataclass(frozen=True)
class Bound:
    """A threshold and what is known about it."""

    threshold: float
    labelled: int  # questions that judged: none of them taught
    answered: int
    wrong: int
    upper: float  # Clopper-Pearson's upper bound at this threshold; what is promised is `alpha`
    missing: int | None  # more of them needed before anything is answered; 0: enough, None: no number helps
    alpha: float  # at most this share of the answers is wrong,
    confidence: float  # with this confidence


def upper_bound(wrong: int, answered: int, confidence: float) -> float:
    """Clopper-Pearson's one-sided upper bound on a share."""
    if wrong >= answered:
        return 1.0
    return float(betaincinv(wrong + 1, answered - wrong, confidence))


def fewest_answers(alpha: float, confidence: float) -> int:
    """With fewer answers not even an error-free set supports the bound."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - alpha))


def choose_threshold(
    confidences: NDArray[np.float64],
    right: NDArray[np.bool_],
    alpha: float,
    confidence: float,
    start_share: float = WORTHWHILE,
) -> Bound:
    """The loosest threshold that supports "at most `alpha` of the answers are wrong" with this confidence.

    `start_share` of the questions is answered at the first threshold tested. Confidence 0 is never answered.
    """
    if supported := loosest_supported(confidences, right, alpha, confidence, start_share):
        return supported
    errors = np.cumsum(~right[np.argsort(-confidences, kind="stable")], dtype=np.int64)
    missing = _missing(errors[: int((confidences > 0).sum())], len(right), alpha, confidence)
    return Bound(NEVER, len(right), 0, 0, 1.0, missing, alpha, confidence)


def loosest_supported(
    confidences: NDArray[np.float64],
    right: NDArray[np.bool_],
    alpha: float,
    confidence: float,
    start_share: float = WORTHWHILE,
) -> Bound | None:
    """The same, None where nothing is supported."""
    order = np.argsort(-confidences, kind="stable")
    falling = np.append(confidences[order], 0.0)
    errors = np.cumsum(~right[order], dtype=np.int64)
    total, answerable = len(order), int((confidences > 0).sum())
    best = None
    for answered in _grid(max(fewest_answers(alpha, confidence), round(start_share * total)), answerable):
        if falling[answered] == falling[answered - 1]:
            continue  # equal confidences are answered together
        wrong = int(errors[answered - 1])
        upper = upper_bound(wrong, answered, confidence)
        if upper > alpha:
            break
        threshold = float(np.nextafter(falling[answered], 1.0))
        best = Bound(threshold, total, answered, wrong, upper, 0, alpha, confidence)
    return best


def promising_share(
    confidences: NDArray[np.float64], right: NDArray[np.bool_], alpha: float, confidence: float, judges: int
) -> float:
    """The share of answered questions at which a test by so many judges is the likeliest to be passed.

    Told by other labels: at fewer answers a single error would end it, at more there are too many.
    """
    answered = np.arange(1, len(right) + 1)
    rate = (np.cumsum(~right[np.argsort(-confidences, kind="stable")]) + 0.5) / (answered + 1)
    asked = np.round(answered * judges / max(len(right), 1)).astype(np.int64)
    feasible = asked >= fewest_answers(alpha, confidence)
    if not feasible.any():
        return WORTHWHILE
    asked, rate = asked[feasible], rate[feasible]
    wrong = np.arange(math.ceil(alpha * judges) + 1)[:, None]
    allowed = (bdtr(wrong, asked, alpha) <= 1 - confidence).sum(axis=0) - 1
    return float(asked[int(bdtr(allowed, asked, rate).argmax())] / judges)


def _grid(start: int, most: int) -> list[int]:
    """Numbers of answers to test, each a twentieth more than the last: fixed before any label is seen."""
    counts = []
    while start <= most:
        counts.append(start)
        start = max(start + 1, round(start * _STEP))
    return counts


def _missing(errors: NDArray[np.int64], total: int, alpha: float, confidence: float) -> int | None:
    """How many more labels, right and wrong in the same proportions, would support a threshold."""
    if total == 0:
        return fewest_answers(alpha, confidence)
    answered = np.arange(1, len(errors) + 1)
    worthwhile = answered >= WORTHWHILE / 2 * total
    answered, wrong = answered[worthwhile], errors[worthwhile]
    more = round(total * 1.1)
    while len(answered) and more < _MOST:
        grown = np.maximum(np.floor(answered * more / total), 1)
        expected = np.minimum(np.ceil(wrong * more / total), grown)
        supported = betainc(expected + 1, np.maximum(grown - expected, 1e-9), alpha) >= confidence
        if supported.any():
            return max(1, more - total)
        more = max(more + 1, round(more * 1.02))
    return None
