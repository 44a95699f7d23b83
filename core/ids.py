"""Identifiers that sort by the time they were made and can't be guessed."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """32 hexadecimal digits: 48 bits of Unix milliseconds, then 80 random bits (the shape of a UUIDv7)."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
