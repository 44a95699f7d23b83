"""What every encoder promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embeddings.encoder import EncoderUnavailable, load_encoder
from embeddings.hashing import HashingEncoder
from embeddings.protocols import Encoder
from embeddings.recent import Recent

TEXTS = ["복사기 써도 되나요?", "정부광고 수수료는 얼마인가요?", "hello", "가" * 3000, " ", "😀"]


@pytest.fixture(scope="module", params=["hashing", "recent", pytest.param("e5-ko", marks=pytest.mark.slow)])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return Recent(HashingEncoder()) if request.param == "recent" else load_encoder(request.param)


@pytest.fixture(params=["encode_queries", "encode_passages"])
def encode(request: pytest.FixtureRequest, encoder: Encoder):
    return getattr(encoder, request.param)


def test_every_text_gets_a_vector_of_length_one(encoder, encode) -> None:
    vectors = encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_no_texts_get_no_vectors(encoder, encode) -> None:
    assert encode([]).shape == (0, encoder.dimension)


def test_a_text_gets_the_same_vector_alone_and_among_others(encode) -> None:
    np.testing.assert_allclose(encode(TEXTS)[1], encode([TEXTS[1]])[0], atol=1e-4)


def test_a_text_gets_the_same_vector_in_every_thread(encode) -> None:
    alone = encode(TEXTS[:3])
    with ThreadPoolExecutor(4) as threads:
        for vectors in threads.map(encode, [TEXTS[:3]] * 8):
            np.testing.assert_allclose(vectors, alone, atol=1e-4)


def test_a_near_question_is_nearer_than_a_far_one(encoder) -> None:
    asked, near, far = encoder.encode_queries(
        ["복사기를 써도 되나요?", "복사기 사용해도 되나요?", "기사 저작권은 누가 관리합니까"]
    )
    assert asked @ near > asked @ far


def test_the_fingerprint_stays_while_the_model_does(encoder) -> None:
    assert encoder.fingerprint == load_encoder(encoder.name).fingerprint


def test_another_dimension_has_another_fingerprint() -> None:
    assert HashingEncoder(64).fingerprint != HashingEncoder(128).fingerprint


@pytest.mark.slow
def test_an_encoder_that_is_not_there_says_so(tmp_path) -> None:
    with pytest.raises(EncoderUnavailable, match="불러올 수 없습니다"):
        load_encoder(str(tmp_path))
