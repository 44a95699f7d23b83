"""An encoder without a model: deterministic, instant, and good enough to tell sentences apart in a test."""

from __future__ import annotations

import re
from zlib import crc32

import numpy as np

from embeddings.protocols import Vectors

_SPACES = re.compile(r"\s+")


class HashingEncoder:
    """Counts hashed character n-grams (1 to 3), so texts that share spelling are near each other."""

    name = "hashing"

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = dimension
        self.fingerprint = f"hashing-1-{dimension}"

    def encode_queries(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(texts)

    def encode_passages(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(texts)

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for gram in _grams(text):
                vectors[row, crc32(gram.encode("utf-8", "replace")) % self.dimension] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def _grams(text: str) -> list[str]:
    padded = f" {_SPACES.sub(' ', text.lower()).strip()} "
    return [padded[i : i + n] for n in (1, 2, 3) for i in range(max(1, len(padded) - n + 1))]
