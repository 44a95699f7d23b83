"""Tells the turns of the dialogue ("네", "상담원 연결") from questions to the FAQ, by examples of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Vectors
from faq.confidence import Doubles, Logistic
from faq.entries import same_question
from faq.lexical import Floats
from faq.question import Question
from faq.rows import Row

_COURTESIES = frozenset({"greet", "thanks", "farewell"})
_COURTESY_WORDS = 3


@dataclass(frozen=True)
class Turn:
    """The intent whose example is nearest; `features` say how it compares with the FAQ."""

    intent: str
    features: Doubles


class DialogueIntents:
    """The examples of the dialogue's intents."""

    def __init__(self, rows: Sequence[Row], vectors: Vectors) -> None:
        """`vectors` are those of the rows, float32[len(rows), d]."""
        self.names = np.array([row.name for row in rows])
        self.keys = [same_question(row.text) for row in rows]
        self._exact = dict(zip(self.keys, self.names.tolist(), strict=True))
        self._vectors = vectors
        self._grams = [_grams(key) for key in self.keys]

    def exact(self, text: str) -> str | None:
        """The intent that has this very example."""
        return self._exact.get(same_question(text))

    def without_courtesies(self, text: str) -> str:
        """The text without a greeting before it or thanks behind it."""
        words = text.split()
        if self.exact(text):
            return text
        for length in range(min(_COURTESY_WORDS, len(words) - 1), 0, -1):
            if self.exact(" ".join(words[:length])) in _COURTESIES:
                return self.without_courtesies(" ".join(words[length:]))
            if self.exact(" ".join(words[-length:])) in _COURTESIES:
                return self.without_courtesies(" ".join(words[:-length]))
        return text

    def nearest(self, question: Question, faq_cosine: float, without: int = -1) -> Turn | None:
        """The nearest intent; `faq_cosine` is that of the FAQ's best question, `without` hides an example."""
        if not len(self.keys):
            return None
        cosines = self._vectors @ question.vector
        if without >= 0:
            cosines[without] = -1
        grams = _grams(same_question(question.text))
        best = int(cosines.argmax())
        others = cosines[self.names != self.names[best]].max(initial=-1)
        shared = max(self._likeness(grams, row) for row in _best(cosines, 5) if row != without)
        values = [cosines[best] - faq_cosine, cosines[best], cosines[best] - others, shared]
        return Turn(str(self.names[best]), np.array(values, dtype=np.float64))

    def _likeness(self, grams: frozenset[str], row: int) -> float:
        both = len(grams) + len(self._grams[row])
        return 2 * len(grams & self._grams[row]) / both if both else 0.0


@dataclass(frozen=True)
class TurnModel:
    """P(the nearest intent is meant), and from where it is believed."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    logistic: Logistic
    threshold: float

    def predict(self, features: Doubles) -> float:
        """The probability, 0..1."""
        scaled = (features - np.array(self.mean)) / np.array(self.spread)
        return float(self.logistic.predict(scaled[None])[0])

    @classmethod
    def fit(cls, x: Doubles, right: NDArray[np.bool_], alpha: float) -> TurnModel:
        """From turns whose truth is known; of those accepted, at most a share `alpha` was wrong."""
        mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
        logistic = Logistic.fit((x - mean) / spread, right)
        threshold = _threshold(logistic.predict((x - mean) / spread), right, alpha)
        return cls(tuple(mean.tolist()), tuple(spread.tolist()), logistic, threshold)


def _threshold(p: Doubles, right: NDArray[np.bool_], alpha: float) -> float:
    order = np.argsort(-p, kind="stable")
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong <= alpha)
    return max(0.5, float(p[order[good[-1]]])) if len(good) else 0.99


def _best(cosines: Floats, count: int) -> list[int]:
    count = min(count, len(cosines))
    return [int(row) for row in np.argpartition(-cosines, count - 1)[:count]]


def _grams(key: str) -> frozenset[str]:
    padded = f"^{key}$"
    return frozenset(padded[i : i + 2] for i in range(len(padded) - 1))
