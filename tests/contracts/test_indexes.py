"""What every vector index promises, exact or not."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.index import Index, IndexUnreadable, build_index, load_index

COUNT, DIMENSION = 1500, 32


def unit_vectors(count: int, seed: int = 1) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit_vectors(COUNT)


@pytest.fixture(scope="module", params=["exact", "ivf"])
def index(request: pytest.FixtureRequest) -> Index:
    built = build_index(VECTORS, exact_up_to=10_000 if request.param == "exact" else 0)
    assert built.kind == request.param
    return built


@pytest.fixture(scope="module")
def saved(index: Index, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("index") / "rows.faiss"
    index.save(path)
    return path


def test_every_row_finds_itself_first(index) -> None:
    scores, rows = index.search(VECTORS[:50], 1)
    assert rows[:, 0].tolist() == list(range(50))
    np.testing.assert_allclose(scores[:, 0], 1, atol=0.02)


def test_a_score_is_the_dot_product(index) -> None:
    queries = unit_vectors(5, seed=2)
    scores, rows = index.search(queries, 10)
    np.testing.assert_allclose(scores, np.einsum("qd,qkd->qk", queries, VECTORS[rows]), atol=0.002)


def test_the_best_come_first(index) -> None:
    scores, rows = index.search(unit_vectors(5, seed=2), 10)
    assert scores.shape == rows.shape == (5, 10)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_it_finds_nearly_what_an_exact_scan_finds(index) -> None:
    queries = VECTORS[:100] + 0.05 * unit_vectors(100, seed=3)
    exact = np.argsort(-(queries @ VECTORS.T), axis=1)[:, 0]
    assert (index.search(queries, 1)[1][:, 0] == exact).mean() >= 0.95


def test_asking_for_more_rows_than_there_are_gives_all(index) -> None:
    assert index.search(VECTORS[:1], 10 * COUNT)[1].shape == (1, COUNT)


def test_rows_give_their_vectors_back(index) -> None:
    np.testing.assert_allclose(index.vectors(np.array([3, 700])), VECTORS[[3, 700]], atol=0.001)
    assert index.vectors(np.array([], dtype=np.int64)).shape == (0, DIMENSION)


def test_a_saved_index_is_the_same_when_loaded(index, tmp_path) -> None:
    path = tmp_path / "rows.faiss"
    index.save(path)
    loaded = load_index(path)
    assert (loaded.size, loaded.kind) == (index.size, index.kind)
    np.testing.assert_array_equal(loaded.search(VECTORS[:9], 5)[1], index.search(VECTORS[:9], 5)[1])
    assert [p.name for p in tmp_path.iterdir()] == ["rows.faiss"], "nothing half-written is left"


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_off_anywhere_is_refused(saved, share) -> None:
    cut = saved.with_name("cut.faiss")
    data = saved.read_bytes()
    cut.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(IndexUnreadable):
        load_index(cut)


def test_an_index_of_a_kind_that_is_not_built_here_is_refused(tmp_path) -> None:
    path = tmp_path / "rows.faiss"
    earlier = faiss.index_factory(DIMENSION, "IVF8,SQ8", faiss.METRIC_INNER_PRODUCT)
    earlier.train(VECTORS)
    faiss.write_index(earlier, str(path))
    with pytest.raises(IndexUnreadable, match="IndexIVFScalarQuantizer"):
        load_index(path)


def test_a_file_that_is_no_index_is_refused(tmp_path) -> None:
    path = tmp_path / "rows.faiss"
    path.write_bytes(b"no index at all")
    with pytest.raises(IndexUnreadable):
        load_index(path)
    with pytest.raises(IndexUnreadable):
        load_index(tmp_path / "missing")


def test_an_empty_index_finds_nothing() -> None:
    empty = build_index(np.zeros((0, DIMENSION), np.float32))
    assert empty.search(VECTORS[:2], 5)[1].shape == (2, 0)
