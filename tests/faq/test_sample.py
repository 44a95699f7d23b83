"""The sample corpus with the encoder that ships: the first things that people type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.database import Base, Database
from embeddings.encoder import load_encoder
from faq.decision import Answer, NoAnswer
from faq.service import FaqService
from faq.sources import load_sources

from .conftest import DUTIES, NOW, put

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaqService]:
    folder = tmp_path_factory.mktemp("sample")
    database = Database(f"sqlite:///{folder / 'faq.sqlite3'}")
    Base.metadata.create_all(database.engine)
    put(database, load_sources([ROOT / "faq" / "corpus"]))
    yield FaqService(database, load_encoder("e5-ko"), folder, FixedClock(NOW), lambda: DUTIES)
    database.close()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("네", "affirm"),
        ("아니요", "deny"),
        ("감사합니다", "thanks"),
        ("안녕하세요!", "greet"),
        ("상담원 연결", "handoff"),
        ("상담원이랑 통화하고 싶은데요", "handoff"),
        ("정부광고 담당자 전화번호", "find_staff"),
        ("접수번호로 조회", "check_ticket"),
        ("취소할게요", "stop"),
        ("제 신청 건이 어떻게 되었는지 알고 싶습니다", "unknown"),
        ("오늘 서울 날씨 어때", "unknown"),
    ],
)
def test_a_turn_gets_its_intent(sample: FaqService, text: str, intent: str) -> None:
    assert sample.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "faq_id"),
    [
        ("복사기 써도 되나요?", "visit.free-equipment"),
        ("안녕하세요 복사기 써도 되나요", "visit.free-equipment"),
        ("정부광고 수수료가 얼마인가요", "ads.fee"),
    ],
)
def test_a_clear_question_is_answered_at_once(sample: FaqService, text: str, faq_id: str) -> None:
    found = sample.understand(text)
    assert found.intent == "faq"
    assert isinstance(found.decision, Answer)
    assert found.decision.faq_id == faq_id


def test_fresh_questions_find_their_entry(sample: FaqService) -> None:
    from faq.labels import load_labels

    asked = [label for label in load_labels() if label.faq_id]
    found = [sample.search(label.text, 3) for label in asked]
    first = sum(f[0].faq_id == label.faq_id for f, label in zip(found, asked, strict=True) if f)
    assert first / len(asked) >= 0.9


def test_few_wrong_answers_are_given_at_once(sample: FaqService) -> None:
    from faq.labels import load_labels

    labels = load_labels()
    decided = [(label, sample.understand(label.text).decision) for label in labels]
    answered = [(label, d) for label, d in decided if isinstance(d, Answer)]
    assert len(answered) >= 60
    assert sum(d.faq_id != label.faq_id for label, d in answered) / len(answered) <= 0.05


def test_text_that_asks_nothing_never_fails(sample: FaqService) -> None:
    for text in ("", "😀", "가" * 10_000, "\x00", "\ud800"):
        assert isinstance(sample.understand(text).decision, NoAnswer)
