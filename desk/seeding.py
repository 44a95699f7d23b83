"""Loads a directory file into the database; doing it again changes nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from core.clock import SystemClock
from desk import directory_files, directory_import
from desk.people import By


def seed(session: Session, path: Path) -> None:
    """Add or update what the file holds (see `desk.directory_import.load`), which may have no mobile numbers.

    Raises `Invalid` when anything in it is wrong; then nothing was changed.
    """
    rows = directory_files.read(path.name, path.read_bytes())
    directory_import.load(session, None, rows, By(None), SystemClock().now())
