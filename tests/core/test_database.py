"""Transactions, times and SQLite's settings, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import String, func, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.clock import SEOUL
from core.database import Database, UtcDateTime


class Own(DeclarativeBase):
    """Apart from the product's tables, which others compare with the migrations."""


class Note(Own):
    """A table for these tests."""

    __tablename__ = "test_notes"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(default=0)


@pytest.fixture
def database(database: Database) -> Database:
    Own.metadata.create_all(database.engine)
    return database


def count(database: Database) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(Note)) or 0


def test_a_transaction_commits_at_its_end(database: Database) -> None:
    with database.session() as session:
        session.add(Note(id="a"))
    assert count(database) == 1


def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.session() as session:
        session.add(Note(id="a"))
        session.flush()
        raise RuntimeError
    assert count(database) == 0


def test_an_error_of_the_database_rolls_everything_back(database: Database) -> None:
    with pytest.raises(IntegrityError), database.session() as session:
        session.add(Note(id="a"))
        session.flush()
        session.execute(text("INSERT INTO test_notes (id, count) VALUES ('a', 0)"))
    assert count(database) == 0


@pytest.mark.parametrize("zone", [UTC, SEOUL, timezone(timedelta(hours=-9, minutes=-30))])
def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc(database: Database, zone) -> None:
    at = datetime(2026, 11, 24, 10, 0, 0, 123456, tzinfo=zone)
    with database.session() as session:
        session.add(Note(id="a", at=at))
    with database.session() as session:
        kept = session.get_one(Note, "a").at
    assert kept == at
    assert kept.tzinfo == UTC


def test_no_moment_is_a_moment_too(database: Database) -> None:
    with database.session() as session:
        session.add(Note(id="a"))
    with database.session() as session:
        assert session.get_one(Note, "a").at is None


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.session() as session:
        session.add(Note(id="a", at=datetime(2026, 11, 24)))  # noqa: DTZ001 - the point of the test
    assert count(database) == 0


def test_times_are_compared_across_zones(database: Database) -> None:
    with database.session() as session:
        session.add(Note(id="early", at=datetime(2026, 11, 24, 9, 0, tzinfo=SEOUL)))
        session.add(Note(id="late", at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC)))
    with database.session() as session:
        after = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
        assert session.scalars(select(Note.id).where(Note.at > after)).all() == ["late"]


def test_two_writers_at_once_lose_no_update(database: Database) -> None:
    with database.session() as session:
        session.add(Note(id="a", count=0))

    def add() -> None:
        for _ in range(20):
            with database.session() as session:
                note = session.get_one(Note, "a", with_for_update=True)
                note.count += 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.session() as session:
        assert session.get_one(Note, "a").count == 80


def test_what_was_read_stays_usable_after_the_transaction(database: Database) -> None:
    with database.session() as session:
        session.add(Note(id="a", count=3))
    with database.session() as session:
        note = session.get_one(Note, "a")
    assert note.count == 3


def test_an_error_of_the_database_tells_no_values(database: Database) -> None:
    """Its text goes to logs and consoles; the values may be somebody's."""
    with pytest.raises(IntegrityError) as failed, database.session() as session:
        session.add_all([Note(id="010-1234-5678", count=1)])
        session.flush()
        session.execute(text("INSERT INTO test_notes (id, count) VALUES (:id, 0)"), {"id": "010-1234-5678"})
    assert "[parameters:" not in str(failed.value)


def test_sqlite_makes_its_folder_and_keeps_foreign_keys_in_wal_mode(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'down' / 'a.sqlite3'}")
    with database.session() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA busy_timeout")) == 10_000
    database.close()
