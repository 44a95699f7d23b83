"""What one message was understood to mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from faq.decision import Candidate, Decision, NoAnswer


@dataclass(frozen=True)
class Understanding:
    """The result of `FaqService.understand`.

    `intent` is `faq` (the decision is an Answer), `choices`, `unknown` (NoAnswer), or an intent of the
    dialogue, where one of its examples fits better than any entry.
    """

    intent: str
    confidence: float
    decision: Decision = field(default_factory=NoAnswer)
    departments: tuple[tuple[str, float], ...] = ()  # ranked: (id, score)
    candidates: tuple[Candidate, ...] = ()  # ranked, also where nothing is answered
    record: dict[str, Any] = field(default_factory=dict)  # a `DecisionRecord`; empty where nothing was asked


NOTHING = Understanding("unknown", 1.0)
