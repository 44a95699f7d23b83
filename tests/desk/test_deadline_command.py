"""`eungdae deadline`: both dates for a moment of receipt, from the command line."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.database import Base, Database
from desk import overrides
from desk.models import Department, Staff
from web.cli.app import app

COMMAND = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that isn't there yet."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("EUNGDAE_DATABASE_URL", "")
    monkeypatch.setenv("EUNGDAE_DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


def asked(*words: str) -> dict[str, str]:
    done = COMMAND.invoke(app, ["deadline", *words, "--json"])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    "received",
    ["2026-04-30 10:00", "2026-04-30T10:00:00+09:00", "2026-04-30T01:00Z", " 2026-04-29 21:00-04:00 "],
)
def test_both_dates_are_told_whatever_the_zone_of_the_question(received: str, home: Path) -> None:
    dates = {"promise_due": "2026-05-07", "working_hours_target": "2026-05-07T10:00:00+09:00"}
    assert asked(received) == dates
    assert not home.exists()


@pytest.mark.parametrize("words", ["", "내일", "2026-02-30 10:00", "2026-04-30 25:00", "10:00"])
def test_what_is_no_date_is_answered_with_one_line_that_shows_how(words: str) -> None:
    done = COMMAND.invoke(app, ["deadline", words])
    assert done.exit_code == 1
    assert "2026-04-30 10:00" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", ["9999-12-31 23:00", "0001-01-01 00:00+14:00", "2100-12-31", "1948-01-01"])
def test_a_year_whose_holidays_nobody_knows_is_refused(words: str) -> None:
    done = COMMAND.invoke(app, ["deadline", words])
    assert done.exit_code == 1
    assert "1949년부터 2100년까지" in done.stderr


def test_without_json_people_read_it() -> None:
    said = COMMAND.invoke(app, ["deadline", "2026-04-30 10:00"]).output
    assert "답변 약속일: 2026-05-07" in said
    assert "2026-05-07 10:00" in said


def test_a_day_that_the_foundation_closed_counts(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'eungdae.sqlite3'}")
    Base.metadata.create_all(database.engine)
    with database.session() as session:
        session.add(Department(id="front", name="고객지원팀", phone="02-000-1000"))
        staff = Staff(id="kim", username="kim", name="김담당", department_id="front")
        session.add(staff)
        session.flush()
        put_at = datetime(2026, 4, 1, tzinfo=UTC)
        overrides.put(session, date(2026, 5, 6), False, "임시 공휴일", staff, put_at)
    database.close()
    dates = {"promise_due": "2026-05-08", "working_hours_target": "2026-05-08T10:00:00+09:00"}
    assert asked("2026-04-30 10:00") == dates


def test_an_older_database_without_the_table_is_no_hindrance(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'eungdae.sqlite3'}")
    with database.session():
        pass
    database.close()
    assert asked("2026-04-30 10:00")["promise_due"] == "2026-05-07"


def test_a_database_that_cannot_be_read_is_said_beside_the_dates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EUNGDAE_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    done = COMMAND.invoke(app, ["deadline", "2026-04-30 10:00", "--json"])
    assert json.loads(done.stdout)["promise_due"] == "2026-05-07"
    assert "공휴일만으로" in done.stderr
