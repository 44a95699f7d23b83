"""Fits an adapter: near the identity, so that what the encoder knows of everything else stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Vectors
from faq.adapter import Adapter
from faq.cache import VectorCache
from faq.entries import same_question
from faq.lessons import Lesson
from faq.rows import Row

TEMPERATURE = 0.05
NEARNESS = 0.3
"""How much the squared distance from the identity costs, beside the mean loss of the lessons."""
STEPS = 150
STEP = 3e-4
NEIGHBOURS = 20


@dataclass(frozen=True)
class _Data:
    """Lessons and the rows near them: those of the right entries, and those that may be mistaken for them."""

    questions: Vectors
    rows: Vectors
    entry_of: NDArray[np.int64]  # of each row, counted from 0 without gaps
    passage: NDArray[np.bool_]
    gold: NDArray[np.int64]
    weight: NDArray[np.float32]
    own: NDArray[np.bool_]  # [lessons, rows]: the row is the lesson itself, and must not find it


def fit(lessons: Sequence[Lesson], rows: Sequence[Row], vectors: VectorCache) -> Adapter:
    """The map that brings questions nearer to their entries than to others; `rows` are those of the FAQ.

    `vectors` are the bare encoder's. The same lessons give the same adapter.
    """
    import torch  # noqa: PLC0415 - seconds, for those who don't tune

    data = _data(lessons, rows, vectors)
    questions, texts = torch.from_numpy(data.questions), torch.from_numpy(data.rows)
    entries = torch.from_numpy(data.entry_of)
    own, weight = torch.from_numpy(data.own), torch.from_numpy(data.weight)
    share = weight.abs() / weight.abs().sum()
    gold, count = torch.from_numpy(data.gold), int(data.entry_of.max()) + 1
    change = torch.zeros(questions.shape[1], questions.shape[1], requires_grad=True)
    optimiser = torch.optim.Adam([change], lr=STEP)
    for _ in range(STEPS):
        mapped = torch.nn.functional.normalize(questions + questions @ change, dim=1)
        near = torch.nn.functional.normalize(texts + texts @ change, dim=1)
        cosines = (mapped @ near.T).masked_fill(own, -1.0) / TEMPERATURE
        loss = NEARNESS * change.square().sum()
        for kind in (data.passage, ~data.passage):
            of_kind = torch.from_numpy(kind)
            # The best row of each entry speaks for it, as in the search.
            best = torch.full((len(cosines), count), -1 / TEMPERATURE).scatter_reduce(
                1, entries[of_kind].expand(len(cosines), -1), cosines[:, of_kind], "amax"
            )
            likely = torch.log_softmax(best, dim=1)[torch.arange(len(gold)), gold]
            unlikely = torch.log1p(-likely.exp().clamp(max=1 - 1e-6))
            loss = loss - (share * torch.where(weight > 0, likely, unlikely)).sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    matrix = np.eye(questions.shape[1], dtype=np.float32) + change.detach().numpy()
    return Adapter(matrix.astype(np.float32), vectors.encoder.fingerprint)


def _data(lessons: Sequence[Lesson], rows: Sequence[Row], vectors: VectorCache) -> _Data:
    questions = vectors.encode([lesson.text for lesson in lessons], False)
    passage = np.array([row.kind == "passage" for row in rows])
    encoded = np.zeros((len(rows), questions.shape[1]), dtype=np.float32)
    for kind in (True, False):
        places = np.flatnonzero(passage == kind)
        encoded[places] = vectors.encode([rows[place].text for place in places.tolist()], kind)
    wanted = {lesson.faq_id for lesson in lessons}
    kept = np.array([row.name in wanted for row in rows])
    for start in range(0, len(questions), 256):  # a large corpus needn't be compared at once
        cosines = questions[start : start + 256] @ encoded.T
        nearest = np.argpartition(-cosines, min(NEIGHBOURS, len(rows) - 1), axis=1)[:, :NEIGHBOURS]
        kept[nearest.ravel()] = True
    chosen = np.flatnonzero(kept).tolist()
    names = {name: number for number, name in enumerate(dict.fromkeys(rows[i].name for i in chosen))}
    keys = np.array([same_question(rows[i].text) for i in chosen])
    asked = np.array([same_question(lesson.text) for lesson in lessons])
    return _Data(
        questions=questions,
        rows=encoded[chosen],
        entry_of=np.array([names[rows[i].name] for i in chosen], dtype=np.int64),
        passage=passage[chosen],
        gold=np.array([names[lesson.faq_id] for lesson in lessons], dtype=np.int64),
        weight=np.array([lesson.weight for lesson in lessons], dtype=np.float32),
        own=asked[:, None] == keys[None, :],
    )
