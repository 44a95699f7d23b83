"""What staff have judged moves the encoder a little, and only where nothing gets worse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from typer.testing import CliRunner

from core.errors import Invalid
from desk.models import AccessLog
from embeddings.hashing import HashingEncoder
from faq import tuning
from faq.adapter import Adapter, AdapterStore
from faq.entries import same_question
from faq.labels import Label
from faq.lessons import CLICK_WEIGHT, Lesson, click, held_out, lessons_of
from faq.regression import Case
from faq.service import FaqService
from web.cli.app import app

from .conftest import make_entry, put

TODAY = date(2026, 6, 1)
ENDS = ["이 뭐예요", " 알려 주세요", " 궁금합니다", "은 어떻게 되죠", " 문의드려요", "이 있나요", "은요?"]
OPENINGS = ["", "저기 ", "혹시 ", "죄송한데 ", "급해요 "]
# Citizens say it in words that stand nowhere in the entry: only what staff have judged can tell.
SAY = {
    "ads.fee": ["커미션", "마진율"],
    "visit.copier": ["제록스", "프린터"],
    "edu.first": ["꼬마 강좌", "새내기반"],
}
OTHERS = ["공원은 몇 시에 닫나요", "주차장 요금", "민원 접수 방법", "팩스 번호", "채용 공고", "도서관 휴관일"]
LABELS = [
    Label(f"{opening}{word}{end}", faq_id)
    for faq_id, words in SAY.items()
    for word in words
    for opening in OPENINGS
    for end in ENDS
]
CASES = [
    Case(f"여기 {word} 정보 좀 봅시다", faq_id, "question") for faq_id, words in SAY.items() for word in words
]


@pytest.fixture
def judged(make_service, faq_database) -> Callable[[], FaqService]:
    put(faq_database, [make_entry(f"etc.n{n}", question=q, paraphrases=()) for n, q in enumerate(OTHERS)])
    return lambda: make_service(extra_labels=lambda: LABELS)


@pytest.fixture
def service(judged) -> FaqService:
    return judged()


def test_it_learns_what_staff_have_judged_and_changes_nothing_by_itself(service: FaqService) -> None:
    version = service.version
    found = tuning.tune(service, [], CASES, TODAY)
    whole = {figure.name: figure for figure in found.figures}["회귀 질문"]
    assert whole.new > whole.old
    assert found.gains
    assert not found.fallen
    assert service.version == version
    assert np.linalg.norm(found.adapter.matrix - np.eye(256)) < 0.2 * np.linalg.norm(np.eye(256))


def test_the_same_lessons_give_the_same_adapter(service: FaqService) -> None:
    names = {tuning.tune(service, [], CASES, TODAY).adapter.name for _ in range(2)}
    assert len(names) == 1


def test_activated_it_serves_at_once_and_a_second_tuning_finds_nothing_more(service: FaqService) -> None:
    asked = "여기 제록스 정보 좀 봅시다"
    before = service.search(asked)[0].faq_id
    found = tuning.tune(service, [], CASES, TODAY)
    service.activate(found.adapter, found.vectors)
    assert (before, service.search(asked)[0].faq_id) != ("visit.copier", before)
    assert service.search(asked)[0].faq_id == "visit.copier"
    again = tuning.tune(service, [], CASES, TODAY)
    assert again.adapter.name == found.adapter.name
    assert not again.gains


def test_too_few_labels_are_said_with_their_number(make_service) -> None:
    few = make_service(extra_labels=lambda: LABELS[:9])
    with pytest.raises(Invalid, match=r"배울 판정이 부족합니다. 배우는 데 쓰는 것이 지금 \d건이고, 30건부터"):
        tuning.tune(few, [], CASES, TODAY)


def test_a_category_that_falls_closes_the_gate(service: FaqService, monkeypatch) -> None:
    monkeypatch.setattr(tuning, "fit", harmful)
    found = tuning.tune(service, [], CASES, TODAY)
    assert "따로 둔 판정 · visit" in {figure.name for figure in found.fallen}


def harmful(*_: object) -> Adapter:
    """Makes all questions alike."""
    matrix = np.full((256, 256), 1.0, dtype=np.float32)
    return Adapter(matrix, HashingEncoder().fingerprint)


def test_what_measures_and_what_judges_is_never_learned(service: FaqService) -> None:
    content = service.content()
    clicks = [click("혹시 커미션 있나요", "ads.fee", "helpful"), Lesson("  " + CASES[0].text, "ads.fee")]
    learned = {same_question(one.text) for one in lessons_of(content, clicks, [case.text for case in CASES])}
    held = held_out(content.labels)
    hidden = [label for label in content.labels if not label.teaches] + held
    assert len(held) > 3
    assert not learned & {same_question(label.text) for label in hidden}
    assert not learned & {same_question(case.text) for case in CASES}
    assert same_question("광고 수수료율을 알려 주세요") in learned  # an entry's own paraphrase


def test_a_click_weighs_less_than_a_word_of_staff_and_a_no_weighs_against() -> None:
    assert [click("가", "a.a", signal).weight for signal in ("helpful", "chosen", "unhelpful")] == [
        CLICK_WEIGHT, CLICK_WEIGHT, -CLICK_WEIGHT,
    ]  # fmt: skip
    assert Lesson("가", "a.a").weight > CLICK_WEIGHT


def test_a_click_on_an_entry_that_is_gone_teaches_nothing(service: FaqService) -> None:
    gone = click("없어진 것", "gone.entry", "helpful")
    assert gone not in lessons_of(service.content(), [gone], [])


@pytest.fixture
def installation(tmp_path: Path, faq_database, judged, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EUNGDAE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EUNGDAE_ENCODER", "hashing")
    monkeypatch.setenv("DATABASE_URL", faq_database.url)
    monkeypatch.setenv("EUNGDAE_REGRESSION_SET", str(tmp_path / "quality"))
    monkeypatch.setattr("core.logging.configure", lambda: None)
    monkeypatch.setattr("conversations.taught.Taught.labels", lambda self: LABELS)
    (tmp_path / "quality").mkdir()
    rows = ({"text": case.text, "id": case.faq_id, "kind": "q"} for case in CASES)
    (tmp_path / "quality/set.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def run(*arguments: str, code: int = 0):
    with capture_logs():
        result = CliRunner().invoke(app, ["tune", *arguments])
    assert result.exit_code == code, result.output
    return result


def active(folder: Path) -> str:
    return AdapterStore(folder / "adapter").adapted(HashingEncoder()).fingerprint


def test_tune_shows_old_and_new_activates_and_one_command_rolls_back(
    installation: Path, faq_database
) -> None:
    shown = run().stdout
    assert "회귀 질문 · ads" in shown
    assert "이제부터 씁니다" in shown
    assert "+" in active(installation)
    assert "되돌렸습니다" in run("--rollback").stdout
    assert active(installation) == HashingEncoder().fingerprint
    assert "되돌릴 조정이 없습니다" in run("--rollback", code=1).stderr
    with faq_database.session() as session:
        done = [
            (line.address, line.action) for line in session.scalars(select(AccessLog).order_by(AccessLog.id))
        ]
    assert done == [("cli", "tune.activate"), ("cli", "tune.rollback")]


def test_tune_names_the_gate_that_failed_and_leaves_everything(installation: Path, monkeypatch) -> None:
    monkeypatch.setattr(tuning, "fit", harmful)
    refused = run(code=1)
    assert "나빠지는 것이 있어 쓰지 않습니다" in refused.stderr
    assert "따로 둔 판정 · visit" in refused.stderr
    assert active(installation) == HashingEncoder().fingerprint


def test_tune_beside_another_says_so(installation: Path) -> None:
    with AdapterStore(installation / "adapter").alone():
        assert "다른 조정이 진행 중입니다" in run(code=1).stderr


def test_tune_for_programs(installation: Path) -> None:
    told = json.loads(run("--json").stdout)
    assert told["activated"] is True
    assert {"name", "of", "old", "new"} == set(told["figures"][0])
