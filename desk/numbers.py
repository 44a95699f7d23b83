"""Ticket numbers: "E-20261122-7F3K", easy to read out, not to be guessed."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime

from core.clock import SEOUL

# Base 32 without 0/O and 1/I, which are mistaken for each other on paper and on the telephone.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_SHAPE = re.compile(rf"(?<![A-Z0-9])E?(\d{{8}})([{ALPHABET}]{{4}})(?![A-Z0-9])")


def draw(received_at: datetime) -> str:
    """A new number for the day in Seoul, one of a million: the caller makes sure that it is free."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(4))
    return f"E-{received_at.astimezone(SEOUL):%Y%m%d}-{tail}"


def normalise(text: str) -> str | None:
    """The number as it is stored, from any spacing, case or width; None when the text can't be one."""
    bare = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).upper()
    match = _SHAPE.search(bare)
    return f"E-{match[1]}-{match[2]}" if match else None
