"""What to do with a question: answer it, offer choices, or leave it to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

MOST_CHOICES = 3


@dataclass(frozen=True)
class Candidate:
    """An entry that may be meant. `confidence` (0..1) is that of answering with it alone."""

    faq_id: str
    question: str
    confidence: float


@dataclass(frozen=True)
class Answer:
    """Sure enough to answer at once."""

    faq_id: str
    confidence: float


@dataclass(frozen=True)
class Choices:
    """One of these is probably meant; the citizen picks."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class NoAnswer:
    """The FAQ doesn't know: a person does."""


Decision: TypeAlias = Answer | Choices | NoAnswer


@dataclass(frozen=True)
class Thresholds:
    """Confidence from which a question is answered, and from which choices are offered."""

    answer: float
    choices: float


def decide(candidates: list[Candidate], thresholds: Thresholds) -> Decision:
    """The decision on ranked candidates, the first of which is the best."""
    best = candidates[0] if candidates else None
    if best is None or best.confidence < thresholds.choices:
        return NoAnswer()
    if best.confidence >= thresholds.answer:
        return Answer(best.faq_id, best.confidence)
    return Choices(tuple(candidates[:MOST_CHOICES]))


def outcome_of(decision: Decision) -> str:
    """What a decision is called: `faq` (it answers), `choices` or `unknown`."""
    if isinstance(decision, Answer):
        return "faq"
    return "choices" if isinstance(decision, Choices) else "unknown"
