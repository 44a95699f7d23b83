"""A saved index that was damaged, or that a power cut left half-written, is noticed, told, and built anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from faq.decision import Answer
from faq.service import FaqService

from .conftest import make_entry, put

Harm = Callable[[Path], object]


def flip_a_byte_of(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 0xFF
    file.write_bytes(bytes(data))


def cut_off(file: Path, share: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])


def pretend(folder: Path, **other: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, **other}), "utf-8")


def calibrate_for_another(folder: Path) -> None:
    """As if a calibration had been copied from another index, checksum and all."""
    file = folder / "calibration.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "tied_to": "another"}), "utf-8")


def zeros_for(*names: str) -> Harm:
    """What a power cut leaves of files whose names reached the disk and whose content did not."""
    return lambda folder: [(folder / n).write_bytes(bytes((folder / n).stat().st_size)) for n in names]


HARM: dict[str, Harm] = {
    "index cut in half": lambda folder: cut_off(folder / "rows.faiss", 0.5),
    "index without its last byte": lambda folder: cut_off(folder / "rows.faiss", 0.9999),
    "flipped byte in the header": lambda folder: flip_a_byte_of(folder / "rows.faiss", 4),
    "flipped byte among the vectors": lambda folder: flip_a_byte_of(folder / "rows.faiss", -40),
    "index missing": lambda folder: (folder / "rows.faiss").unlink(),
    "calibration missing": lambda folder: (folder / "calibration.json").unlink(),
    "calibration of another index": calibrate_for_another,
    "manifest missing": lambda folder: (folder / "manifest.json").unlink(),
    "manifest cut in half": lambda folder: cut_off(folder / "manifest.json", 0.5),
    "manifest of another version": lambda folder: pretend(folder, version="another"),
    "manifest without checksums": lambda folder: pretend(folder, sha256={}),
    "manifest of another shape": lambda folder: (folder / "manifest.json").write_text("[]", "utf-8"),
    "power cut before the index": zeros_for("rows.faiss", "calibration.json", "manifest.json"),
    "power cut after the index": zeros_for("calibration.json", "manifest.json"),
    "power cut before the manifest": zeros_for("manifest.json"),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
def test_damage_is_noticed_told_and_repaired_from_the_database(make_service, tmp_path: Path, harm) -> None:
    before = make_service()
    harm(tmp_path / "index" / before.version)
    with capture_logs() as logs:
        after: FaqService = make_service()
    damaged = [line for line in logs if line["event"] == "index.damaged"]
    assert [(line["version"], line["action"]) for line in damaged] == [(before.version, "rebuild")]
    assert damaged[0]["log_level"] == "warning"
    assert damaged[0]["reason"]
    assert [line["event"] for line in logs if line["event"] == "index.built"] == ["index.built"]
    assert after.understand("복사기를 써도 되나요?").decision == Answer("visit.copier", 1.0)
    with capture_logs() as logs:
        make_service()
    assert not [line for line in logs if line["event"].startswith("index.")], "repaired for good"


def test_a_power_cut_while_an_index_is_written_leaves_the_old_one_serving(
    make_service, tmp_path: Path
) -> None:
    version = make_service().version
    half = tmp_path / "index" / ".new-half"
    half.mkdir()
    (half / "rows.faiss").write_bytes(b"half of it")
    with capture_logs() as logs:
        assert make_service().version == version
    assert not [line for line in logs if line["event"].startswith("index.")]


@pytest.mark.parametrize("pointer", [b"", b"\x00" * 16, b"\xff\xfe", b"a-version-that-is-gone", None])
def test_a_pointer_that_a_power_cut_spoiled_stops_no_start(make_service, tmp_path: Path, pointer) -> None:
    version = make_service().version
    current = tmp_path / "index" / "current"
    current.unlink() if pointer is None else current.write_bytes(pointer)
    service = make_service()
    assert service.version == version
    assert service.understand("복사기를 써도 되나요?").decision == Answer("visit.copier", 1.0)


def test_a_damaged_new_index_does_not_bring_the_old_answers_back(
    make_service, faq_database, tmp_path: Path
) -> None:
    make_service()
    put(faq_database, [make_entry(answer="새 답변입니다.")])
    second = make_service()
    cut_off(tmp_path / "index" / second.version / "rows.faiss", 0.3)
    assert make_service().entry("visit.copier").answer == "새 답변입니다."
