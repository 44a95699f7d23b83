"""Does the promise on wrong answers hold, and where does it end? (`python -m bench.bound_report`)

The labelled questions that judge are taken for all that citizens ask. From them labels are drawn anew, many
times; each time a threshold is picked as `eungdae calibrate` picks it, and held against the whole, where the
share of wrong answers is known. A draw breaks the promise when that share exceeds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.bound import loosest_supported, upper_bound
from faq.labels import mixed

DRAWS = 1000
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Population:
    """Questions: how sure the decision is of each, whether it is right and in scope; [n] each."""

    confidence: NDArray[np.float64]
    right: Flags
    inside: Flags

    def only(self, chosen: Flags | NDArray[np.int64]) -> Population:
        """A part of them, by flags or by numbers."""
        return Population(self.confidence[chosen], self.right[chosen], self.inside[chosen])


@dataclass(frozen=True)
class Mix:
    """A population in which `outside` of the questions must not be answered."""

    name: str
    questions: Population
    outside: float

    @property
    def weights(self) -> NDArray[np.float64]:
        """How often each question is asked; they sum to 1."""
        inside = self.questions.inside
        shares = (1 - self.outside) * inside / max(inside.sum(), 1)
        shares = shares + self.outside * ~inside / max((~inside).sum(), 1)
        weights: NDArray[np.float64] = shares / shares.sum()
        return weights

    def draw(self, count: int, rng: np.random.Generator) -> Population:
        """So many questions, each drawn by itself."""
        return self.questions.only(rng.choice(len(self.weights), count, p=self.weights))

    def wrong_share(self, threshold: float) -> tuple[float, float]:
        """Of the answers at this threshold, the share that is wrong; and the share of questions answered."""
        answered = self.weights * (self.questions.confidence >= threshold)
        return float(answered @ ~self.questions.right / max(answered.sum(), 1e-12)), float(answered.sum())

    def loosest(self, alpha: float) -> float:
        """The threshold that keeps the promise here and answers most; found with all answers known."""
        thresholds = np.unique(self.questions.confidence[self.questions.confidence > 0])
        kept = [t for t in thresholds if self.wrong_share(t)[0] <= alpha]
        return float(min(kept, default=1.0))


@dataclass(frozen=True)
class Promise:
    """What is promised, from how many labels, and where the tests begin."""

    alpha: float
    confidence: float
    labelled: int
    start_share: float

    def threshold(self, drawn: Population) -> float | None:
        """As `eungdae calibrate` picks it; None where nothing is supported."""
        found = loosest_supported(
            drawn.confidence, drawn.right, self.alpha, self.confidence, self.start_share
        )
        return found.threshold if found else None


@dataclass(frozen=True)
class Trials:
    """What became of many draws."""

    draws: int
    thresholds: tuple[float, ...]  # of the draws that supported one

    def broken(self, mix: Mix, alpha: float) -> float:
        """The share of all draws whose threshold breaks the promise on this mix."""
        return sum(mix.wrong_share(threshold)[0] > alpha for threshold in self.thresholds) / self.draws

    def usual(self, mix: Mix) -> tuple[float, float]:
        """The mean share of wrong answers and of questions answered, where a threshold was found."""
        shares = [mix.wrong_share(threshold) for threshold in self.thresholds] or [(0.0, 0.0)]
        wrong, answered = np.mean(shares, axis=0)
        return float(wrong), float(answered)


def tried(mix: Mix, promise: Promise, draws: int = DRAWS, seed: int = 1) -> Trials:
    """Draw labels from the mix again and again, and pick a threshold each time."""
    rng = np.random.default_rng(seed)
    found = (promise.threshold(mix.draw(promise.labelled, rng)) for _ in range(draws))
    return Trials(draws, tuple(threshold for threshold in found if threshold is not None))


def sampling_error(draws: int, share: float = 0.05) -> float:
    """How far a share of draws may lie above its true value by chance (two standard deviations)."""
    return float(2 * (share * (1 - share) / draws) ** 0.5)


def split(mix: Mix, promise: Promise, draws: int = DRAWS, seed: int = 2) -> tuple[float, float]:
    """Halve the mix at random: the share of the splits whose other half has too many wrong answers.

    Counted as they are, and only where the half has more of them than chance explains (95 %).
    """
    rng = np.random.default_rng(seed)
    inside = rng.permutation(np.flatnonzero(mix.questions.inside)).tolist()
    outside = rng.permutation(np.flatnonzero(~mix.questions.inside)).tolist()
    whole = np.array(mixed(inside, outside, mix.outside))
    worse, clearly = 0, 0
    for _ in range(draws):
        order = rng.permutation(whole)
        threshold = promise.threshold(mix.questions.only(order[: len(order) // 2]))
        if threshold is None:
            continue
        other = mix.questions.only(order[len(order) // 2 :])
        answered = other.confidence >= threshold
        right, count = int(other.right[answered].sum()), int(answered.sum())
        worse += count - right > promise.alpha * count
        clearly += 1 - upper_bound(right, count, 0.95) > promise.alpha
    return worse / draws, clearly / draws
