"""Learns when a turn of the dialogue is meant: each example of an intent asked as if it weren't there,
against the questions that the FAQ answers, or that nobody does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from faq.calibration import Example
from faq.dialogue import DialogueIntents, TurnModel
from faq.question import Question
from faq.search import Ranking, Searcher

_FEWEST = 20
_MISTAKEN = 0.07
"""Of the turns recognised at most this share is something else: it costs a detour, never a wrong answer."""


def calibrate_turns(
    intents: DialogueIntents,
    searcher: Searcher,
    questions: Sequence[Example],
    examples: Sequence[tuple[int, Question]],
) -> TurnModel | None:
    """The model of the dialogue's turns, or None where there are too few examples to learn from."""
    if len(examples) < _FEWEST or len(questions) < _FEWEST:
        return None
    x, right = [], []
    for own, (_, example) in enumerate(examples):
        ranking = searcher.rank(example)
        if turn := intents.nearest(example, faq_cosine(ranking), without=own):
            x.append(turn.features)
            right.append(turn.intent == intents.names[own])
    for asked in questions:
        ranking = searcher.rank(asked.question, without_row=asked.without_row)
        if turn := intents.nearest(asked.question, faq_cosine(ranking)):
            x.append(turn.features)
            right.append(False)
    return TurnModel.fit(np.array(x), np.array(right), _MISTAKEN)


def faq_cosine(ranking: Ranking) -> float:
    """The cosine of the FAQ's nearest question, -1 where it has none."""
    return float(ranking.cosine.max(initial=-1))
