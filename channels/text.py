"""Texts cut to a channel's limits, never inside what a reader sees as one character."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import regex

Unit = Literal["points", "utf16"]

# After a sentence or a line; the number of a list ("1. ") ends none.
_SENTENCE_END = regex.compile(r"(?<=[.!?。])(?<!^\d+\.)[^\S\n]+|\s*\n\s*", regex.MULTILINE)
_ELLIPSIS = "…"


def length(text: str, unit: Unit = "points") -> int:
    """Code points, or UTF-16 units: what is beyond the basic plane counts twice there."""
    return len(text) if unit == "points" else len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str, limit: int, unit: Unit = "points") -> str:
    """At most `limit` units of the text, with an ellipsis where something was left out."""
    if length(text, unit) <= limit:
        return text
    return _pieces(text, limit - len(_ELLIPSIS), unit)[0].rstrip() + _ELLIPSIS


def split(text: str, limit: int, unit: Unit = "points") -> list[str]:
    """The text in parts of at most `limit` units, parted between sentences where possible."""
    if length(text, unit) <= limit:
        return [text]
    parts: list[str] = []
    for gap, sentence in _sentences(text):
        if parts and length(parts[-1] + gap + sentence, unit) <= limit:
            parts[-1] += gap + sentence
        else:
            parts.extend(_pieces(sentence, limit, unit))
    return [part for part in parts if part.strip()]


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence with the blanks before it."""
    end, gap = 0, ""
    for between in _SENTENCE_END.finditer(text):
        if sentence := text[end : between.start()].strip():
            yield gap, sentence
            gap = ""
        gap += between.group()
        end = between.end()
    if sentence := text[end:].strip():
        yield gap, sentence


def _pieces(sentence: str, limit: int, unit: Unit) -> list[str]:
    """Parts of whole characters (grapheme clusters); one that is itself too long is cut."""
    pieces, sizes = [""], [0]
    for cluster in regex.findall(r"\X", sentence):
        whole = cluster if length(cluster, unit) <= limit else _cut(cluster, limit, unit)
        if pieces[-1] and sizes[-1] + length(whole, unit) > limit:
            pieces.append("")
            sizes.append(0)
        pieces[-1] += whole
        sizes[-1] += length(whole, unit)
    return pieces


def _cut(cluster: str, limit: int, unit: Unit) -> str:
    return cluster[:limit] if unit == "points" else cluster[: limit // 2]
