"""A small FAQ, served by an encoder that needs no model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.database import Base, Database
from embeddings.hashing import HashingEncoder
from embeddings.protocols import Vectors
from faq import importing
from faq.entries import Entry
from faq.rows import Row
from faq.service import FaqService

from .labelled import write_labels

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)

NLU = """
version: "3.1"
nlu:
  - intent: faq
    examples: |
      - 복사기를 써도 되는지 궁금합니다
  - intent: greet
    examples: |
      - 안녕하세요
      - 반갑습니다
  - intent: handoff
    examples: |
      - 상담원 연결
  - intent: find_staff
    examples: |
      - 담당자 전화번호
      - 부서 전화번호
      - 광고 담당자 연락처
"""


class CountingEncoder(HashingEncoder):
    """Remembers what it was asked to encode, and fails on what nobody should hand to an encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []
        self._lock = threading.Lock()

    def encode_queries(self, texts: list[str]) -> Vectors:
        with self._lock:
            self.queries += texts
        for text in texts:
            assert len(text) <= 500
            text.encode("utf-8")
        return super().encode_queries(texts)


def make_entry(entry_id: str = "visit.copier", **changes: object) -> Entry:
    values: dict[str, object] = {
        "id": entry_id,
        "category": entry_id.partition(".")[0],
        "question": "복사기를 써도 되나요?",
        "paraphrases": ("복사기 사용해도 될까요", "서류를 복사하고 싶어요"),
        "answer": "사무실의 복사기는 무료로 쓰실 수 있습니다.",
        "department": "general",
        "source": "이행표준",
        "valid_from": date(2026, 1, 1),
    }
    return Entry.model_validate({**values, **changes})


ENTRIES = [
    make_entry(),
    make_entry(
        "ads.fee",
        question="정부광고 수수료는 얼마인가요?",
        paraphrases=("광고 수수료율을 알려 주세요",),
        answer="수수료는 광고료의 10%입니다.",
        department="ads",
    ),
    make_entry(
        "edu.first",
        question="1학년 수업은 몇 차시인가요?",
        paraphrases=(),
        answer="최대 40차시입니다.",
        department="edu",
    ),
    make_entry(
        "edu.third",
        question="3학년 수업은 몇 차시인가요?",
        paraphrases=(),
        answer="최대 34차시입니다.",
        department="edu",
    ),
]

DUTIES = [
    Row("정부광고 대행", "department:ads", "duty"),
    Row("광고 수수료 정산", "department:ads", "duty"),
    Row("복사기와 사무실 관리", "department:general", "duty"),
]


@pytest.fixture
def faq_database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'faq.sqlite3'}")
    Base.metadata.create_all(database.engine)
    put(database, ENTRIES)
    yield database
    database.close()


def put(database: Database, entries: list[Entry], *, replace: bool = False) -> None:
    with database.session() as session:
        importing.apply(session, importing.plan(session, entries, replace=replace), NOW)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """A folder of labels, enough for answers at once with an alpha of 0.05."""
    return write_labels(tmp_path / "labels")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def make_service(
    tmp_path: Path, faq_database: Database, clock: FixedClock, encoder: CountingEncoder
) -> Callable[..., FaqService]:
    nlu = tmp_path / "nlu.yml"
    nlu.write_text(NLU, "utf-8")

    def make(**changes: object) -> FaqService:
        values = {"extra_rows": lambda: DUTIES, "nlu": nlu, "labels": tmp_path / "labels", **changes}
        return FaqService(faq_database, encoder, tmp_path, clock, **values)

    return make


@pytest.fixture
def service(make_service: Callable[..., FaqService]) -> FaqService:
    return make_service()
