"""BM25 over Kiwi's morphemes: numbers, names and rare words weigh what an encoder washes out.

A few lines over posting lists instead of a package: a query touches some ten lists, and what we need besides
the scores (how much of the question's own weight a row covers) no package gives.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
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
_FIRST_PERSON = frozenset({"저", "제", "나", "내", "우리", "저희"})
PERSONAL: tuple[Callable[[str, str], bool], ...] = (
    lambda form, tag: tag == "NP" and form in _FIRST_PERSON,
    lambda _, tag: tag == "EP",  # mostly the past: "접수했는데"
    lambda form, tag: tag == "VX" and form == "주",  # a request: "봐 주세요"
)
"""What questions about a case of one's own have more often than questions that everybody asks."""

Floats = NDArray[np.float32]
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _kiwi() -> Kiwi:
    # Without its dictionaries of typos and names: 260 MB less, and the same ranking (docs/quality.md).
    return Kiwi(num_workers=1, load_default_dict=False, load_typo_dict=False, load_multi_dict=False)


def analyse(text: str) -> tuple[list[str], tuple[float, ...]]:
    """The content morphemes of a text (a verb is its stem: "쓰"), and which of PERSONAL it has (0 or 1)."""
    with _lock:
        tokens = [(token.form.lower(), token.tag.split("-")[0]) for token in _kiwi().tokenize(text)]
    terms = [form for form, tag in tokens if tag in _CONTENT]
    return terms, tuple(float(any(found(form, tag) for form, tag in tokens)) for found in PERSONAL)


def morphemes(text: str) -> list[str]:
    """The content morphemes of a text."""
    return analyse(text)[0]


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


class Vocabulary:
    """Which words stand in which entry: a question that asks for one that doesn't asks for something else."""

    def __init__(self, rows: list[list[str]], entry_of: NDArray[np.int64]) -> None:
        """`rows` are the morphemes of each row, `entry_of` the number of its entry."""
        self._rows = [frozenset(row) for row in rows]
        self._entry_of = entry_of
        self._entries: list[Counter[str]] = [Counter() for _ in range(int(entry_of.max(initial=-1)) + 1)]
        for row, entry in zip(self._rows, entry_of, strict=True):
            self._entries[entry].update(row)
        self._documents = Counter(term for words in self._entries for term in words)

    def compare(
        self, terms: list[str], entries: NDArray[np.int64], without_row: int = -1
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """For each entry: the share of the terms' weight that it has, and its heaviest missing term."""
        weights = {term: self._weight(term) for term in terms}
        total = max(sum(weights.values()), 1e-6)
        hidden = self._rows[without_row] if without_row >= 0 else frozenset[str]()
        owner = self._entry_of[without_row] if without_row >= 0 else -1
        known, heaviest = [], []
        for entry in entries:
            words = self._entries[entry]
            missing = [
                w for term, w in weights.items() if words.get(term, 0) <= (entry == owner and term in hidden)
            ]
            known.append(1 - sum(missing) / total)
            heaviest.append(max(missing, default=0.0))
        return np.array(known, dtype=np.float32), np.array(heaviest, dtype=np.float32)

    def _weight(self, term: str) -> float:
        return float(np.log((len(self._entries) + 1) / (self._documents[term] + 0.5)))
