"""Labelled questions: which entry answers each, or that none may. Never indexed, only learned from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from faq.text import clean

LABELS = Path(__file__).parent / "labels"


@dataclass(frozen=True)
class Label:
    """A question and the entry that answers it; None: it must not be answered."""

    text: str
    faq_id: str | None


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
