import torch

from tests.training.toy import toy_network, toy_tokenizer
from training.batches import padded
from training.network import QUERY

TEXTS = ["주차 요금", "언제 닫아", "불 꺼"]


@torch.no_grad()
def test_a_text_has_the_same_vector_alone_as_beside_longer_ones() -> None:
    network, tokenizer = toy_network(), toy_tokenizer()
    together = network(padded(tokenizer, QUERY, [*TEXTS, "몇 시까지 주차 주차 주차"], 48))
    tokenizer.no_padding()
    for text, vector in zip(TEXTS, together, strict=False):
        alone = network.encode_one(torch.tensor(tokenizer.encode(QUERY + text).ids))
        assert torch.allclose(alone, vector, atol=1e-5)
        assert abs(float(alone.norm()) - 1) < 1e-5


def test_a_long_text_is_cut_and_keeps_its_mark_of_end() -> None:
    ids, own = padded(toy_tokenizer(), QUERY, ["주차 " * 100], 48)
    assert ids.shape == (1, 48)
    assert ids[0, -1] == 2
    assert bool(own.all())
