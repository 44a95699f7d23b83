"""What an adapter is learned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from faq.entries import same_question
from faq.labels import Label
from faq.snapshot import Content

HELD_ONE_IN = 4
"""Of the labels that teach, one in four is kept from the adapter, which is measured by it."""
CLICK_WEIGHT = 0.3
"""What a citizen's click weighs beside a word of staff."""


@dataclass(frozen=True)
class Lesson:
    """A question, an entry that answers it (or, with a weight below 0, doesn't), and how sure that is."""

    text: str
    faq_id: str
    weight: float = 1.0


def click(text: str, faq_id: str, signal: str) -> Lesson:
    """What a citizen's click says (`faq.pairs.Click`)."""
    return Lesson(text, faq_id, -CLICK_WEIGHT if signal == "unhelpful" else CLICK_WEIGHT)


def held_out(labels: Iterable[Label]) -> list[Label]:
    """The labels that measure an adapter. They teach everything else, so the judges stay unseen."""
    return [label for label in labels if label.teaches and label.lot[1] % HELD_ONE_IN == 0]


def lessons_of(content: Content, clicks: Sequence[Lesson], unseen: Iterable[str]) -> list[Lesson]:
    """Everything to learn from: labels that teach, the entries' paraphrases, clicks; nothing of `unseen`."""
    known = {entry.id for entry in content.entries}
    held = {label.text for label in held_out(content.labels)}
    judges = [label.text for label in content.labels if not label.teaches]
    hidden = {same_question(text) for text in (*unseen, *held, *judges)}
    taught = [Lesson(one.text, one.faq_id) for one in content.labels if one.teaches and one.faq_id]
    reworded = [Lesson(text, entry.id) for entry in content.entries for text in entry.paraphrases]
    every = (*taught, *reworded, *clicks)
    return [one for one in every if one.faq_id in known and same_question(one.text) not in hidden]
