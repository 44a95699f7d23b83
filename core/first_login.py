"""The first staff log-in, kept for its owner's eyes until the password is changed."""

from __future__ import annotations

import os
from pathlib import Path

_NAME = "first-login.txt"


def keep(data_dir: Path, username: str, password: str) -> None:
    """Write the generated log-in into a file that only its owner can read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(data_dir / _NAME, flags, 0o600), "w") as file:
        file.write(f"{username} {password}\n")


def read(data_dir: Path) -> tuple[str, str] | None:
    """User name and password, or None once the password was changed."""
    path = data_dir / _NAME
    if not path.exists():
        return None
    username, _, password = path.read_text().strip().partition(" ")
    return username, password


def forget(data_dir: Path, username: str) -> None:
    """Remove the file when it is this account's: its password is another one now."""
    kept = read(data_dir)
    if kept and kept[0] == username:
        (data_dir / _NAME).unlink()
