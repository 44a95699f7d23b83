"""Networks to the shipped file: averaged, mixed with the network as it was, and written as ONNX in 8 bits."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from training.network import Network

# How much of the tuned weights ships; the rest is the network as it was.
TUNED = 0.7
_OPERATORS = 17
_USUAL_PIECES = 22


class _OneText(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> Tensor:
        return self.network.encode_one(ids)


@torch.no_grad()
def mix(base: Network, runs: Sequence[Network], tuned: float = TUNED) -> Network:
    """`base` and the average of the runs, weight by weight. Raises ValueError where there is no run."""
    if not runs:
        raise ValueError("nothing to average")
    mixed = deepcopy(base)
    weights = [dict(run.named_parameters()) for run in runs]
    for name, weight in mixed.named_parameters():
        average = torch.stack([run[name] for run in weights]).mean(0)
        weight.copy_((1 - tuned) * weight + tuned * average)
    return mixed.eval()


def write_onnx(network: Network, path: Path) -> None:
    """A file that takes `ids` (int64[pieces]) and gives `vector` (float32[width], of length 1)."""
    words = network.words.weight.detach().numpy()
    with tempfile.TemporaryDirectory() as folder:
        whole, halved = Path(folder) / "whole.onnx", Path(folder) / "halved.onnx"
        torch.onnx.export(
            _OneText(network).eval(),
            (torch.randint(len(words), (_USUAL_PIECES,)),),
            whole,
            input_names=["ids"],
            output_names=["vector"],
            dynamic_axes={"ids": {0: "pieces"}},
            dynamo=False,
            opset_version=_OPERATORS,
        )
        quantize_dynamic(
            whole, halved, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"]
        )
        model = onnx.load(halved)
    _quantize_words(model.graph, words)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _quantize_words(graph: Any, words: np.ndarray) -> None:
    """8 bits for a weight, a scale for a word; only the words of a text are ever unpacked."""
    table = next(i for i in graph.initializer if list(i.dims) == list(words.shape))
    look_up = next(n for n in graph.node if n.op_type == "Gather" and n.input[0] == table.name)
    ids, found = look_up.input[1], look_up.output[0]
    scale = np.abs(words).max(1, keepdims=True) / np.float32(127)
    place = list(graph.node).index(look_up)
    graph.initializer.remove(table)
    graph.node.remove(look_up)
    rounded = np.round(words / scale).astype(np.int8)
    graph.initializer.extend(
        [numpy_helper.from_array(rounded, "words"), numpy_helper.from_array(scale, "words_scale")]
    )
    for node in (
        helper.make_node("Mul", ["words_float", "words_factor"], [found]),
        helper.make_node("Gather", ["words_scale", ids], ["words_factor"]),
        helper.make_node("Cast", ["words_rounded"], ["words_float"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["words", ids], ["words_rounded"]),
    ):
        graph.node.insert(place, node)
