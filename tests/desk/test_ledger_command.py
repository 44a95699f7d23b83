"""`eungdae ledger`: figures on the terminal, and a published file held against the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.database import Database
from core.privacy import Vault
from desk import ledger
from desk.models import Promise
from tests.desk.test_promises import THURSDAY_MIDNIGHT, Ledgered
from web.cli.app import app


@pytest.fixture
def broken(desk: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Ledgered:
    """A forgotten ticket in the database of the command line."""
    monkeypatch.setenv("DATABASE_URL", desk.url)
    ticket = Ledgered(desk, vault)
    ticket.watched(THURSDAY_MIDNIGHT)
    return ticket


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["ledger", *map(str, arguments)])


def test_the_months_figures_come_with_the_hash_of_its_entries(broken: Ledgered, tmp_path: Path) -> None:
    result = run("--month", "2026-11", "--entries", tmp_path / "ledger.csv", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["promises"]["reply"] == {"promised": 0, "kept": 0, "broken": 1, "excused": 0, "rate": 0.0}
    assert told["sha256"] == ledger.digest((tmp_path / "ledger.csv").read_text())
    shown = run("--month", "2026-11")
    assert "1건 중 0건" in shown.output
    assert told["sha256"] in shown.output


def test_a_published_file_is_checked_and_a_forged_ledger_found(
    broken: Ledgered, desk: Database, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.csv"
    run("--month", "2026-11", "--entries", file)
    good = run("--check", file)
    assert good.exit_code == 0
    assert "원장과 맞습니다" in good.output
    with desk.session() as session:
        session.get_one(Promise, broken.entry("reply").id).state = "kept"
    forged = run("--check", file)
    assert forged.exit_code == 1
    assert f"바뀐 항목 1건: {broken.entry('reply').id}" in forged.output
    assert json.loads(run("--check", file, "--json").stdout)["agrees"] is False


@pytest.mark.parametrize("arguments", [["--month", "November"], ["--month", "2026-13"]])
def test_a_month_that_is_none_is_refused_in_one_line(broken: Ledgered, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.output.startswith("달은 2026-11과 같은")


@pytest.mark.parametrize("content", [b"name,phone\n1,2\n", b"\xff\xfe"])
def test_another_file_is_refused_in_one_line(broken: Ledgered, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)
    result = run("--check", file)
    assert result.exit_code == 1
    assert "원장의 CSV 파일이 아닙니다" in result.output
