"""From a cleaned message to its meaning, by one snapshot."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from embeddings.protocols import Encoder
from faq.decision import Answer, Candidate, Choices, Decision, NoAnswer, decide
from faq.entries import same_question
from faq.question import Question
from faq.search import Ranking
from faq.snapshot import Snapshot
from faq.turns import faq_cosine
from faq.understanding import Understanding

CANDIDATES = 10


def understand(snapshot: Snapshot, text: str, encoder: Encoder, today: date) -> Understanding:
    """What `text` (not empty, cleaned) means today."""
    core = snapshot.intents.without_courtesies(text)
    return decide_on(snapshot, Question.of(core, encoder.encode_queries([core])[0]), today)


def decide_on(snapshot: Snapshot, question: Question, today: date) -> Understanding:
    """What a question means today."""
    ranking = snapshot.searcher.rank(question, snapshot.allowed(today))
    candidates = rate(snapshot, question, ranking)
    decision: Decision = decide(candidates, snapshot.calibration.thresholds)
    if turn := _dialogue_turn(snapshot, question, ranking, candidates):
        intent, confidence = turn
        decision = NoAnswer()
    else:
        intent, confidence = _intent_of(decision, candidates)
    return Understanding(
        intent,
        confidence,
        decision,
        snapshot.departments.rank(question.vector, question.terms),
        tuple(candidates),
        _record(snapshot, intent, candidates, ranking),
    )


def rate(snapshot: Snapshot, question: Question, ranking: Ranking) -> list[Candidate]:
    """The best candidates with the confidence of each; an entry that has this very question is certain."""
    calibration, names = snapshot.calibration, snapshot.searcher.names
    refused = snapshot.refusals.nearness(question.vector)
    confidences = calibration.confidences(ranking, question, refused, CANDIDATES)
    rated = [(names[entry], p) for entry, p in zip(ranking.entries, confidences, strict=False)]
    exact = snapshot.exact.get(same_question(question.text))
    if exact is not None and any(name == exact for name, _ in rated):
        rated = [(exact, 1.0), *((name, p) for name, p in rated if name != exact)]
    return [Candidate(name, snapshot.entries[name].question, p) for name, p in rated]


def _dialogue_turn(
    snapshot: Snapshot, question: Question, ranking: Ranking, candidates: list[Candidate]
) -> tuple[str, float] | None:
    """The turn of the dialogue that is meant, with its confidence; None where it's a question."""
    if exact := snapshot.intents.exact(question.text):
        return exact, 1.0
    model = snapshot.calibration.turns
    turn = snapshot.intents.nearest(question, faq_cosine(ranking))
    if model is None or turn is None or (candidates and candidates[0].confidence == 1.0):
        return None
    confidence = model.predict(turn.features)
    return (turn.intent, confidence) if confidence >= model.threshold else None


def _intent_of(decision: Decision, candidates: list[Candidate]) -> tuple[str, float]:
    best = candidates[0].confidence if candidates else 0.0
    if isinstance(decision, Answer):
        return "faq", best
    return ("choices", best) if isinstance(decision, Choices) else ("unknown", 1 - best)


def _record(snapshot: Snapshot, intent: str, candidates: list[Candidate], ranking: Ranking) -> dict[str, Any]:
    shown = min(3, len(ranking))
    return {
        "index": snapshot.version,
        "outcome": intent,
        "thresholds": asdict(snapshot.calibration.thresholds),
        "candidates": [[c.faq_id, round(c.confidence, 4)] for c in candidates[:3]],
        "scores": [round(float(score), 4) for score in ranking.score[:shown]],
        "coverage": [round(float(share), 4) for share in ranking.coverage[:shown]],
    }
