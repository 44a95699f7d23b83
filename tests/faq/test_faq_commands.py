"""The FAQ from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from typer.testing import CliRunner

from core.database import Database
from desk.models import AccessLog
from faq import repository
from faq.entries import Entry
from faq.sources import load_sources, write_entries
from web.cli.app import app

from .conftest import ENTRIES, put

runner = CliRunner()


@pytest.fixture(autouse=True)
def installation(faq_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EUNGDAE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EUNGDAE_ENCODER", "hashing")
    monkeypatch.setenv("DATABASE_URL", faq_database.url)
    # It would tie the log of the whole test run to this command's standard error.
    monkeypatch.setattr("core.logging.configure", lambda: None)
    with capture_logs():
        yield tmp_path


def run(*arguments: str, stdin: str | None = None, code: int = 0):
    result = runner.invoke(app, [str(a) for a in arguments], input=stdin)
    assert result.exit_code == code, result.output
    return result


def test_ask_answers_in_one_line_of_json() -> None:
    found = json.loads(run("ask", "복사기를 써도 되나요?", "--json").stdout)
    assert set(found) == {"decision", "faq_id", "answer", "choices", "confidence", "latency_ms"}
    assert (found["decision"], found["faq_id"]) == ("answer", "visit.copier")
    assert found["choices"][0] == {
        "faq_id": "visit.copier",
        "question": "복사기를 써도 되나요?",
        "confidence": 1.0,
    }
    assert found["latency_ms"] > 0


def test_ask_hands_off_what_it_does_not_know_and_still_names_candidates() -> None:
    found = json.loads(run("ask", "오늘 날씨가 좋습니다", "--json").stdout)
    assert (found["decision"], found["faq_id"], found["answer"]) == ("handoff", None, None)
    assert found["choices"]
    assert "담당자에게 넘깁니다" in run("ask", "오늘 날씨가 좋습니다").stdout


def test_ask_survives_an_empty_question() -> None:
    assert json.loads(run("ask", "", "--json").stdout)["choices"] == []


def test_evaluate_asks_the_loaded_faq_and_reads_standard_input(installation: Path) -> None:
    rows = [
        {"qid": "1", "query": "복사기를 써도 되나요", "gold": ["visit.copier"]},
        {"qid": "2", "query": "점심 뭐 먹지", "gold": []},
    ]
    stdin = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    out = installation / "out.jsonl"
    result = run("evaluate", "--queries", "-", "--json", "--per-query", out, stdin=stdin)
    figures = json.loads(result.stdout)
    assert {"queries", "top1", "top3", "mrr", "auroc", "answered_share", "wrong_share"} <= set(figures)
    assert (figures["queries"], figures["top1"], figures["wrong_share"]) == (2, 1.0, 0.0)
    assert [json.loads(line)["qid"] for line in out.read_text("utf-8").splitlines()] == ["1", "2"]


def test_evaluate_takes_any_index(installation: Path) -> None:
    index, queries = installation / "index.jsonl", installation / "queries.jsonl"
    index.write_text('{"id": "x", "question": "주차 되나요?", "answer": null}\n', "utf-8")
    queries.write_text('{"qid": "1", "query": "주차되나요", "gold": ["x"]}\n', "utf-8")
    result = run("evaluate", "--index", index, "--queries", queries, "--json")
    assert json.loads(result.stdout)["answered_share"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--index", "-", "--queries", "-"], "한 번만"),
        (["--queries", "/nowhere.jsonl"], "/nowhere.jsonl"),
    ],
)
def test_evaluate_says_what_is_wrong(arguments: list[str], message: str) -> None:
    assert message in run("evaluate", *arguments, code=1).stderr


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "하나도 없습니다"), ("질문".encode("euc-kr"), "UTF-8")]
)
def test_evaluate_refuses_a_file_without_questions_and_one_that_is_not_utf_8(
    tmp_path: Path, content: bytes, message: str
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_bytes(content)
    assert message in run("evaluate", "--queries", queries, code=1).stderr


def test_import_shows_what_changes_and_a_dry_run_writes_nothing(installation: Path) -> None:
    file = installation / "faq.xlsx"
    write_entries(file, [ENTRIES[0].model_copy(update={"answer": "다른 답변"}), ENTRIES[1]])
    assert "~ visit.copier" in run("import", file, "--dry-run").stdout
    assert json.loads(run("import", file, "--json").stdout) == {
        "added": [],
        "changed": ["visit.copier"],
        "removed": [],
        "unchanged": 1,
        "written": True,
    }
    assert "변경 0" in run("import", file).stdout


def test_import_refuses_a_bad_file_as_a_whole(installation: Path, faq_database: Database) -> None:
    file = installation / "faq.csv"
    file.write_text(
        "id,category,question,answer,department,source,valid_from\nnew.one,new,질문,답,d,s,어제\n", "utf-8"
    )
    assert "faq.csv:2: valid_from: 날짜가" in run("import", file, code=1).stderr
    assert "new.one" not in run("export", installation / "all.yml").stdout
    assert len(load_sources([installation / "all.yml"])) == len(ENTRIES)


@pytest.fixture
def regression(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        {"text": "정부광고 수수료는 얼마?", "id": "ads.fee"},
        {"text": "복사기 되나요", "id": "visit.copier"},
    ]
    (installation / "cases.jsonl").write_text("\n".join(map(json.dumps, cases)), "utf-8")
    monkeypatch.setenv("EUNGDAE_REGRESSION_SET", str(installation))


@pytest.mark.parametrize("arguments", [[], ["--dry-run"], ["--json"]])
def test_import_refuses_what_breaks_the_regression_set_and_names_the_questions(
    installation: Path, faq_database: Database, regression, arguments: list[str]
) -> None:
    file = installation / "faq.csv"
    write_entries(file, [entry for entry in ENTRIES if entry.id != "ads.fee"])
    refused = run("import", file, "--replace", *arguments, code=1)
    assert "“정부광고 수수료는 얼마?” 기대: ads.fee, 결과: " in refused.stderr
    assert "“복사기 되나요”" not in refused.stderr
    assert len(stored(faq_database)) == len(ENTRIES)


def test_import_by_force_names_the_questions_and_is_audited(
    installation: Path, faq_database: Database, regression
) -> None:
    file = installation / "faq.csv"
    write_entries(file, [entry for entry in ENTRIES if entry.id != "ads.fee"])
    forced = run("import", file, "--replace", "--force")
    assert "“정부광고 수수료는 얼마?”" in forced.stderr
    assert len(stored(faq_database)) == len(ENTRIES) - 1
    with faq_database.session() as session:
        (line,) = session.scalars(select(AccessLog))
    assert (line.address, line.action, line.subject) == ("cli", "faq.import.forced", "1 broken")


def stored(database: Database) -> list[Entry]:
    with database.session() as session:
        return repository.all_entries(session)


def test_export_gives_the_same_back(installation: Path) -> None:
    for name in ("all.yml", "all.csv", "all.xlsx"):
        run("export", installation / name)
        assert "그대로 4" in run("import", installation / name, "--replace").stdout
    assert "읽을 수 있는 파일은" in run("export", installation / "all.txt", code=1).stderr


def test_index_takes_over_what_was_imported(faq_database: Database) -> None:
    first = json.loads(run("index", "--json").stdout)
    assert first["entries"] == len(ENTRIES)
    put(faq_database, ENTRIES[:1], replace=True)
    second = json.loads(run("index", "--json").stdout)
    assert second["entries"] == 1
    assert second["version"] != first["version"]


def test_without_a_database_one_line_says_what_helps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert "make setup" in run("ask", "질문", code=1).stderr
