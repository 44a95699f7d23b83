"""One version of everything that understanding needs: built together, saved together, swapped together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder, VectorIndex, Vectors
from faq.calibration import Calibration
from faq.departments import Departments
from faq.dialogue import DialogueIntents
from faq.entries import Entry, same_question
from faq.labels import Label
from faq.lexical import morphemes
from faq.question import Question, Refusals
from faq.rows import Kind, Row, entry_rows
from faq.search import Searcher

# Part of every version: raise it when a change of the code changes what an index or a calibration means.
FORMAT = 11


@dataclass(frozen=True)
class Identity:
    """What an index and its calibration are tied to: neither means anything with another of these."""

    model: str
    adapter: str  # "" without one
    corpus: str
    labels: str
    alpha: float  # the promise: at most this share of the immediate answers is wrong,
    confidence: float  # with this confidence,
    outside_share: float  # as long as no more of the questions than this must not be answered

    @property
    def version(self) -> str:
        """Names the snapshot: changes with each of these, and with what the code makes of them."""
        return _digest([FORMAT, *asdict(self).values()])


@dataclass(frozen=True)
class Content:
    """What a snapshot is made from."""

    entries: tuple[Entry, ...]
    extra: tuple[Row, ...]  # examples of intents, duties of departments
    labels: tuple[Label, ...]

    @property
    def rows(self) -> list[Row]:
        """The rows of the index, the FAQ's first. What judges must not be known."""
        taught = [label for label in self.labels if label.teaches and label.faq_id is None]
        refusals = [Row(label.text, "none:", "refusal") for label in taught]
        return entry_rows(self.entries) + list(self.extra) + refusals

    def identity(self, encoder: Encoder, alpha: float, confidence: float, outside_share: float) -> Identity:
        """What a snapshot of this content is tied to; the promise is explained there."""
        model, _, adapter = encoder.fingerprint.partition("+")
        corpus: list[object] = [entry.model_dump_json() for entry in self.entries]
        corpus += [[row.text, row.target, row.kind] for row in self.extra]
        labels = [label.digest for label in self.labels]
        return Identity(model, adapter, _digest(corpus), _digest(labels), alpha, confidence, outside_share)


class Snapshot:
    """Ready to understand; never changed, so any number of threads may read it."""

    def __init__(
        self, identity: Identity, content: Content, index: VectorIndex, calibration: Calibration | None
    ) -> None:
        self.identity = identity
        self.version = identity.version
        self.labels = content.labels
        self.entries = {entry.id: entry for entry in content.entries}
        self.index = index
        rows = content.rows
        faq_rows = [row for row in rows if row.target.startswith("faq:")]
        self.terms = [morphemes(row.text) for row in faq_rows]
        self.searcher = Searcher(rows, index, self.terms)
        examples, example_vectors = _of_kind(rows, index, "example")
        duties, duty_vectors = _of_kind(rows, index, "duty")
        self.intents = DialogueIntents(examples, example_vectors)
        self.departments = Departments(duties, duty_vectors, [r for r in examples if r.name == "find_staff"])
        self.refusals = Refusals(_of_kind(rows, index, "refusal")[1])
        self.exact = {same_question(text): entry.id for entry in content.entries for text in entry.questions}
        self.rows = rows
        served = [self.entries[name] for name in self.searcher.names]
        self._valid_from = np.array([entry.valid_from.toordinal() for entry in served], dtype=np.int64)
        self._valid_until = np.array(
            [(entry.valid_until or date.max).toordinal() for entry in served], dtype=np.int64
        )
        self._calibration = calibration

    @property
    def calibration(self) -> Calibration:
        """How sure is sure enough."""
        assert self._calibration is not None, "a snapshot is calibrated before it serves"  # noqa: S101
        return self._calibration

    def calibrated(self, calibration: Calibration) -> Snapshot:
        """This snapshot, with its calibration."""
        self._calibration = calibration
        return self

    def questions(self, kind: Kind) -> list[tuple[int, Question]]:
        """The rows of one kind as questions, each with its number."""
        numbers = [i for i, row in enumerate(self.rows) if row.kind == kind]
        vectors = self.index.vectors(np.array(numbers, dtype=np.int64))
        return [(i, Question.of(self.rows[i].text, v)) for i, v in zip(numbers, vectors, strict=True)]

    def allowed(self, day: date) -> NDArray[np.bool_]:
        """Which entries may be answered on this day, bool[entries] in the searcher's order."""
        today = day.toordinal()
        return (self._valid_from <= today) & (today <= self._valid_until)


Encode = Callable[[list[str], bool], Vectors]
"""Texts and whether they are passages, to vectors."""


def encode_rows(rows: Sequence[Row], encode: Encode) -> Vectors:
    """float32[rows, d]: passages as passages, all other rows as questions."""
    passages = [i for i, row in enumerate(rows) if row.kind == "passage"]
    others = [i for i, row in enumerate(rows) if row.kind != "passage"]
    as_passages = encode([rows[i].text for i in passages], True)
    as_queries = encode([rows[i].text for i in others], False)
    vectors = np.zeros((len(rows), as_queries.shape[1]), dtype=np.float32)
    if passages:
        vectors[passages] = as_passages
    if others:
        vectors[others] = as_queries
    return vectors


def _of_kind(rows: list[Row], index: VectorIndex, kind: Kind) -> tuple[list[Row], Vectors]:
    numbers = [i for i, row in enumerate(rows) if row.kind == kind]
    return [rows[i] for i in numbers], index.vectors(np.array(numbers, dtype=np.int64))


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]
