"""Which kind of ticket a matter is, by what it means and how it is worded: suggested, never decided.

The examples in `kinds.yml` are told apart by one ridge regression over the encoder's vector (what it is
about) and the text's character pairs and triples (how a complaint or a wish is worded). It is fitted in less
than a second, at the first matter and again when the encoder changes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray

from embeddings.protocols import Encoder

EXAMPLES: Final = Path(__file__).with_name("kinds.yml")
INQUIRY: Final = "inquiry"

_CLEAR_LEAD: Final = 0.15
"""How far a kind's score (about 1 for its own examples, 0 for others) must be ahead of an inquiry's."""
_SURE_LEAD: Final = 0.5
"""The same where nobody sees the suggestion before it counts: of 2,240 labelled questions, 1.6 % reach it."""
_RIDGE: Final = 1.0
_LONGEST: Final = 500
"""Characters that are looked at: the wish stands in the first sentences."""

Floats = NDArray[np.float64]


class Kinds:
    """Suggests one of the kinds of `desk.kinds`. Thread-safe."""

    def __init__(self, encoder: Callable[[], Encoder]) -> None:
        """`encoder` gives the one that serves now."""
        self._encoder = encoder
        self._fitting = threading.Lock()
        self._model: _Model | None = None

    def suggest(self, matter: str | None) -> str:
        """The kind's id; `inquiry` unless another one fits clearly better."""
        return self._best(matter, _CLEAR_LEAD)

    def sure(self, matter: str | None) -> str:
        """The same, but only what leaves hardly a doubt: enough to apologise or to thank at once."""
        return self._best(matter, _SURE_LEAD)

    def _best(self, matter: str | None, lead: float) -> str:
        text = " ".join((matter or "").split())[:_LONGEST]
        if not any(map(str.isalpha, text)):
            return INQUIRY
        scores = self._fitted(self._encoder()).scores(text)
        best = max(scores, key=lambda kind: scores[kind])
        return best if scores[best] - scores[INQUIRY] >= lead else INQUIRY

    def warm(self) -> None:
        """Fit now, so that no citizen waits for it."""
        self._fitted(self._encoder())

    def _fitted(self, encoder: Encoder) -> _Model:
        with self._fitting:
            if self._model is None or self._model.encoder.fingerprint != encoder.fingerprint:
                self._model = _Model(encoder, examples())
            return self._model


@cache
def examples() -> dict[str, list[str]]:
    """Kind → what citizens write for it."""
    found: dict[str, list[str]] = yaml.safe_load(EXAMPLES.read_text("utf-8"))
    return found


class _Model:
    """The regression, fitted to the examples as this encoder sees them."""

    def __init__(self, encoder: Encoder, examples: dict[str, list[str]]) -> None:
        self.encoder = encoder
        self._kinds = list(examples)
        texts = [text for kind in examples for text in examples[kind]]
        truth = [kind for kind in examples for _ in examples[kind]]
        self._wording = _Wording(texts)
        vectors = encoder.encode_queries(texts).astype(np.float64)
        self._mean = vectors.mean(axis=0)
        self._scale = float(np.std(vectors - self._mean)) * np.sqrt(vectors.shape[1])
        rows = self._features(vectors, texts)
        other = -1 / (len(self._kinds) - 1)
        targets = np.array([[1.0 if kind == name else other for name in self._kinds] for kind in truth])
        # Far fewer examples than features: solved over the examples, kept as weights of the features.
        kernel = rows @ rows.T + 1  # the 1 stands for a constant feature
        of_examples = np.linalg.solve(kernel + _RIDGE * np.eye(len(texts)), targets)
        self._weights, self._constant = rows.T @ of_examples, of_examples.sum(axis=0)

    def scores(self, text: str) -> dict[str, float]:
        """How well each kind fits."""
        vector = self.encoder.encode_queries([text]).astype(np.float64)
        row = self._features(vector, [text]) @ self._weights + self._constant
        return dict(zip(self._kinds, row[0].tolist(), strict=True))

    def _features(self, vectors: Floats, texts: list[str]) -> Floats:
        return np.hstack([(vectors - self._mean) / self._scale, self._wording.of(texts)])


class _Wording:
    """Texts as weighted character pairs and triples, of length 1 each."""

    def __init__(self, texts: list[str]) -> None:
        found = [_grams(text) for text in texts]
        self._columns = {gram: n for n, gram in enumerate(sorted(set().union(*found)))}
        counts = np.array([sum(gram in grams for grams in found) for gram in self._columns])
        self._weights = np.log((1 + len(texts)) / (1 + counts)) + 1

    def of(self, texts: list[str]) -> Floats:
        """float64[len(texts), grams]."""
        rows = np.zeros((len(texts), len(self._columns)))
        for row, text in zip(rows, texts, strict=True):
            row[[self._columns[gram] for gram in _grams(text) if gram in self._columns]] = 1
        rows *= self._weights
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _grams(text: str) -> set[str]:
    padded = f" {' '.join(text.split())} "
    return {padded[i : i + n] for n in (2, 3) for i in range(len(padded) - n + 1)}
