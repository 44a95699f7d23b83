"""What the index holds: one row a text, tagged with what it stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from faq.entries import Entry

Kind = Literal["question", "paraphrase", "passage", "example", "duty", "refusal"]

PASSAGE_CHARS = 300
"""How much of an answer goes into its passage: more costs time and blurs what the entry is about."""

DIALOGUE_INTENTS = frozenset(
    {"greet", "thanks", "farewell", "affirm", "deny", "stop", "handoff", "find_staff", "check_ticket"}
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


def entry_rows(entries: Iterable[Entry]) -> list[Row]:
    """The rows of each entry, together: its questions, then question and answer as one passage."""
    rows = []
    for entry in entries:
        target = f"faq:{entry.id}"
        rows.append(Row(entry.question, target, "question"))
        rows += [Row(text, target, "paraphrase") for text in entry.paraphrases]
        rows.append(Row(f"{entry.question} {entry.answer[:PASSAGE_CHARS]}", target, "passage"))
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
