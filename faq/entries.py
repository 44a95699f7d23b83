"""One entry of the FAQ, checked field by field."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

_SPACES = re.compile(r"\s+")


def clean_line(text: str) -> str:
    """One line: composed (NFC), no control characters, single spaces."""
    visible = "".join(
        c if unicodedata.category(c) != "Cc" else " " for c in unicodedata.normalize("NFC", text)
    )
    return _SPACES.sub(" ", visible).strip()


def clean_text(text: str) -> str:
    """Like `clean_line`, but line breaks stay."""
    return "\n".join(clean_line(line) for line in text.splitlines()).strip()


def same_question(text: str) -> str:
    """What makes two questions the same: letters and digits, without case, spaces and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("비어 있습니다")
    return text


def _dense(text: str) -> str:
    if not same_question(text):
        raise ValueError("글자가 없습니다")
    return text


Line = Annotated[str, AfterValidator(clean_line), AfterValidator(_not_empty)]
Question = Annotated[Line, AfterValidator(_dense)]
Text = Annotated[str, AfterValidator(clean_text), AfterValidator(_not_empty)]
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$", max_length=100)
]


class Entry(BaseModel):
    """A question with its answer, and the other ways in which citizens put it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    category: Identifier
    category_title: Annotated[str, AfterValidator(clean_line)] = ""
    question: Question
    paraphrases: tuple[Question, ...] = ()
    answer: Text
    department: Identifier
    source: Line
    valid_from: date
    valid_until: date | None = None  # the last day on which it is answered

    @model_validator(mode="after")
    def _dates_in_order(self) -> Entry:
        if self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until이 valid_from보다 빠릅니다")
        return self

    def valid_on(self, day: date) -> bool:
        """Whether it may be answered on this day (in Seoul)."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @property
    def questions(self) -> tuple[str, ...]:
        """The canonical question and its paraphrases."""
        return (self.question, *self.paraphrases)
