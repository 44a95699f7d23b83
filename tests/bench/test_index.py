"""The rows that the index is measured with, and the page that tells what came out."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bench.index.data import Noise, nearest, sentences
from bench.index.plot import growth
from bench.index.report import Size, render
from embeddings.protocols import Vectors

SMALL = Size(
    rows=10_000,
    kind="exact",
    recall=1,
    p50=0.6,
    p99=0.9,
    p99_computing=0.8,
    p99_of_200=1.2,
    resident_loaded=62,
    resident_searched=66,
    file=15,
    build_seconds=0.01,
    swap_seconds=0.05,
    swap_requests=40,
    swap_longest=3,
    swap_p99=2,
    rest_longest=2,
    rest_p99=1,
)
LARGE = replace(
    SMALL,
    rows=1_000_000,
    kind="ivf",
    recall=0.99,
    p99=6,
    resident_searched=660,
    swap_seconds=1,
    swap_longest=20,
)


@pytest.fixture(scope="module")
def real() -> Vectors:
    vectors = np.random.default_rng(3).normal(size=(40, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_sentences_are_real_and_come_once() -> None:
    found = sentences()
    assert len(found) == len(set(found)) > 1_000
    assert "정부광고 수수료는 얼마인가요?" in found


def test_the_real_rows_come_first_and_the_others_are_near_one_of_them(real) -> None:
    rows = Noise(real).rows(500, seed=1)
    np.testing.assert_array_equal(rows[:40], real)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert ((rows[40:] @ real.T).max(axis=1) > 0.8).all()
    assert len(np.unique(rows, axis=0)) == 500


def test_the_same_seed_makes_the_same_rows_and_queries_are_no_rows(real) -> None:
    noise = Noise(real)
    np.testing.assert_array_equal(noise.rows(100, seed=1), noise.rows(100, seed=1))
    assert (noise.queries(50, 100, seed=2) @ noise.rows(100, seed=1).T).max() < 0.9999


def test_queries_ask_only_for_sentences_that_are_in_the_index(real) -> None:
    queries = Noise(real).queries(200, 5, seed=2)
    assert set((queries @ real.T).argmax(axis=1)) <= set(range(5))


def test_the_exact_scan_finds_the_best_across_batches(real, monkeypatch) -> None:
    monkeypatch.setattr("bench.index.data._BATCH", 64)
    rows = Noise(real).rows(300, seed=1)
    expected = np.argsort(-(real[:7] @ rows.T), axis=1)[:, :10]
    np.testing.assert_array_equal(nearest(rows, real[:7]), expected)


def test_the_page_shows_goals_kept_and_broken() -> None:
    page = render("a machine", "an encoder", 2218, [SMALL, LARGE])
    assert "a machine" in page
    assert "2,218" in page
    assert "**no**" not in page
    broken = replace(LARGE, recall=0.97, p99=11, resident_searched=701, swap_longest=900)
    assert render("a machine", "an encoder", 2218, [broken]).count("**no**") == 4
    assert "| p99, one core | ≤ 2 ms | 3.00 ms | **no** |" in render("a", "b", 1, [replace(SMALL, p99=3)])


def test_the_plot_is_a_picture_of_every_quantity() -> None:
    root = ET.fromstring(growth([replace(SMALL, rows=1_000), SMALL, LARGE]))
    assert len(root.findall(".//{*}polyline")) == 6
    assert {"recall@10", "memory, MB"} <= {text.text for text in root.findall(".//{*}text")}
