"""What staff write, checked in one place: whatever is said to a citizen has the same limit everywhere."""

from __future__ import annotations

from core.errors import Invalid

LONGEST = 4000
"""Characters of one reply, note, reason or card."""


def checked(text: str, missing: str = "보낼 내용을 입력해 주십시오.") -> str:
    """The text without blank edges; raises `Invalid` when it is empty (with `missing`) or too long."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(missing)
    if len(text) > LONGEST:
        raise Invalid(f"한 번에 {LONGEST:,}자까지 보낼 수 있습니다. 지금 {len(text):,}자입니다.")
    return text
