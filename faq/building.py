"""Builds a snapshot: encode, index, learn from the labels that teach, and let the others judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from embeddings.index import build_index
from faq.calibration import Example, learn, scale_of
from faq.confidence import Doubles
from faq.labels import Label, judging
from faq.question import Question
from faq.snapshot import Content, Encode, Identity, Snapshot, encode_rows
from faq.turns import calibrate_turns
from faq.understand import weigh


def build_snapshot(identity: Identity, content: Content, encode: Encode) -> Snapshot:
    """Encode, index and calibrate; about 3 ms a question, 20 ms a passage with the default encoder."""
    rows = content.rows
    alpha, confidence, outside_share = identity.alpha, identity.confidence, identity.outside_share
    snapshot = Snapshot(identity, content, build_index(encode_rows(rows, encode)), None)
    searcher = snapshot.searcher
    asked = [(question, int(searcher.entry_of[row])) for row, question in snapshot.questions("question")]
    wrong = scale_of(searcher, snapshot.refusals, asked)
    examples = _examples(snapshot, [label for label in content.labels if label.teaches], encode)
    current = [label for label in content.labels if label.faq_id is None or label.faq_id in snapshot.entries]
    judges = judging(current, outside_share)
    learned = learn(
        searcher, snapshot.refusals, wrong, examples, alpha, confidence, outside_share, len(judges)
    )
    turns = calibrate_turns(snapshot.intents, searcher, examples, snapshot.questions("example"))
    snapshot.calibrated(replace(learned, turns=turns, tied_to=identity.version))
    confidences, right = ask_judges(snapshot, judges, encode)
    return snapshot.calibrated(snapshot.calibration.judged_by(confidences, right, alpha, confidence))


def ask_judges(
    snapshot: Snapshot, judges: Sequence[Label], encode: Encode
) -> tuple[Doubles, NDArray[np.bool_]]:
    """How sure the snapshot is of each question that judges, and whether it is right, float64[n] and bool[n].

    Asked as a citizen asks, through the whole decision; 0 where a turn of the dialogue is recognised.
    """
    texts = [snapshot.intents.without_courtesies(label.text) for label in judges]
    weighed = [
        weigh(snapshot, Question.of(text, vector))
        for text, vector in zip(texts, encode(texts, False), strict=True)
    ]
    confidences = [0.0 if w.turn or not w.candidates else w.candidates[0].confidence for w in weighed]
    right = [
        bool(w.candidates) and w.candidates[0].faq_id == label.faq_id
        for w, label in zip(weighed, judges, strict=True)
    ]
    return np.array(confidences, dtype=np.float64), np.array(right, dtype=bool)


def _examples(snapshot: Snapshot, taught: Sequence[Label], encode: Encode) -> list[Example]:
    """Labelled questions, refusals, and paraphrases asked as if their row weren't there."""
    searcher = snapshot.searcher
    numbers = {name: number for number, name in enumerate(searcher.names)}
    answerable = [label for label in taught if label.faq_id in numbers]
    vectors = encode([label.text for label in answerable], False)
    fresh = [
        Example(Question.of(label.text, vector), numbers[str(label.faq_id)])
        for label, vector in zip(answerable, vectors, strict=True)
    ]
    refused = [
        Example(question, -1, without_refusal=place)
        for place, (_, question) in enumerate(snapshot.questions("refusal"))
    ]
    reworded = [
        Example(question, int(searcher.entry_of[row]), without_row=row)
        for row, question in snapshot.questions("paraphrase")
    ]
    return fresh + refused + reworded
