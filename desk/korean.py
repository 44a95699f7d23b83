"""Particles after a word that is only known when the sentence is made."""

from __future__ import annotations

_FIRST, _LAST, _FINALS, _RIEUL = 0xAC00, 0xD7A3, 28, 8


def with_particle(word: str, closed: str, opened: str) -> str:
    """The word with its particle: `closed` after a final consonant ("이"), `opened` after a vowel ("가").

    A word that doesn't end in Hangul gets both. After a final ㄹ, "으로" is "로".
    """
    last = ord(word[-1]) if word else 0
    if not _FIRST <= last <= _LAST:
        return f"{word}{closed}({opened})"
    final = (last - _FIRST) % _FINALS
    ends_closed = final != 0 and not (closed == "으로" and final == _RIEUL)
    return word + (closed if ends_closed else opened)
