"""One version of everything that understanding needs: built together, saved together, swapped together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from embeddings.index import build_index
from embeddings.protocols import Encoder, VectorIndex, Vectors
from faq.calibration import Calibration, Example, calibrate, scale_of
from faq.departments import Departments
from faq.dialogue import DialogueIntents
from faq.entries import Entry, same_question
from faq.labels import Label
from faq.lexical import morphemes
from faq.question import Question, Refusals
from faq.rows import Kind, Row, entry_rows
from faq.search import Searcher
from faq.turns import calibrate_turns

# Part of every version: raise it when a change of the code changes what an index or a calibration means.
FORMAT = 8


@dataclass(frozen=True)
class Content:
    """What a snapshot is made from."""

    entries: tuple[Entry, ...]
    extra: tuple[Row, ...]  # examples of intents, duties of departments
    labels: tuple[Label, ...]

    @property
    def rows(self) -> list[Row]:
        """The rows of the index, the FAQ's first."""
        refusals = [Row(label.text, "none:", "refusal") for label in self.labels if label.faq_id is None]
        return entry_rows(self.entries) + list(self.extra) + refusals

    def version(self, encoder: Encoder, alpha: float, confidence: float) -> str:
        """Names the snapshot: changes with content, encoder and the promise."""
        parts: list[object] = [FORMAT, encoder.fingerprint, alpha, confidence]
        parts += [entry.model_dump_json() for entry in self.entries]
        parts += [[row.text, row.target, row.kind] for row in self.extra]
        parts += [[label.text, label.faq_id] for label in self.labels]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]


class Snapshot:
    """Ready to understand; never changed, so any number of threads may read it."""

    def __init__(
        self, version: str, content: Content, index: VectorIndex, calibration: Calibration | None
    ) -> None:
        self.version = version
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


def build_snapshot(
    version: str, content: Content, encode: Encode, alpha: float, confidence: float
) -> Snapshot:
    """Encode, index and calibrate; takes about 10 ms a row with the default encoder."""
    rows = content.rows
    snapshot = Snapshot(version, content, build_index(encode_rows(rows, encode)), None)
    examples = _examples(snapshot, content.labels, encode)
    searcher = snapshot.searcher
    asked = [(question, int(searcher.entry_of[row])) for row, question in snapshot.questions("question")]
    scale = scale_of(searcher, snapshot.refusals, asked)
    calibration = calibrate(searcher, snapshot.refusals, scale, examples, alpha, confidence)
    turns = calibrate_turns(snapshot.intents, searcher, examples, snapshot.questions("example"), alpha)
    return snapshot.calibrated(Calibration(**{**vars(calibration), "turns": turns}))


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


def _examples(snapshot: Snapshot, labels: Sequence[Label], encode: Encode) -> list[Example]:
    """Labelled questions, refusals, and paraphrases asked as if their row weren't there."""
    searcher = snapshot.searcher
    numbers = {name: number for number, name in enumerate(searcher.names)}
    answerable = [label for label in labels if label.faq_id in numbers]
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


def _of_kind(rows: list[Row], index: VectorIndex, kind: Kind) -> tuple[list[Row], Vectors]:
    numbers = [i for i, row in enumerate(rows) if row.kind == kind]
    return [rows[i] for i in numbers], index.vectors(np.array(numbers, dtype=np.int64))
