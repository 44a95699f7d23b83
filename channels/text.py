"""Texts cut to a channel's limits, never inside what a reader sees as one character."""

from __future__ import annotations

from typing import Literal

import regex

Unit = Literal["points", "utf16"]

_SENTENCE_END = regex.compile(r"(?<=[.!?。])\s+|\n+")
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
    for sentence in (piece for piece in _SENTENCE_END.split(text) if piece.strip()):
        if parts and length(parts[-1], unit) + 1 + length(sentence, unit) <= limit:
            parts[-1] += " " + sentence
        else:
            parts.extend(_pieces(sentence, limit, unit))
    return parts


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
