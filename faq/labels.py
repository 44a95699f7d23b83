"""Labelled questions: which entry answers each, or that none may. Never indexed, only learned from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from faq.entries import Entry, same_question
from faq.text import clean

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
    def teaches(self) -> bool:
        """Whether anything may be learned from it (decision, adapter, refusals). The others are the judges:
        what has been learned from can't tell any more how often the learner is wrong."""
        lot = int.from_bytes(hashlib.sha256(same_question(self.text).encode()).digest()[:8])
        return not self.judges or lot % TAUGHT_ONE_IN == 0


def load_labels(folder: Path = LABELS) -> list[Label]:
    """The labels of `in_scope.yml` and `out_of_scope.yml`; a missing file is an empty one."""
    labels = []
    for name in ("in_scope.yml", "out_of_scope.yml"):
        path = folder / name
        document = yaml.safe_load(path.read_text("utf-8")) if path.is_file() else None
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

    A question that has become an entry's own is no refusal any more.
    """
    told = {same_question(label.text): label for label in (*shipped, *own)}
    asked = {same_question(text) for entry in entries for text in entry.questions}
    return [label for key, label in told.items() if label.faq_id is not None or key not in asked]
