"""What the adapter learns from: a question, an entry, and what was said about the two."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """A masked question; `signal` is one of `LabelledPair.signal`. `faq_id` None: no entry answers it."""

    text: str
    faq_id: str | None
    signal: str
