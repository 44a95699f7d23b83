"""A message as the search and the decision see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embeddings.protocols import Vectors
from faq.lexical import Floats, analyse

NEAREST_REFUSALS = 3


@dataclass(frozen=True)
class Question:
    """Vector, content morphemes, and what tells a case of the asker's own (see `lexical.PERSONAL`)."""

    text: str
    vector: Floats
    terms: list[str]
    personal: tuple[float, ...]

    @classmethod
    def of(cls, text: str, vector: Floats) -> Question:
        """From a cleaned text and its vector."""
        terms, personal = analyse(text)
        return cls(text, vector, terms, personal)


class Refusals:
    """Questions that must not be answered; a question near several of them is probably another such."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def nearness(self, vector: Floats, without: int = -1) -> float | None:
        """The mean cosine of the nearest few; None where too few are known. `without` leaves one out."""
        if len(self._vectors) < NEAREST_REFUSALS + (without >= 0):
            return None
        cosines = self._vectors @ vector
        if without >= 0:
            cosines[without] = -1
        return float(np.partition(cosines, -NEAREST_REFUSALS)[-NEAREST_REFUSALS:].mean())
