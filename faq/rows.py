"""What the index holds: one row a text, tagged with what it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from faq.entries import Entry

Kind = Literal["question", "paraphrase", "passage", "example", "duty", "refusal"]


DIALOGUE_INTENTS = frozenset(
    {
        "greet",
        "thanks",
        "farewell",
        "affirm",
        "deny",
        "stop",
        "handoff",
        "open_ticket",
        "find_staff",
        "check_ticket",
    }
)


@dataclass(frozen=True)
class Row:
    """`target` is `faq:<id>`, `intent:<name>`, `department:<id>` or `none:` (must not be answered)."""

    text: str
    target: str
    kind: Kind

    @property
    def name(self) -> str:
        """The target without its prefix."""
        return self.target.partition(":")[2]


def passage(question: str, answer: str | None, entries: int) -> str:
    """Question and the answer's beginning, as one text; `entries` is how many the corpus has.

    A passage takes ten times as long to encode as a question. Up to some thousand entries 300 characters pay
    (two more of a hundred questions find their entry than with 100); above, the time of a build counts more.
    """
    return f"{question} {(answer or '')[: 300 if entries <= 2000 else 100]}".strip()


def entry_rows(entries: Sequence[Entry]) -> list[Row]:
    """The rows of each entry, together: its questions, then question and answer as one passage."""
    rows = []
    for entry in entries:
        target = f"faq:{entry.id}"
        rows.append(Row(entry.question, target, "question"))
        rows += [Row(text, target, "paraphrase") for text in entry.paraphrases]
        rows.append(Row(passage(entry.question, entry.answer, len(entries)), target, "passage"))
    return rows


def intent_rows(nlu: Path) -> list[Row]:
    """The examples of the dialogue intents, from Rasa's own NLU file."""
    intents = (yaml.safe_load(nlu.read_text("utf-8")) or {}).get("nlu", [])
    return [
        Row(line.strip().removeprefix("-").strip(), f"intent:{intent['intent']}", "example")
        for intent in intents
        if intent.get("intent") in DIALOGUE_INTENTS
        for line in intent["examples"].splitlines()
        if line.strip().removeprefix("-").strip()
    ]
