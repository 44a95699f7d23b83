"""What was typed into the search, read: a blank is AND, `|` is OR and binds closer than a blank."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from core.privacy.detect import find
from faq.lexical import morphemes

LONGEST: Final = 200
_LONGEST_TOKEN: Final = 40
_PIECES = re.compile(r"[^\s|]+|\|")
_LETTERS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Query:
    """What is looked for, and where. A blank between words is AND, `|` is OR and binds closer.

    Days are those in Seoul, both inclusive. Everything left out is not asked for.
    """

    text: str = ""
    mode: Literal["words", "meaning"] = "words"
    since: date | None = None
    until: date | None = None
    department_id: str | None = None
    staff_id: str | None = None
    kind: str | None = None
    state: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Word:
    """One word that was typed: what holds all `tokens`, or a token that begins with `prefix`, has it.

    Korean compounds are cut up in one sentence and whole in another: the prefix finds the whole ones.
    """

    text: str
    tokens: tuple[str, ...]
    prefix: str
    mark: str = ""
    """What stands in the index for the telephone number or e-mail address that the word is."""

    @property
    def asks(self) -> bool:
        """Whether it has content of its own ("을" has none)."""
        return bool(self.tokens or self.prefix or self.mark)


Groups = tuple[tuple[Word, ...], ...]
"""All of the groups are wanted, and one word of each."""


def tokens(text: str) -> list[str]:
    """The morphemes of a text as both databases keep them, each once: letters and digits only.

    The words are cut up once more each by itself, as whoever searches will type them.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = [form for part in (plain, *plain.split()) for form in morphemes(part)]
    return list(dict.fromkeys(piece for form in found for piece in _pieces(form)))


def parse(text: str) -> Groups:
    """The words that are wanted; signs alone are none."""
    plain = _joined_numbers(unicodedata.normalize("NFKC", text[:LONGEST]))
    groups: list[list[Word]] = []
    alternative = False
    for piece in _PIECES.findall(plain):
        if piece == "|":
            alternative = bool(groups)
            continue
        if not _pieces(piece):
            continue
        if not alternative:
            groups.append([])
        groups[-1].append(_word(piece))
        alternative = False
    return tuple(tuple(group) for group in groups if group)


def _word(piece: str) -> Word:
    found = list(dict.fromkeys(token for form in morphemes(piece) for token in _pieces(form)))
    whole = _pieces(piece)
    prefix = whole[0] if len(whole) == 1 and len(whole[0]) > 1 and whole != found else ""
    return Word(piece, tuple(found), prefix)


def _pieces(form: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", form.casefold())
    return [piece[:_LONGEST_TOKEN] for piece in _LETTERS.findall(folded)]


def _joined_numbers(text: str) -> str:
    """A telephone number that is typed with blanks is one word."""
    for found in reversed(find(text)):
        if found.kind in {"phone", "email"}:
            one = "".join(text[found.start : found.end].split())
            text = f"{text[: found.start]} {one} {text[found.end :]}"
    return text
