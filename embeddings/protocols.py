"""The two promises of this package; `tests/contracts` holds every implementation to them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
RowIds: TypeAlias = NDArray[np.int64]


class Encoder(Protocol):
    """Turns texts into vectors of length 1, so that a dot product is a cosine. Thread-safe."""

    @property
    def name(self) -> str:
        """The setting that names this encoder, for people."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text could get another vector; indexes are tied to it."""
        ...

    def encode_queries(self, texts: list[str]) -> Vectors:
        """float32[len(texts), dimension]: what citizens ask, and the questions they are compared with."""
        ...

    def encode_passages(self, texts: list[str]) -> Vectors:
        """float32[len(texts), dimension]: texts that answer."""
        ...


class VectorIndex(Protocol):
    """Nearest rows by dot product. Row ids count from 0 in the order in which the vectors were given."""

    @property
    def size(self) -> int:
        """How many rows it holds."""
        ...

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, RowIds]:
        """The best `min(k, size)` rows of each query, best first: scores and row ids, both [n, k].

        An approximate index may find fewer: the places left over have id -1 and score -inf.
        """
        ...

    def vectors(self, rows: RowIds) -> Vectors:
        """The stored vectors of these rows, float32[len(rows), d]; a quantised index rounds them."""
        ...

    def save(self, path: Path) -> None:
        """Write the index to one file, so that a reader sees the old file or the new one, never a half."""
        ...
