"""Texts that leave the ticket they came from: nobody may be recognised in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from core.errors import Invalid
from core.privacy import redact
from core.privacy.references import LABELS

_MASKS = tuple(f"({word})" for word in LABELS.values())


def checked(text: str) -> str:
    """The text; raises `Invalid` where personal data stands in it, or a mask for some.

    This finds what can be found by rule: whoever publishes still reads it.
    """
    if redact(text) != text or any(mask in text for mask in _MASKS):
        raise Invalid("개인정보로 보이거나 가려진 글이 있습니다. 지운 뒤에 추가해 주십시오.")
    return text


def without(own: Iterable[str | None], text: str) -> str:
    """The text; raises `Invalid` where one of the citizen's `own` data (name, telephone, …) stands in it."""
    dense = _dense(text)
    if any(len(value) > 1 and value in dense for value in map(_dense, filter(None, own))):
        raise Invalid("고객의 성명이나 연락처가 들어 있습니다. 지운 뒤에 추가해 주십시오.")
    return text


def _dense(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() or c == "@")
