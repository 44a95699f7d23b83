"""BM25 over Kiwi's morphemes: numbers, names and rare words weigh what an encoder washes out.

A few lines over posting lists instead of a package: a query touches some ten lists, and what we need besides
the scores (how much of the question's own weight a row covers) no package gives.
"""

from __future__ import annotations

import threading
from collections import Counter
from functools import lru_cache

import numpy as np
from kiwipiepy import Kiwi
from numpy.typing import NDArray

_K1, _B = 1.2, 0.75
# Content only: nouns, verbs, adjectives, roots, adverbs, numbers, foreign words. Endings and particles say
# how, not what. Auxiliaries (VX, VCP) and bound nouns (NNB) are form, too.
_CONTENT = (
    "NNG",
    "NNP",
    "NR",
    "NP",
    "VV",
    "VA",
    "VCN",
    "XR",
    "MAG",
    "MM",
    "SN",
    "SL",
    "SH",
    "W_URL",
    "W_EMAIL",
)
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _kiwi() -> Kiwi:
    # Without the typo and multi-word dictionaries: 200 MB less, and no other morphemes in ordinary questions.
    return Kiwi(num_workers=1, load_typo_dict=False, load_multi_dict=False)


def morphemes(text: str) -> list[str]:
    """The content morphemes of a text, in order; a verb is its stem ("쓰")."""
    with _lock:
        tokens = _kiwi().tokenize(text)
    return [token.form.lower() for token in tokens if token.tag.split("-")[0] in _CONTENT]


class LexicalIndex:
    """BM25 of texts, one row each."""

    def __init__(self, rows: list[list[str]]) -> None:
        """`rows` are the morphemes of each row; an empty row is never found."""
        self.size = len(rows)
        lengths = np.array([len(row) for row in rows], dtype=np.float32)
        usual = float(lengths[lengths > 0].mean()) if lengths.any() else 1.0
        self._norm = _K1 * (1 - _B + _B * lengths / usual)
        postings: dict[str, list[tuple[int, int]]] = {}
        for number, row in enumerate(rows):
            for term, count in Counter(row).items():
                postings.setdefault(term, []).append((number, count))
        self._postings = {term: self._weigh(found) for term, found in postings.items()}

    def _weigh(self, found: list[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        rows = np.array([row for row, _ in found], dtype=np.int64)
        counts = np.array([count for _, count in found], dtype=np.float32)
        weights = self.idf(len(found)) * counts * (_K1 + 1) / (counts + self._norm[rows])
        return rows, weights.astype(np.float32)

    def idf(self, documents: int) -> float:
        """The weight of a term that stands in so many rows; never negative."""
        return float(np.log1p((self.size - documents + 0.5) / (documents + 0.5)))

    def scores(self, terms: list[str]) -> NDArray[np.float32]:
        """float32[rows]: BM25 of every row."""
        scores = np.zeros(self.size, dtype=np.float32)
        for term in set(terms):
            if term in self._postings:
                rows, weights = self._postings[term]
                scores[rows] += weights
        return scores

    def weight(self, terms: list[str]) -> float:
        """The weight of the query's own terms, unknown ones included: what a row could cover at most."""
        return sum(self.idf(len(self._postings[t][0]) if t in self._postings else 0) for t in set(terms))
