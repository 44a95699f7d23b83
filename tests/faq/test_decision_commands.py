"""`eungdae calibrate` and `eungdae explain` from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from channels.protocol import Inbound
from conversations.intake import Intake
from conversations.kinds import Kinds
from conversations.models import Message
from conversations.own_tickets import OwnTickets
from core.clock import FixedClock
from core.database import Base, Database
from core.privacy import Cipher, Vault
from core.secrets import load_secrets
from embeddings.hashing import HashingEncoder
from faq.bound import Bound
from web.cli.app import app
from web.cli.decision_commands import more_needed, told
from web.composition import build_faq

from .conftest import NOW, make_entry, put

runner = CliRunner()
PHONE = "010-2345-6789"


@pytest.fixture(autouse=True)
def installation(faq_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EUNGDAE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EUNGDAE_ENCODER", "hashing")
    monkeypatch.setenv("DATABASE_URL", faq_database.url)
    monkeypatch.setattr("core.logging.configure", lambda: None)
    Base.metadata.create_all(faq_database.engine)
    with capture_logs():
        yield tmp_path


def run(*arguments: str, code: int = 0) -> str:
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


@pytest.fixture
def ask(faq_database: Database, tmp_path: Path):
    """Ask as a citizen in a chat; gives the message's id."""
    from core.settings import load_settings

    clock = FixedClock(NOW)
    vault = Vault(Cipher(load_secrets(tmp_path).data_key), clock)
    faq = build_faq(load_settings(), faq_database, clock, HashingEncoder())
    own, kinds = OwnTickets(faq_database, vault, clock), Kinds(lambda: faq.encoder)
    intake = Intake(faq_database, vault, faq, own, kinds, clock)

    def ask(text: str) -> str:
        return intake.take_in(Inbound("web", "citizen", text, text)).message_id

    return ask


def test_calibrate_says_what_is_promised_or_how_many_labels_are_missing() -> None:
    assert "보증할 수 없어" in run("calibrate")
    figures = json.loads(run("calibrate", "--json"))
    assert figures["answered"] == 0
    assert {"labelled", "wrong", "upper", "threshold", "alpha", "confidence", "more_needed"} <= set(figures)


def test_the_promise_is_told_in_words_that_name_its_mix() -> None:
    good = Bound(0.93, 800, 300, 1, 0.0157, 0, 0.02, 0.95)
    text = " ".join(told(good, 0.33))
    assert "300건 중 오답 1건(상한 1.57%)" in text
    assert "오답 2.0% 이하(신뢰수준 95%)를 보증합니다" in text
    assert "33% 이하일 때" in text
    few = Bound(1.0, 100, 0, 0, 1.0, 50, 0.02, 0.95)
    assert more_needed(few) == 75
    assert "약 75건 더 필요합니다" in " ".join(told(few, 0.33))
    hopeless = Bound(1.0, 100, 0, 0, 1.0, None, 0.02, 0.95)
    assert "이대로는 보증되지 않습니다" in " ".join(told(hopeless, 0.33))


def test_an_answer_is_explained_by_its_record_and_replays(ask) -> None:
    record = ask("복사기를 써도 되나요?")
    explained = json.loads(run("explain", record, "--json"))
    assert (explained["outcome"], explained["derived"], explained["replayed"]) == ("faq", "faq", "faq")
    assert explained["same"]
    assert "같은 결과입니다" in run("explain", record)


def test_a_question_with_personal_data_replays_and_its_record_holds_none(ask, faq_database) -> None:
    record = ask(f"제 번호는 {PHONE}인데 복사기를 써도 되나요")
    assert json.loads(run("explain", record, "--json"))["same"]
    with faq_database.session() as session:
        kept = json.dumps(session.get_one(Message, record).data, ensure_ascii=False)
    assert "2345-6789" not in kept
    assert "번호는" not in kept


def test_when_the_index_is_gone_it_says_so_and_decides_again_by_the_numbers(ask, faq_database) -> None:
    record = ask("광고 수수료를 알고 싶은데요")
    put(faq_database, [make_entry(answer="이제는 유료입니다.")])
    explained = json.loads(run("explain", record, "--json"))
    assert explained["replayed"] is None
    assert explained["same"]
    assert "그때의 색인은 남아 있지 않아" in run("explain", record)


def test_a_record_that_was_tampered_with_does_not_replay(ask, faq_database) -> None:
    record = ask("복사기를 써도 되나요?")
    with faq_database.session() as session:
        message = session.get_one(Message, record)
        data = json.loads(json.dumps(message.data))
        data["decision"]["record"]["outcome"] = "unknown"
        message.data = data
    assert "다른 결과입니다" in run("explain", record, code=1)


def test_what_has_no_record_is_said_so(ask) -> None:
    for name in ("0" * 32, ask("안녕하세요")):
        result = runner.invoke(app, ["explain", name])
        assert result.exit_code == 1
        assert "기록이 없습니다" in str(result.exception)
