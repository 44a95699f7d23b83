"""What a citizen typed, made ready for the search."""

from __future__ import annotations

import re
import unicodedata

from faq.keyboard import as_meant

LONGEST = 500
"""Characters that are looked at: a longer message is a letter, and what it wants stands at its beginning."""

_REFERENCE = re.compile(r"\[\[[^\[\]\s]{0,80}\]\]")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """One composed line without control characters, lone surrogates and references to personal data.

    Korean typed on an English keyboard is read as Korean.

    Empty where no letter or digit is left: emoji and punctuation alone ask nothing.
    """
    bare = _REFERENCE.sub(" ", text[: 4 * LONGEST])
    line = "".join(map(_visible, unicodedata.normalize("NFC", bare)))
    line = as_meant(_SPACES.sub(" ", line).strip())[:LONGEST]
    return line if any(c.isalnum() for c in line) else ""


def _visible(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Cc":
        return " "
    return "" if kind[0] == "C" else char
