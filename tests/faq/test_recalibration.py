"""A calibration counts only with what it was learned on; after any change the FAQ learns again by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from faq.bound import NEVER
from faq.decision import Answer, Choices
from faq.labels import Label, joined, judging
from faq.service import FaqService

from .conftest import DUTIES, ENTRIES, CountingEncoder, make_entry, put

KNOWN = "복사기를 써도 되나요?"
SURE = "복사기는 써도 되나요"


class OtherEncoder(CountingEncoder):
    """The same vectors by another name, as a new model or an adapter would come."""

    def __init__(self) -> None:
        super().__init__()
        self.fingerprint = "other+adapter"


def test_what_a_calibration_is_tied_to_is_written_beside_it(make_service, labels: Path, tmp_path) -> None:
    service = make_service(labels=labels)
    manifest = json.loads((tmp_path / "index" / service.version / "manifest.json").read_text())
    assert set(manifest["identity"]) >= {"model", "adapter", "corpus", "labels", "alpha", "confidence"}
    assert service.snapshot.calibration.tied_to == service.version


@pytest.mark.parametrize("change", ["corpus", "promise", "mix", "labels"])
def test_after_a_change_answers_continue_under_a_new_calibration(
    make_service: Callable[..., FaqService], faq_database, labels: Path, change: str
) -> None:
    before = make_service(labels=labels, alpha=0.05)
    assert isinstance(before.understand(SURE).decision, Answer)
    changed: dict[str, object] = {"alpha": 0.05}
    if change == "corpus":
        put(faq_database, [make_entry(answer="이제는 유료입니다.")])
    elif change == "promise":
        changed["alpha"] = 0.06
    elif change == "mix":
        changed["outside_share"] = 0.2
    else:
        with (labels / "out_of_scope.yml").open("a") as file:
            file.write("  - {text: 내일 점심은 무엇입니까, kind: elsewhere}\n")
    after = make_service(labels=labels, **changed)
    assert after.version != before.version
    assert after.snapshot.calibration.tied_to == after.version
    assert isinstance(after.understand(SURE).decision, Answer)


def test_another_model_or_adapter_is_calibrated_anew(
    make_service, tmp_path, faq_database, clock, labels
) -> None:
    before = make_service(labels=labels, alpha=0.05)
    nlu = tmp_path / "nlu.yml"
    after = FaqService(
        faq_database, OtherEncoder(), tmp_path, clock, lambda: DUTIES, nlu=nlu, labels=labels, alpha=0.05
    )
    assert after.version != before.version
    assert (after.snapshot.identity.model, after.snapshot.identity.adapter) == ("other", "adapter")
    assert isinstance(after.understand(SURE).decision, Answer)


def test_without_the_labels_to_recalibrate_there_are_choices_until_there_are_some(
    make_service, faq_database, labels: Path
) -> None:
    before = make_service(labels=labels, alpha=0.05)
    assert isinstance(before.understand(SURE).decision, Answer)
    for file in labels.iterdir():
        file.unlink()
    after = make_service(labels=labels, alpha=0.05)
    assert after.snapshot.calibration.bound.threshold == NEVER
    assert isinstance(after.understand(SURE).decision, Choices)
    assert after.understand(KNOWN).decision == Answer("visit.copier", 1.0)


def test_a_calibration_of_another_index_is_not_believed(make_service, faq_database, tmp_path, labels) -> None:
    """Even with checksums that fit, as after a restore of the wrong file."""
    first = make_service(labels=labels)
    stolen = first.snapshot.calibration.to_json()
    put(faq_database, ENTRIES[:3], replace=True)
    second = make_service(labels=labels)
    folder = tmp_path / "index" / second.version
    (folder / "calibration.json").write_text(stolen, "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["calibration.json"] = _checksum(folder / "calibration.json")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    third = make_service(labels=labels)
    assert third.version == second.version
    assert third.snapshot.calibration.tied_to == second.version


def test_verdicts_that_come_in_put_no_served_index_out_of_date(make_service, encoder, labels) -> None:
    verdicts: list[Label] = [Label("복사 좀 하려는데요", "visit.copier")]
    first = make_service(labels=labels, extra_labels=lambda: list(verdicts))
    verdicts.append(Label("사무실에서 복사가 되나요", "visit.copier"))
    encoder.queries.clear()
    second = make_service(labels=labels, extra_labels=lambda: list(verdicts))
    assert (second.version, encoder.queries) == (first.version, [])
    second.rebuild()
    assert second.version != first.version
    assert verdicts[1] in second.snapshot.labels


def test_a_verdict_that_was_taken_back_is_forgotten(make_service, labels) -> None:
    verdicts = [Label("복사 좀 하려는데요", "visit.copier")]
    first = make_service(labels=labels, extra_labels=lambda: list(verdicts))
    verdicts.clear()
    assert make_service(labels=labels, extra_labels=lambda: list(verdicts)).version != first.version


def test_what_judges_is_never_learned_from(make_service, labels: Path) -> None:
    service = make_service(labels=labels)
    judges = judging(service.snapshot.labels, 0.33)
    refusals = {row.text for row in service.snapshot.rows if row.kind == "refusal"}
    assert judges
    assert not any(label.teaches for label in judges)
    assert not refusals & {label.text for label in judges}


def test_a_click_teaches_and_never_judges() -> None:
    clicked = [Label(f"질문 {i}", "visit.copier", judges=False) for i in range(50)]
    assert all(label.teaches for label in clicked)
    assert judging(clicked, 0.0) == []


def test_the_judges_have_the_mix_that_is_promised() -> None:
    labels = [Label(f"질문 {i}", "visit.copier") for i in range(400)]
    labels += [Label(f"다른 질문 {i}", None) for i in range(400)]
    for share in (0.0, 0.1, 0.33, 0.5, 0.8):
        judges = judging(labels, share)
        outside = sum(label.faq_id is None for label in judges)
        assert outside / len(judges) == pytest.approx(share, abs=0.01)


def test_an_entry_of_its_own_can_judge_nothing() -> None:
    asked = [Label(KNOWN, "visit.copier"), Label("복사 돼요?", "visit.copier")]
    assert joined(asked, [], [make_entry()]) == asked[1:]


def _checksum(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()
