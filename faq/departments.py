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
        """`asking` are examples of asking for a person: words common there ("담당자") name no department."""
        self._names = [row.name for row in rows]
        self._vectors = vectors
        self._lexical = LexicalIndex([morphemes(row.text) for row in rows])
        self._background = Background(vectors) if rows else None
        counts = Counter(term for row in asking for term in set(morphemes(row.text)))
        self._generic = {t for t, count in counts.items() if count >= max(2, _GENERIC_SHARE * len(asking))}

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
