"""Every real encoder is a SentenceTransformer behind this class. Import late: see `embeddings.encoder`."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from embeddings.e5_ko_module import PASSAGE, QUERY, E5KoModule
from embeddings.protocols import Vectors

# Texts that are handed over at once: few enough for progress to be told often.
_BATCH = 32
# Texts on which the fingerprint is taken: a changed model, prompt or quantisation moves their vectors.
_PROBES = ["정부광고 수수료는 얼마인가요?", "The quick brown fox, 1234."]


class SentenceEncoder:
    """A SentenceTransformer with its query and document prompts."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self.name = name
        self.dimension = model.get_embedding_dimension() or 0
        self.fingerprint = _fingerprint(self)

    def encode_queries(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Any, texts: list[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = encode(texts, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True)
        return np.asarray(vectors, dtype=np.float32)


def e5_ko_encoder() -> SentenceEncoder:
    """The default: works without network, hub or download."""
    prompts = {"query": QUERY, "document": PASSAGE}
    model = SentenceTransformer(modules=[E5KoModule()], prompts=prompts, device="cpu")
    return SentenceEncoder(model, "e5-ko")


def other_encoder(name_or_folder: str, *, local_only: bool) -> SentenceEncoder:
    """A model by its hub name or folder; OSError or ValueError where it can't be had."""
    model = SentenceTransformer(name_or_folder, device="cpu", local_files_only=local_only)
    return SentenceEncoder(model, name_or_folder)


def _fingerprint(encoder: SentenceEncoder) -> str:
    # Two decimals: the same model gives the same digits on every processor.
    probes = np.concatenate([encoder.encode_queries(_PROBES), encoder.encode_passages(_PROBES)])
    digits = json.dumps([encoder.name, version("sentence-transformers"), np.round(probes, 2).tolist()])
    return hashlib.sha256(digits.replace("-0.0,", "0.0,").encode()).hexdigest()[:16]
