"""Slack's way of writing text: three characters are escaped, and what it recognised stands in brackets."""

from __future__ import annotations

import re

from channels.text import length, split

LONGEST_SECTION = 3000
"""UTF-16 units of a section's text, counted as they are sent."""
_LONGEST_ESCAPE = 5  # "&" becomes "&amp;"
_IN_BRACKETS = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def escaped(text: str) -> str:
    """The text as Slack shows it unchanged: nothing in it calls anybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sections(text: str) -> list[str]:
    """The escaped text in parts that each fit a section."""
    if length(whole := escaped(text), "utf16") <= LONGEST_SECTION:
        return [whole]
    return [escaped(part) for part in split(text, LONGEST_SECTION // _LONGEST_ESCAPE, "utf16")]


def plain(text: str) -> str:
    """What somebody typed, without Slack's marks; a mention of anybody by their id alone says nothing."""
    words = _IN_BRACKETS.sub(lambda found: _words(found[1], found[2] or ""), text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _words(what: str, label: str) -> str:
    if what.startswith("@"):
        return f"@{label}" if label else ""
    if what.startswith("#"):
        return f"#{label}" if label else ""
    if what.startswith("!"):
        return label or f"@{what[1:]}"
    if what.startswith(("mailto:", "tel:")):
        return label or what.partition(":")[2]
    return f"{label} ({what})" if label and not what.rstrip("/").endswith(label.rstrip("/")) else what
