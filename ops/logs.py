"""A child's log file: its owner's alone, and never endless."""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1_000_000


class RotatingLog:
    """Bytes go into `<path>`; a full one becomes `<path>.1`, and so on, the oldest is dropped."""

    def __init__(self, path: Path, limit: int = 10 * MEGABYTE, kept: int = 5) -> None:
        self._path, self._limit, self._kept = path, limit, kept
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._open()

    def write(self, data: bytes) -> None:
        """Append, and turn the file over when it is full."""
        os.write(self._descriptor, data)
        self._size += len(data)
        if self._size >= self._limit:
            self.close()
            self._turn()
            self._open()

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _open(self) -> None:
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = os.fstat(self._descriptor).st_size

    def _turn(self) -> None:
        for number in range(self._kept, 0, -1):
            older = self._path if number == 1 else self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
