"""How a decision came about, in numbers: kept beside the message, so that it can be explained and replayed.

It holds no word of the question, and no personal data: hashes, ids of entries, and what the decision weighed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from faq.decision import MOST_CHOICES, Candidate, Thresholds, decide, outcome_of

KEPT = MOST_CHOICES
"""Candidates that are kept: the decision looks at the best one, and offers as many."""


@dataclass(frozen=True)
class Rated:
    """A candidate as it was rated, by these features of `faq.confidence`: it can be rated again."""

    faq_id: str
    confidence: float
    features: dict[str, float]


@dataclass(frozen=True)
class RecordedTurn:
    """A turn of the dialogue that was recognised."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class DecisionRecord:
    """One decision. `day` (ISO, Seoul) tells which entries were valid."""

    index: str  # the snapshot's version: it changes with each of the hashes
    hashes: dict[str, str]  # model, adapter, corpus, labels
    day: str
    thresholds: Thresholds
    candidates: tuple[Rated, ...]
    exact: str | None  # the entry that has this very question
    turn: RecordedTurn | None
    outcome: str  # faq, choices, unknown, or the turn's intent

    def to_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DecisionRecord:
        """The inverse of `to_json`; raises KeyError or TypeError on anything else."""
        rated = [Rated(**r) for r in data["candidates"]]
        turn = RecordedTurn(**data["turn"]) if data["turn"] else None
        thresholds = Thresholds(**data["thresholds"])
        return cls(**{**data, "candidates": tuple(rated), "turn": turn, "thresholds": thresholds})

    @property
    def on(self) -> date:
        """The day as a date."""
        return date.fromisoformat(self.day)

    @property
    def answer(self) -> str | None:
        """The entry that was answered with."""
        return self.candidates[0].faq_id if self.outcome == "faq" and self.candidates else None

    def derived(self) -> str:
        """The outcome, decided again from the recorded numbers alone."""
        if self.turn:
            return self.turn.intent
        rated = [Candidate(r.faq_id, "", r.confidence) for r in self.candidates]
        return outcome_of(decide(rated, self.thresholds))

    def same_decision(self, other: DecisionRecord) -> bool:
        """Whether both came to the same outcome by the same candidates, equally sure of each."""
        pairs = list(zip(self.candidates, other.candidates, strict=False))
        return (
            (self.outcome, self.answer, len(self.candidates))
            == (other.outcome, other.answer, len(other.candidates))
        ) and all(a.faq_id == b.faq_id and abs(a.confidence - b.confidence) < _SAME for a, b in pairs)


_SAME = 1e-4
"""Encoding a question alone or beside others may move its vector by a rounding error."""
