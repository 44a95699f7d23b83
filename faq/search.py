"""Ranks the entries for one question: by meaning against questions and passages, and by shared words.

A row's cosine means little by itself: its scale differs between encoders, corpora, and even questions. So
each is standardised by the mean and spread that *this* question's cosines have over all rows. Both follow
from the rows' mean vector and covariance, without scanning the rows: mean = q·μ, variance = qᵀΣq.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import RowIds, VectorIndex, Vectors
from faq.lexical import Floats, LexicalIndex, Vocabulary
from faq.question import Question
from faq.rows import Row

NEAREST_ROWS = 200
CANDIDATES = 40
WORDS = 4.0
LEXICAL_CANDIDATES = 10


@dataclass(frozen=True)
class Ranking:
    """Candidates, best first. All arrays have one value a candidate."""

    entries: NDArray[np.int64]  # numbers of entries
    score: Floats  # asked + passage + WORDS * words
    asked: Floats  # best question row, standard deviations above this question's mean
    passage: Floats  # the same for question + answer
    coverage: Floats  # share (0..1) of the question's own word weight that one question row covers
    words: Floats  # share (0..1) of the question's word weight that stands anywhere in the entry
    missing: Floats  # weight of the heaviest word that stands nowhere in the entry
    cosine: Floats  # best question row, as it is
    passage_cosine: Floats
    support: Floats  # mean cosine of all question rows: is it one wording that fits, or what they all say?

    def __len__(self) -> int:
        return len(self.entries)


class Background:
    """How cosines with one kind of rows are spread."""

    def __init__(self, vectors: Vectors) -> None:
        self._mean = vectors.mean(axis=0)
        centred = vectors - self._mean
        self._covariance = centred.T @ centred / max(len(vectors), 1)

    def standardise(self, vector: Floats, cosines: Floats) -> Floats:
        """How many standard deviations the cosines lie above this question's mean."""
        spread = float(np.sqrt(max(float(vector @ self._covariance @ vector), 1e-8)))
        return (cosines - np.float32(vector @ self._mean)) / np.float32(spread)


class Searcher:
    """Searches the FAQ's rows of an index; the rows of an entry stand together, the passage last."""

    def __init__(self, rows: list[Row], index: VectorIndex, terms: list[list[str]]) -> None:
        """`rows` are all rows of the index, the FAQ's first; `terms` are the morphemes of each FAQ row.

        A passage's morphemes count as words of its entry, but aren't searched for by themselves.
        """
        faq = [row for row in rows if row.target.startswith("faq:")]
        self._index = index
        self.names: list[str] = list(dict.fromkeys(row.name for row in faq))
        numbers = {name: number for number, name in enumerate(self.names)}
        self.entry_of = np.array([numbers[row.name] for row in faq], dtype=np.int64)
        self.passages = np.flatnonzero([row.kind == "passage" for row in faq])
        self._starts = np.searchsorted(self.entry_of, np.arange(len(self.names)))
        asks = [[] if row.kind == "passage" else found for row, found in zip(faq, terms, strict=True)]
        self.lexical = LexicalIndex(asks)
        self.vocabulary = Vocabulary(terms, self.entry_of)
        asked = np.setdiff1d(np.arange(len(faq)), self.passages)
        self._asked_background = Background(_stored(index, asked))
        self._passage_background = Background(_stored(index, self.passages))

    def rank(
        self,
        question: Question,
        allowed: NDArray[np.bool_] | None = None,
        without_row: int = -1,
        without_entry: int = -1,
    ) -> Ranking:
        """The best entries for a question.

        `allowed` says which entries may be found; one row, or one entry, can be left out (to calibrate).
        """
        vector, terms = question.vector, question.terms
        lexical = self.lexical.scores(terms)
        if without_row >= 0:
            lexical[without_row] = 0
        entries = self._candidates(vector, lexical, allowed, without_entry)
        if not len(entries):
            return Ranking(entries, *(np.zeros(0, np.float32) for _ in range(9)))
        cosines, passages, support, covered = self._compare(vector, lexical, entries, without_row)
        words, missing = self.vocabulary.compare(terms, entries, without_row)
        coverage = covered / np.float32(max(self.lexical.weight(terms), 1e-6))
        asked = self._asked_background.standardise(vector, cosines)
        passage = self._passage_background.standardise(vector, passages)
        score = asked + passage + WORDS * words
        best = np.argsort(-score, kind="stable")
        columns = (score, asked, passage, coverage, words, missing, cosines, passages, support)
        return Ranking(entries[best], *(column[best].astype(np.float32) for column in columns))

    def _candidates(
        self, vector: Floats, lexical: Floats, allowed: NDArray[np.bool_] | None, without_entry: int
    ) -> NDArray[np.int64]:
        nearest = self._index.search(vector[None], NEAREST_ROWS)[1][0]
        count = min(LEXICAL_CANDIDATES, len(lexical))
        worded = np.argpartition(-lexical, count - 1)[:count] if count else np.zeros(0, np.int64)
        dense = self._entries(nearest[(nearest >= 0) & (nearest < len(self.entry_of))])
        both = np.concatenate([dense[:CANDIDATES], self._entries(worded[lexical[worded] > 0])])
        entries = np.unique(both if allowed is None else both[allowed[both]])
        found: NDArray[np.int64] = entries[entries != without_entry]
        return found

    def _entries(self, rows: RowIds) -> NDArray[np.int64]:
        entries = self.entry_of[rows]
        _, first = np.unique(entries, return_index=True)
        found: NDArray[np.int64] = entries[np.sort(first)]
        return found

    def _compare(
        self, vector: Floats, lexical: Floats, entries: NDArray[np.int64], without_row: int
    ) -> tuple[Floats, Floats, Floats, Floats]:
        # The rows of the candidates end to end; each has its questions first, its passage as the last row.
        starts, ends = self._starts[entries], self.passages[entries]
        rows = np.concatenate([np.arange(a, b + 1) for a, b in zip(starts, ends, strict=True)])
        cosines = self._index.vectors(rows) @ vector
        lengths = ends - starts + 1
        offsets = np.cumsum(lengths) - lengths
        passages = cosines[offsets + lengths - 1]
        asks = rows != without_row
        asks[offsets + lengths - 1] = False
        support = np.add.reduceat(np.where(asks, cosines, 0), offsets)
        support /= np.maximum(np.add.reduceat(asks, offsets, dtype=np.int64), 1)
        cosines[~asks] = -1
        words = lexical[rows]
        words[offsets + lengths - 1] = 0
        return (
            np.maximum.reduceat(cosines, offsets).astype(np.float32),
            passages.astype(np.float32),
            support.astype(np.float32),
            np.maximum.reduceat(words, offsets).astype(np.float32),
        )


def _stored(index: VectorIndex, rows: RowIds) -> Vectors:
    return index.vectors(rows) if len(rows) else np.zeros((1, 1), np.float32)
