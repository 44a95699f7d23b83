"""What needn't be done twice: understandings, and the vectors that a rebuild can use again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

import numpy as np

from embeddings.protocols import Encoder, Vectors

V = TypeVar("V")


class LruCache(Generic[V]):
    """Keeps the values used last; thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        """The value, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: V) -> None:
        """Keep the value, and drop the one unused for longest when there are too many."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._size:
                self._values.popitem(last=False)


class VectorCache:
    """Remembers the vectors of earlier builds, so that the next one encodes only what is new."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[tuple[str, bool], Vectors] = {}

    def know(self, texts: Iterable[tuple[str, bool]], vectors: Vectors) -> None:
        """Take over vectors that this encoder made before, of texts and whether they are passages."""
        self._known |= dict(zip(texts, vectors, strict=True))

    def encode(self, texts: list[str], passages: bool) -> Vectors:
        """float32[len(texts), d] of questions or of passages."""
        new = [text for text in dict.fromkeys(texts) if (text, passages) not in self._known]
        encode = self.encoder.encode_passages if passages else self.encoder.encode_queries
        self._known |= {(text, passages): vector for text, vector in zip(new, encode(new), strict=True)}
        if not texts:
            return np.zeros((0, self.encoder.dimension), dtype=np.float32)
        return np.stack([self._known[text, passages] for text in texts])


class Remembering:
    """An encoder that encodes a text once."""

    def __init__(self, vectors: VectorCache) -> None:
        self._vectors = vectors
        self.name = vectors.encoder.name
        self.dimension = vectors.encoder.dimension
        self.fingerprint = vectors.encoder.fingerprint

    def encode_queries(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._vectors.encode(texts, False)

    def encode_passages(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._vectors.encode(texts, True)
