"""Texts cut to a channel's limits, never inside what a reader sees as one character."""

from __future__ import annotations

import regex

_SENTENCE_END = regex.compile(r"(?<=[.!?。])\s+|\n+")
_ELLIPSIS = "…"


def shorten(text: str, limit: int) -> str:
    """At most `limit` code points of the text, with an ellipsis where something was left out."""
    if len(text) <= limit:
        return text
    return _pieces(text, limit - len(_ELLIPSIS))[0].rstrip() + _ELLIPSIS


def split(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` code points, parted between sentences where possible."""
    if len(text) <= limit:
        return [text]
    parts: list[str] = []
    for sentence in (piece for piece in _SENTENCE_END.split(text) if piece.strip()):
        if parts and len(parts[-1]) + 1 + len(sentence) <= limit:
            parts[-1] += " " + sentence
        else:
            parts.extend(_pieces(sentence, limit))
    return parts


def _pieces(sentence: str, limit: int) -> list[str]:
    """Parts of whole characters (grapheme clusters); one that is itself too long is cut."""
    pieces = [""]
    for character in regex.findall(r"\X", sentence):
        if pieces[-1] and len(pieces[-1]) + len(character) > limit:
            pieces.append("")
        pieces[-1] += character[:limit]
    return pieces
