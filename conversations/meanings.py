"""Which documents mean something similar: one bit a dimension in memory, the whole vectors in the database.

Of 384 dimensions 48 bytes are kept: 11 MB for 200,000 documents. The nearest by their bits are then ranked by
their whole vectors; of the nearest ten, more than 97 in a hundred are among the 1,000 (docs/search.md).
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from conversations.search_tables import MATTER, SearchDocument, SearchVector
from embeddings.protocols import Vectors

SHORTLIST = 1000
_BATCH = 2000
_WORD = 64
Ids = NDArray[np.int64]
Bits = NDArray[np.uint64]


def packed(vector: NDArray[np.float32]) -> bytes:
    """A vector as the database keeps it."""
    return vector.astype(np.float16).tobytes()


class Meanings:
    """The bits of all vectors; thread-safe. It grows by `refresh` alone."""

    def __init__(self, dimension: int, most: int = SHORTLIST) -> None:
        """`most` is the length of a shortlist."""
        self.most = most
        self._width = -(-dimension // _WORD)
        self._lock = threading.Lock()
        self._read_up_to = 0
        self._count = 0
        self._bits = np.zeros((0, self._width), np.uint64)
        self._documents = np.zeros(0, np.int64)
        self._matters = np.zeros(0, np.bool_)

    def refresh(self, session: Session) -> None:
        """Take in what was written since; the first time, everything."""
        with self._lock:
            while self._read(session):
                pass

    def shortlist(self, vector: NDArray[np.float32], among: Ids | None = None,
                  matters: bool = False) -> Ids:  # fmt: skip
        """Ids of the documents whose bits agree best; only `among` these, only tickets' `matters`."""
        with self._lock:
            bits, documents, matter = (
                part[: self._count] for part in (self._bits, self._documents, self._matters)
            )
        allowed = matter if matters else np.ones(len(documents), np.bool_)
        if among is not None:
            allowed = allowed & np.isin(documents, among)
        if not allowed.all():
            bits, documents = bits[allowed], documents[allowed]
        differing = np.bitwise_count(bits ^ _bits(vector[None])).sum(axis=1, dtype=np.uint16)
        if len(documents) > self.most:
            documents = documents[np.argpartition(differing, self.most)[: self.most]]
        return np.unique(documents)

    def _read(self, session: Session) -> bool:
        rows = session.execute(
            select(SearchVector.id, SearchVector.document_id, SearchVector.vector, SearchDocument.subject)
            .join(SearchDocument, SearchDocument.id == SearchVector.document_id)
            .where(SearchVector.id > self._read_up_to)
            .order_by(SearchVector.id)
            .limit(_BATCH)
        ).all()
        if not rows:
            return False
        self._make_room(len(rows))
        new = slice(self._count, self._count + len(rows))
        self._bits[new] = _bits(unpacked([row.vector for row in rows]))
        self._documents[new] = [row.document_id for row in rows]
        self._matters[new] = [row.subject.startswith(MATTER) for row in rows]
        self._count, self._read_up_to = new.stop, rows[-1].id
        return len(rows) == _BATCH

    def _make_room(self, more: int) -> None:
        room = len(self._documents)
        if self._count + more <= room:
            return
        extra = max(more, room // 2)
        # New arrays: whoever searches meanwhile goes on with the old ones.
        self._bits = np.concatenate([self._bits, np.zeros((extra, self._width), np.uint64)])
        self._documents = np.concatenate([self._documents, np.zeros(extra, np.int64)])
        self._matters = np.concatenate([self._matters, np.zeros(extra, np.bool_)])


def unpacked(kept: list[bytes]) -> Vectors:
    """float32[len(kept), dimension]: vectors as the database keeps them."""
    return np.frombuffer(b"".join(kept), np.float16).reshape(len(kept), -1).astype(np.float32)


def _bits(vectors: Vectors) -> Bits:
    """uint64[rows, words]: the signs of the dimensions."""
    fill = -vectors.shape[1] % _WORD
    signs = np.pad(vectors > 0, ((0, 0), (0, fill)))
    return np.packbits(signs, axis=1).view(np.uint64)
