"""The encoder that ships in this folder as a module of sentence-transformers (see e5_ko/README.md).

Import this file late: sentence-transformers takes seconds and some 400 MB.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from sentence_transformers.base.modules import InputModule
from tokenizers import Tokenizer

QUERY, PASSAGE = "query: ", "passage: "
FOLDER = Path(__file__).with_name("e5_ko")


class E5KoModule(InputModule):
    """Tokenises, encodes and pools.

    Each text goes through the network alone: in 8 bits the scale of a layer's values follows from all that
    pass it together, so a text in a batch would depend on its neighbours. Many texts go side by side in
    threads instead.
    """

    save_in_root = False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tokens = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(FOLDER / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encoder")

    def get_embedding_dimension(self) -> int:
        """The length of a vector."""
        return int(self.session.get_outputs()[0].shape[0])

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """The ids of each text's pieces, its prompt and the marks of beginning and end included."""
        return {
            "ids": [found.ids for found in self.tokens.encode_batch([(prompt or "") + i for i in inputs])]
        }

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Adds `sentence_embedding`, float32[n, 384], each of length 1."""
        texts = features["ids"]
        vectors = map(self._vector, texts) if len(texts) == 1 else self.threads.map(self._vector, texts)
        return {**features, "sentence_embedding": torch.from_numpy(np.stack(list(vectors)))}

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Nothing to write: the weights are this folder's."""

    def _vector(self, ids: list[int]) -> NDArray[np.float32]:
        found: list[NDArray[np.float32]] = self.session.run(None, {"ids": np.array(ids, dtype=np.int64)})
        return found[0]
