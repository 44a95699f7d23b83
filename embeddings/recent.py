"""An encoder that remembers what was asked last: a message is looked at for more than one reason."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from embeddings.protocols import Encoder, Vectors

REMEMBERED: Final = 256
"""Texts: as many citizens may be in the middle of something at once."""


class Recent:
    """Another encoder, whose vectors of single questions are kept for a while, in memory only."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._one = lru_cache(REMEMBERED)(lambda text: encoder.encode_queries([text])[0])
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.fingerprint = encoder.fingerprint

    def encode_queries(self, texts: list[str]) -> Vectors:
        """See `Encoder`. Several at once are somebody's bulk work, and would only drive the others out."""
        return np.stack([self._one(texts[0])]) if len(texts) == 1 else self._encoder.encode_queries(texts)

    def encode_passages(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._encoder.encode_passages(texts)
