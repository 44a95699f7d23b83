"""Vectors of real sentences, multiplied with noise where they run out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from bench.running import ROOT
from embeddings.encoder import load_encoder
from embeddings.protocols import RowIds, Vectors

NOISE = 0.25
"""The length of the noise; two wordings of one question are about as far apart."""
_BATCH = 50_000


def sentences(root: Path = ROOT) -> list[str]:
    """The sample's questions, paraphrases, answers and labelled questions, each once."""
    found: list[str] = []
    for path in sorted((root / "faq/corpus").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["entries"]:
            found += [entry["question"], *entry["paraphrases"], entry["answer"]]
    for path in sorted((root / "faq/labels").glob("*.yml")):
        found += [label["text"] for label in yaml.safe_load(path.read_text("utf-8"))["questions"]]
    return list(dict.fromkeys(filter(None, found)))


def encoded() -> tuple[str, Vectors]:
    """The encoder that the program uses, and its vectors of the sentences, in random but repeatable order."""
    encoder = load_encoder()
    vectors = encoder.encode_queries(sentences())
    return encoder.name, vectors[np.random.default_rng(0).permutation(len(vectors))]


class Noise:
    """Normal noise: half of it alike in all directions, half spread as the sentences themselves are.

    The first kind is hard on rounding (all copies of a sentence are almost equally near), the second on cells
    (copies of different sentences mix).
    """

    def __init__(self, real: Vectors) -> None:
        self.real = real
        covariance = np.cov(real.T) + 1e-9 * np.eye(real.shape[1])
        self._spread = np.linalg.cholesky(covariance / np.trace(covariance)).astype(np.float32)

    def rows(self, count: int, seed: int) -> Vectors:
        """So many vectors of length 1: the sentences first, then noisy copies of them."""
        made = np.empty((count, self.real.shape[1]), np.float32)
        kept = min(count, len(self.real))
        made[:kept] = self.real[:kept]
        random = np.random.default_rng(seed)
        for start in range(kept, count, _BATCH):
            made[start : start + _BATCH] = self._copies(min(_BATCH, count - start), random)
        return made

    def queries(self, count: int, rows: int, seed: int) -> Vectors:
        """Noisy copies of the sentences that are among the first so many rows, in no index."""
        return self._copies(count, np.random.default_rng(seed), rows)

    def _copies(self, count: int, random: np.random.Generator, of_first: int | None = None) -> Vectors:
        noise = random.standard_normal((count, self.real.shape[1]), dtype=np.float32)
        noise[::2] /= np.sqrt(np.float32(noise.shape[1]))
        noise[1::2] = noise[1::2] @ self._spread.T
        known = self.real[:of_first]
        copies: Vectors = known[random.integers(len(known), size=count)] + np.float32(NOISE) * noise
        copies /= np.linalg.norm(copies, axis=1, keepdims=True)
        return copies


def nearest(vectors: Vectors, queries: Vectors, k: int = 10) -> RowIds:
    """The k best rows of each query by an exact scan."""
    best = np.zeros((len(queries), 0), np.float32)
    rows = np.zeros((len(queries), 0), np.int64)
    for start in range(0, len(vectors), _BATCH):
        scores = queries @ vectors[start : start + _BATCH].T
        near = np.argpartition(scores, -k, axis=1)[:, -k:]
        best = np.concatenate([best, np.take_along_axis(scores, near, axis=1)], axis=1)
        rows = np.concatenate([rows, near + start], axis=1)
        order = np.argsort(-best, axis=1, kind="stable")[:, :k]
        best, rows = np.take_along_axis(best, order, axis=1), np.take_along_axis(rows, order, axis=1)
    return rows
