"""Labelled questions: which entry answers each, or that none may. Never indexed, only learned from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml

from faq.entries import Entry, same_question
from faq.text import clean

T = TypeVar("T")
LABELS = Path(__file__).parent / "labels"
TAUGHT_ONE_IN = 3
"""One label in three, drawn by its text so that it never changes sides, teaches; the others judge."""


@dataclass(frozen=True)
class Label:
    """A question and the entry that answers it; None: it must not be answered."""

    text: str
    faq_id: str | None
    judges: bool = True
    """False for what can't be trusted beyond the promised error rate, or was picked by the very decision
    that it would judge (a citizen's click): it only teaches."""

    @property
    def digest(self) -> str:
        """Names the label without telling what it says."""
        said = json.dumps([self.text, self.faq_id, self.judges])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def teaches(self) -> bool:
        """Whether anything may be learned from it (decision, adapter, refusals). The others are the judges:
        what has been learned from can't tell any more how often the learner is wrong."""
        return not self.judges or self.lot[0] % TAUGHT_ONE_IN == 0

    @property
    def lot(self) -> tuple[int, int]:
        """Two numbers drawn by the text, so that its lot is the same for ever."""
        drawn = hashlib.sha256(same_question(self.text).encode()).digest()
        return int.from_bytes(drawn[:8]), int.from_bytes(drawn[8:16])


def judging(labels: Iterable[Label], outside_share: float) -> list[Label]:
    """The labels that judge, drawn by lot in the mix of the questions that the promise is about."""
    drawn = sorted((label for label in labels if not label.teaches), key=lambda label: label.lot[1])
    inside = [label for label in drawn if label.faq_id is not None]
    return mixed(inside, [label for label in drawn if label.faq_id is None], outside_share)


def mixed(inside: Sequence[T], outside: Sequence[T], outside_share: float) -> list[T]:
    """As many of both as make `outside_share` of them questions that must not be answered.

    Who writes labels writes as many traps as they can think of. At a smaller share of such questions a
    promise on wrong answers holds all the more.
    """
    odds = outside_share / (1 - outside_share)
    inside = inside[: round(len(outside) / odds)] if odds else inside
    return [*inside, *outside[: round(len(inside) * odds)]]


def load_labels(folder: Path = LABELS) -> list[Label]:
    """The labels of `in_scope.yml` and `out_of_scope.yml`; a missing file is an empty one."""
    labels = []
    for name in ("in_scope.yml", "out_of_scope.yml"):
        path = folder / name
        document = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) if path.is_file() else None
        questions = (document or {}).get("questions") or []
        labels += [Label(clean(str(q["text"])), q.get("id")) for q in questions]
    return [label for label in labels if label.text]


def fitting(labels: list[Label], known: Collection[str]) -> list[Label]:
    """The labels, if they were made for the corpus with these ids; else none.

    What another foundation's FAQ must not answer, this one may: labels of a foreign corpus would teach it
    wrong.
    """
    named = {label.faq_id for label in labels if label.faq_id}
    return labels if len(named.intersection(known)) * 2 >= max(len(named), 1) else []


def joined(shipped: Iterable[Label], own: Iterable[Label], entries: Iterable[Entry]) -> list[Label]:
    """Labels that ship with the project, and those of this deployment's staff, which count where both speak.

    A question that has become an entry's own is certain: it teaches nothing, and can judge nothing.
    """
    told = {same_question(label.text): label for label in (*shipped, *own)}
    asked = {same_question(text) for entry in entries for text in entry.questions}
    return [label for key, label in told.items() if key not in asked]


def as_learned(labels: Sequence[Label], live: Iterable[Label], learned: Collection[str]) -> list[Label]:
    """The labels that a saved calibration knows (digests), where only `live` ones have come in since.

    So new verdicts don't put a served calibration out of date: it still keeps its promise. Else all labels.
    """
    named, newer = {label.digest: label for label in labels}, {label.digest for label in live}
    if learned and named.keys() >= set(learned) and named.keys() - set(learned) <= newer:
        return [named[digest] for digest in learned]
    return list(labels)
