"""From a cleaned message to its meaning, by one snapshot."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from faq.confidence import FEATURES, Doubles, features
from faq.decision import Candidate, Decision, NoAnswer, decide, outcome_of
from faq.entries import same_question
from faq.question import Question
from faq.records import KEPT, DecisionRecord, Rated, RecordedTurn
from faq.search import Ranking
from faq.snapshot import Snapshot
from faq.turns import faq_cosine
from faq.understanding import Understanding

CANDIDATES = 10


@dataclass(frozen=True)
class Weighed:
    """A question before the thresholds: what may answer it, best first, and how that came about."""

    candidates: tuple[Candidate, ...]
    seen: tuple[Doubles, ...]  # the features of each
    exact: str | None  # the entry that has this very question
    turn: RecordedTurn | None  # the turn of the dialogue that is meant instead


def understand(snapshot: Snapshot, text: str, encoder: Encoder, today: date) -> Understanding:
    """What `text` (not empty, cleaned) means today."""
    core = snapshot.intents.without_courtesies(text)
    return decide_on(snapshot, Question.of(core, encoder.encode_queries([core])[0]), today)


def decide_on(snapshot: Snapshot, question: Question, today: date) -> Understanding:
    """What a question means today."""
    weighed = weigh(snapshot, question, snapshot.allowed(today))
    decision: Decision = NoAnswer()
    if weighed.turn:
        intent, confidence = weighed.turn.intent, weighed.turn.confidence
    else:
        decision = decide(list(weighed.candidates), snapshot.calibration.thresholds)
        intent = outcome_of(decision)
        confidence = _sureness(intent, weighed.candidates)
    return Understanding(
        intent,
        confidence,
        decision,
        snapshot.departments.rank(question.vector, question.terms),
        weighed.candidates,
        _record(snapshot, weighed, intent, today).to_json(),
    )


def weigh(snapshot: Snapshot, question: Question, allowed: NDArray[np.bool_] | None = None) -> Weighed:
    """Candidates with the confidence of each, or a turn; an entry that has this very question is certain."""
    ranking = snapshot.searcher.rank(question, allowed)
    names = [snapshot.searcher.names[entry] for entry in ranking.entries[:CANDIDATES]]
    exact = snapshot.exact.get(same_question(question.text))
    if exact not in names:
        exact = None
    refused = snapshot.refusals.nearness(question.vector)
    seen = np.array([features(ranking, question, refused, place) for place in range(len(names))])
    rated = list(zip(names, snapshot.calibration.confidences(seen), seen, strict=True))
    if exact:
        rated = [(exact, 1.0, row) for name, _, row in rated if name == exact] + [
            one for one in rated if one[0] != exact
        ]
    candidates = tuple(Candidate(name, snapshot.entries[name].question, p) for name, p, _ in rated)
    turn = _dialogue_turn(snapshot, question, ranking, exact)
    return Weighed(candidates, tuple(row for _, _, row in rated), exact, turn)


def _dialogue_turn(
    snapshot: Snapshot, question: Question, ranking: Ranking, exact_entry: str | None
) -> RecordedTurn | None:
    """The turn of the dialogue that is meant; None where it's a question."""
    if exact := snapshot.intents.exact(question.text):
        return RecordedTurn(exact, 1.0)
    model = snapshot.calibration.turns
    turn = snapshot.intents.nearest(question, faq_cosine(ranking))
    if model is None or turn is None or exact_entry is not None:
        return None
    confidence = model.predict(turn.features)
    return RecordedTurn(turn.intent, confidence) if confidence >= model.threshold else None


def _sureness(outcome: str, candidates: tuple[Candidate, ...]) -> float:
    best = candidates[0].confidence if candidates else 0.0
    return 1 - best if outcome == "unknown" else best


def _record(snapshot: Snapshot, weighed: Weighed, outcome: str, today: date) -> DecisionRecord:
    kept = zip(weighed.candidates[:KEPT], weighed.seen, strict=False)
    return DecisionRecord(
        index=snapshot.version,
        hashes={name: str(value) for name, value in asdict(snapshot.identity).items()},
        day=today.isoformat(),
        thresholds=snapshot.calibration.thresholds,
        candidates=tuple(
            Rated(c.faq_id, c.confidence, dict(zip(FEATURES, np.round(seen, 6).tolist(), strict=True)))
            for c, seen in kept
        ),
        exact=weighed.exact,
        turn=weighed.turn,
        outcome=outcome,
    )
