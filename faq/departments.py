"""Which department a message is about, by the duties in the directory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from embeddings.protocols import Vectors
from faq.lexical import Floats, LexicalIndex, morphemes
from faq.rows import Row
from faq.search import Background

MOST = 3
_GENERIC_SHARE = 0.04


class Departments:
    """The duties of every department."""

    def __init__(self, rows: Sequence[Row], vectors: Vectors, asking: Sequence[Row] = ()) -> None:
        """`asking` are examples of asking for a person: words common there ("담당자") name no department.

        Unless they stand in several duties of one ("정부광고"): then they do, however common they are.
        """
        self._names = [row.name for row in rows]
        self._vectors = vectors
        terms = [morphemes(row.text) for row in rows]
        self._lexical = LexicalIndex(terms)
        self._background = Background(vectors) if rows else None
        owned = Counter((row.name, t) for row, found in zip(rows, terms, strict=True) for t in set(found))
        own = {term for (_, term), count in owned.items() if count > 1}
        counts = Counter(term for row in asking for term in set(morphemes(row.text)))
        common = {term for term, count in counts.items() if count >= max(2, _GENERIC_SHARE * len(asking))}
        self._generic = common - own

    def rank(self, vector: Floats, terms: list[str]) -> tuple[tuple[str, float], ...]:
        """The departments that the message may be about, best first; none where it names no topic."""
        topic = [term for term in terms if term not in self._generic]
        if not topic or self._background is None:
            return ()
        covered = self._lexical.scores(topic) / max(self._lexical.weight(topic), 1e-6)
        scores = self._background.standardise(vector, self._vectors @ vector) + 3 * covered
        best: dict[str, float] = {}
        for row in np.argsort(-scores):
            best.setdefault(self._names[row], round(float(scores[row]), 4))
        return tuple(best.items())[:MOST]
