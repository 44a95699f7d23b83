from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.toy import GROUPS, toy_network, toy_tokenizer
from training.network import QUERY

pytest.importorskip("onnx", reason="pip install -r requirements/training.txt")

import onnxruntime

from training.export import mix, write_onnx


def test_the_written_file_gives_the_vectors_of_the_network(tmp_path: Path) -> None:
    network, tokenizer = toy_network(), toy_tokenizer()
    write_onnx(network, tmp_path / "toy.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "toy.onnx", providers=["CPUExecutionProvider"])
    for text in (text for group in GROUPS for text in group.texts):
        ids = tokenizer.encode(QUERY + text).ids
        (found,) = session.run(None, {"ids": np.array(ids)})
        with torch.no_grad():
            wanted = network.encode_one(torch.tensor(ids)).numpy()
        assert float(found @ wanted) > 0.99


def test_the_words_are_written_in_8_bits(tmp_path: Path) -> None:
    import onnx

    write_onnx(toy_network(), tmp_path / "toy.onnx")
    tables = {table.name: table for table in onnx.load(tmp_path / "toy.onnx").graph.initializer}
    assert tables["words"].data_type == onnx.TensorProto.INT8


def test_runs_are_averaged_and_mixed_with_the_network_as_it_was() -> None:
    base, first, second = (toy_network(seed) for seed in range(3))
    mixed = mix(base, [first, second], tuned=0.7)
    wanted = 0.3 * base.places + 0.35 * first.places + 0.35 * second.places
    assert torch.allclose(mixed.places, wanted, atol=1e-6)
    assert not torch.allclose(base.places, mixed.places)


def test_nothing_to_average_is_an_error() -> None:
    with pytest.raises(ValueError, match="average"):
        mix(toy_network(), [])
