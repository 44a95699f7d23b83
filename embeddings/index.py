"""FAISS behind `VectorIndex`: exact while that is fast, approximate and quantised above."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np

from embeddings.protocols import RowIds, VectorIndex, Vectors

# Below this many rows an exact scan takes 1 to 3 ms on one core, and nothing beats exact.
EXACT_UP_TO = 20_000
# docs/index.md has the recall and the milliseconds that these were chosen by.
_CELLS = 2  # times the square root of the rows
_VISITED = 32  # one cell in so many is searched,
_LEAST_VISITED = 16  # but no fewer than these
_LEARNED_FROM = 64  # rows a cell; FAISS's 256 take four times as long and find no more
_SHORTLIST = 200  # rows that are compared in full, or
_TIMES_WANTED = 4  # so many times the rows wanted
_BATCH = 65_536


class IndexUnreadable(Exception):
    """The file isn't an index that FAISS can read, or not of a kind that is built here."""


class Index(VectorIndex, Protocol):
    """What is built and loaded here. It never changes after it was built, so threads may share it."""

    @property
    def kind(self) -> str:
        """`exact` or `ivf`, for reports."""
        ...


class _Exact:
    kind = "exact"

    def __init__(self, index: Any) -> None:
        self._index = index

    @property
    def size(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, RowIds]:
        k = min(k, self.size)
        if k == 0:
            return np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64)
        scores, rows = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k)
        return scores, rows

    def vectors(self, rows: RowIds) -> Vectors:
        return _stored(self._index, rows)

    def save(self, path: Path) -> None:
        _write(self._index, path)


class _Cells:
    """12 bits a dimension: 4 in the cells, to scan, and 8 of what these round off, to rank the best.

    FAISS's IndexRefine holds both in one file; its own search takes the second for whole vectors, so it isn't
    used. 8 bits alone can't tell near wordings apart among a million.
    """

    kind = "ivf"

    def __init__(self, index: Any) -> None:
        self._index = index  # owns both parts
        self._coarse = faiss.downcast_index(index.base_index)
        self._rest = faiss.downcast_index(index.refine_index)
        if not isinstance(self._coarse, faiss.IndexIVF) or self._rest.ntotal != self._coarse.ntotal:
            raise IndexUnreadable("not two parts of one index")
        self._coarse.make_direct_map()

    @property
    def size(self) -> int:
        return int(self._coarse.ntotal)

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, RowIds]:
        k = min(k, self.size)
        shortlist = min(max(_SHORTLIST, _TIMES_WANTED * k), self.size)
        scores, rows = self._coarse.search(np.ascontiguousarray(queries, dtype=np.float32), shortlist)
        scores[rows < 0] = -np.inf
        for query, near, score in zip(queries, rows, scores, strict=True):
            score[near >= 0] += _stored(self._rest, near[near >= 0]) @ query
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)

    def vectors(self, rows: RowIds) -> Vectors:
        return _stored(self._coarse, rows) + _stored(self._rest, rows)

    def save(self, path: Path) -> None:
        _write(self._index, path)


def build_index(vectors: Vectors, exact_up_to: int = EXACT_UP_TO) -> Index:
    """An index over these rows, of the kind that suits their number."""
    count, dimension = vectors.shape
    if count <= exact_up_to:
        index: Any = faiss.IndexFlatIP(dimension)
        index.add(vectors)
        return _Exact(index)
    cells = max(1, int(_CELLS * math.sqrt(count)))
    coarse: Any = faiss.index_factory(dimension, f"IVF{cells},SQ4", faiss.METRIC_INNER_PRODUCT)
    coarse.cp.max_points_per_centroid = _LEARNED_FROM
    coarse.nprobe = min(cells, max(_LEAST_VISITED, cells // _VISITED))
    coarse.train(vectors)
    coarse.add(vectors)
    coarse.make_direct_map()
    return _Cells(faiss.IndexRefine(coarse, _rest(coarse, vectors)))


def load_index(path: Path) -> Index:
    """The index of a file; raises IndexUnreadable."""
    try:
        index: Any = faiss.read_index(str(path))
    except RuntimeError as error:
        raise IndexUnreadable(f"{path.name}: {error}") from error
    if isinstance(index, faiss.IndexFlat):
        return _Exact(index)
    if isinstance(index, faiss.IndexRefine):
        return _Cells(index)
    raise IndexUnreadable(f"{path.name}: {type(index).__name__} isn't built here")


def _rest(coarse: Any, vectors: Vectors) -> Any:
    """What the cells' codes round off, in 8 bits a dimension."""
    rest = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    rows = np.arange(len(vectors))
    sample = rows[:: math.ceil(len(rows) / _BATCH)]
    rest.train(vectors[sample] - _stored(coarse, sample))
    for batch in np.split(rows, range(_BATCH, len(rows), _BATCH)):
        rest.add(vectors[batch] - _stored(coarse, batch))
    return rest


def _stored(index: Any, rows: RowIds) -> Vectors:
    if not len(rows):
        return np.zeros((0, index.d), np.float32)
    found: Vectors = index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
    return found


def _write(index: Any, path: Path) -> None:
    temporary = path.with_suffix(".tmp")
    faiss.write_index(index, str(temporary))
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
