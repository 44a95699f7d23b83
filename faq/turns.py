"""Learns when a turn of the dialogue is meant: each example of an intent asked as if it weren't there,
against the questions that the FAQ answers, or that nobody does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.protocols import VectorIndex
from faq.calibration import Example
from faq.dialogue import DialogueIntents, TurnModel
from faq.lexical import morphemes
from faq.rows import Row
from faq.search import Ranking, Searcher

_FEWEST = 20


def calibrate_turns(
    intents: DialogueIntents,
    searcher: Searcher,
    questions: Sequence[Example],
    index: VectorIndex,
    rows: Sequence[Row],
    alpha: float,
) -> TurnModel | None:
    """The model of the dialogue's turns, or None where there are too few examples to learn from."""
    examples = [i for i, row in enumerate(rows) if row.kind == "example"]
    if len(examples) < _FEWEST or len(questions) < _FEWEST:
        return None
    x, right = [], []
    for own, number in enumerate(examples):
        vector = index.vectors(np.array([number]))[0]
        ranking = searcher.rank(vector, morphemes(rows[number].text))
        if turn := intents.nearest(rows[number].text, vector, faq_cosine(ranking), without=own):
            x.append(turn.features)
            right.append(turn.intent == rows[number].name)
    for question in questions:
        ranking = searcher.rank(question.vector, question.terms, without_row=question.without_row)
        if turn := intents.nearest(question.text, question.vector, faq_cosine(ranking)):
            x.append(turn.features)
            right.append(False)
    return TurnModel.fit(np.array(x), np.array(right), alpha)


def faq_cosine(ranking: Ranking) -> float:
    """The cosine of the FAQ's nearest question, -1 where it has none."""
    return float(ranking.cosine.max(initial=-1))
