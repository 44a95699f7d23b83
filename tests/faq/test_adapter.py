"""An adapter serves while it is whole and fits its encoder; otherwise the FAQ goes on without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from core.errors import Conflict, NotFound
from embeddings.hashing import HashingEncoder
from faq.adapter import AdaptedEncoder, Adapter, AdapterStore
from faq.decision import Answer

from .conftest import make_entry, put

ASKED = "복사기를 써도 되나요?"


def adapter(seed: int = 0, encoder: HashingEncoder | None = None) -> Adapter:
    """Near the identity, and not it."""
    change = np.random.default_rng(seed).normal(scale=0.005, size=(256, 256))
    fingerprint = (encoder or HashingEncoder()).fingerprint
    return Adapter((np.eye(256) + change).astype(np.float32), fingerprint)


@pytest.fixture
def store(tmp_path: Path) -> AdapterStore:
    return AdapterStore(tmp_path / "adapter")


def test_no_adapter_ships(service) -> None:
    assert service.encoder.fingerprint == HashingEncoder().fingerprint


def test_adapted_vectors_have_length_one_on_both_sides_and_the_identity_moves_nothing() -> None:
    bare = HashingEncoder()
    nothing = Adapter(np.eye(256, dtype=np.float32), bare.fingerprint)
    np.testing.assert_allclose(
        AdaptedEncoder(bare, nothing).encode_queries([ASKED]), bare.encode_queries([ASKED]), atol=1e-6
    )
    adapted = AdaptedEncoder(bare, adapter())
    for vectors in (adapted.encode_queries([ASKED, "a"]), adapted.encode_passages([ASKED, "a"])):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert adapted.encode_queries([]).shape == (0, 256)


def test_an_adapter_changes_the_version_of_the_index_and_the_calibration_with_it(make_service, store) -> None:
    before = make_service().version
    store.activate(adapter())
    after = make_service()
    assert after.version != before
    assert adapter().name in after.encoder.fingerprint
    assert after.understand(ASKED).decision == Answer("visit.copier", 1.0)


def test_a_running_service_takes_over_what_another_process_has_tuned(make_service, store) -> None:
    running = make_service()
    store.activate(adapter())
    make_service()
    assert running.refresh_if_changed()
    assert adapter().name in running.encoder.fingerprint
    store.roll_back()
    make_service().rebuild()
    assert running.refresh_if_changed()
    assert running.encoder.fingerprint == HashingEncoder().fingerprint


def test_a_rebuild_in_a_running_service_takes_the_adapter_over(make_service, store, faq_database) -> None:
    running = make_service()
    store.activate(adapter())
    put(faq_database, [make_entry(answer="새 답변")])
    running.rebuild()
    assert adapter().name in running.encoder.fingerprint


@pytest.mark.parametrize("damage", ["empty", "flipped", "missing", "pickled"])
def test_a_damaged_adapter_is_noticed_logged_and_left_out(make_service, store, tmp_path, damage) -> None:
    bare = make_service().version
    store.activate(adapter())
    make_service()
    (file,) = (tmp_path / "adapter").glob("*.npy")
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "flipped": bytes(content), "pickled": b"\x80\x04N."}[damage])
    with capture_logs() as logs:
        service = make_service()
    assert (service.version, service.encoder.fingerprint) == (bare, HashingEncoder().fingerprint)
    assert service.understand(ASKED).decision == Answer("visit.copier", 1.0)
    (line,) = [line for line in logs if line["event"] == "adapter.damaged"]
    assert (line["adapter"], line["log_level"]) == (adapter().name, "warning")


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", "[{}]", '[{"name": "../../x", "encoder": 1}]'])
def test_a_damaged_list_of_adapters_is_left_out(make_service, store, tmp_path, content: str) -> None:
    store.activate(adapter())
    (tmp_path / "adapter/active.json").write_text(content)
    assert make_service().encoder.fingerprint == HashingEncoder().fingerprint


@pytest.mark.parametrize("matrix", [np.eye(3), np.full((256, 256), np.nan)])
def test_a_matrix_that_cannot_fit_is_left_out(store, matrix) -> None:
    encoder = HashingEncoder()
    store.activate(Adapter(matrix.astype(np.float32), encoder.fingerprint))
    assert store.adapted(encoder) is encoder


def test_an_adapter_serves_no_other_encoder(store) -> None:
    store.activate(adapter(encoder=HashingEncoder(256)))
    other = HashingEncoder(128)
    with capture_logs() as logs:
        assert store.adapted(other) is other
    assert [line["event"] for line in logs] == ["adapter.foreign"]


def test_rolling_back_leads_to_the_one_before_then_to_none_then_nowhere(store) -> None:
    first, second = adapter(1), adapter(2)
    store.activate(first)
    store.activate(second)
    encoder = HashingEncoder()
    assert second.name in store.adapted(encoder).fingerprint
    assert store.roll_back() == first.name
    assert first.name in store.adapted(encoder).fingerprint
    assert store.roll_back() is None
    assert store.adapted(encoder) is encoder
    with pytest.raises(NotFound, match="되돌릴 조정이 없습니다"):
        store.roll_back()


def test_two_cannot_tune_at_once(store, tmp_path) -> None:
    other = AdapterStore(tmp_path / "adapter")
    with store.alone(), pytest.raises(Conflict, match="진행 중"), other.alone():
        pytest.fail("got in")
    with other.alone():
        pass
