"""What was asked last isn't encoded again."""

from __future__ import annotations

import numpy as np

from embeddings.hashing import HashingEncoder
from embeddings.protocols import Vectors
from embeddings.recent import REMEMBERED, Recent

ASKED = "복사기 써도 되나요?"


class Counting(HashingEncoder):
    """Notes what it had to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode_queries(self, texts: list[str]) -> Vectors:
        self.encoded += texts
        return super().encode_queries(texts)


def test_whoever_looks_at_a_message_after_the_first_costs_no_second_encoding() -> None:
    slow = Counting()
    recent = Recent(slow)
    first, again = recent.encode_queries([ASKED]), recent.encode_queries([ASKED])
    assert slow.encoded == [ASKED]
    np.testing.assert_array_equal(first, again)


def test_nobody_spoils_a_vector_for_the_others() -> None:
    recent = Recent(HashingEncoder())
    recent.encode_queries([ASKED])[:] = 0
    assert np.linalg.norm(recent.encode_queries([ASKED])) > 0.9


def test_bulk_work_passes_by_and_what_was_asked_long_ago_is_forgotten() -> None:
    slow = Counting()
    recent = Recent(slow)
    recent.encode_queries([ASKED])
    recent.encode_queries([f"질문 {n}" for n in range(2 * REMEMBERED)])
    recent.encode_queries([ASKED])
    assert slow.encoded.count(ASKED) == 1
    for n in range(REMEMBERED):
        recent.encode_queries([f"다른 질문 {n}"])
    recent.encode_queries([ASKED])
    assert slow.encoded.count(ASKED) == 2
