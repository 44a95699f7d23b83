"""Finds personal data in Korean text: `ko-pii`, and the few patterns that it misses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ko_pii import DetectionResult, detect_all

_KINDS = {
    "PHONE": "phone",
    "FAX": "phone",
    "EMAIL": "email",
    "RRN": "rrn",
    "FRN": "rrn",
    "CARD": "card",
    "ACCOUNT": "account",
    "PASSPORT": "passport",
    "DRIVER_LICENSE": "licence",
    "BUSINESS_REG": "business",
    "VEHICLE": "plate",
    "ADDRESS": "address",
}

_SEPARATOR = r"[\s.\-‐-―·)~_/]{0,5}"
_DIGIT = r"[공영일이삼사오육륙칠팔구\d]"
# What ko-pii 1.22 doesn't find: safe numbers and free-phone, Amex in groups, digits in words, business
# numbers, a licence in spaces, and a resident number of any spacing (a failed check digit never clears one).
_MISSED = [
    ("rrn", re.compile(rf"(?<!\d)\d{{6}}{_SEPARATOR}[1-8]\d{{6}}(?!\d)")),
    ("card", re.compile(rf"(?<!\d)3[47]\d{{2}}{_SEPARATOR}\d{{6}}{_SEPARATOR}\d{{5}}(?!\d)")),
    ("phone", re.compile(rf"(?<!\d)(?:050\d|080|070){_SEPARATOR}\d{{3,4}}{_SEPARATOR}\d{{4}}(?!\d)")),
    (
        "phone",
        re.compile(
            rf"(?<!\d)[공영0]\s?[일1]\s?[공영일육륙칠팔구016-9](?:[\s.\-]{{0,3}}{_DIGIT}){{7,8}}(?!\d)"
        ),
    ),
    ("phone", re.compile(rf"(?<!\d)0\d{{1,2}}{_SEPARATOR}\d{{3,4}}{_SEPARATOR}\d{{4}}(?!\d)")),
    ("licence", re.compile(r"(?<!\d)\d{2}[\s-]\d{2}[\s-]\d{6}[\s-]\d{2}(?!\d)")),
    ("business", re.compile(r"(?<!\d)\d{3}-\d{2}-\d{5}(?!\d)")),
]

# Two letters of its tail can be a bank's, and make it look like an account.
_TICKET_NUMBER = re.compile(r"(?<![A-Z0-9])E-?\d{8}-?[2-9A-HJ-NP-Z]{4}(?![A-Z0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """Personal data at `text[start:end]`."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Every piece of personal data in the text, in order, none overlapping another."""
    known = [Found(_kind(hit), hit.start, hit.end) for hit in detect_all(text, include=list(_KINDS))]
    folded, at = _fold(text)
    missed = [
        Found(kind, at[match.start()], at[match.end() - 1] + 1)
        for kind, pattern in _MISSED
        for match in pattern.finditer(folded)
    ]
    numbers = [match.span() for match in _TICKET_NUMBER.finditer(text)]
    personal = [
        f for f in known + missed if not any(f.start < end and start < f.end for start, end in numbers)
    ]
    return _without_overlaps(sorted(personal, key=_lightness))


def _kind(hit: DetectionResult) -> str:
    # No business number begins with a zero; a landline without separators can have the right check digit.
    telephone = hit.label == "BUSINESS_REG" and hit.text.startswith("0")
    return "phone" if telephone else _KINDS[hit.label]


def _lightness(found: Found) -> tuple[bool, int]:
    return found.kind != "rrn", found.start - found.end


def _fold(text: str) -> tuple[str, list[int]]:
    """The text with full-width digits and letters made plain and invisible characters left out.

    Beside it the position that each of its characters has in `text`.
    """
    at = [i for i, character in enumerate(text) if unicodedata.category(character) != "Cf"]
    plain = (unicodedata.normalize("NFKC", text[i]) for i in at)
    return "".join(new if len(new) == 1 else text[i] for i, new in zip(at, plain, strict=True)), at


def _without_overlaps(by_weight: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for found in by_weight:
        if all(found.end <= other.start or found.start >= other.end for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda found: found.start)
