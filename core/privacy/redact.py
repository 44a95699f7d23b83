"""Text for the encoder, the index and the log: personal data is replaced by the word for its kind."""

from __future__ import annotations

from core.privacy.detect import find
from core.privacy.references import LABELS


def redact(text: str) -> str:
    """The text with "(전화번호)" and the like where personal data stood; nothing is kept of it."""
    for found in reversed(find(text)):
        text = f"{text[: found.start]}({LABELS[found.kind]}){text[found.end :]}"
    return text
