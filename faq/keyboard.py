"""Korean typed while the keyboard was on English: "ekaekdwk" is "담당자" on the standard (2-set) layout."""

from __future__ import annotations

import re

_STRUCK = "rRseEfaqQtTdwWczxvg" + "koiOjpuPhynbml"
_SHOWN = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ" + "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ"
_KEYS = dict(zip(_STRUCK, _SHOWN, strict=True))
_JAMO = frozenset(_KEYS.values())
_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
# Letters that are struck one after the other and stand as one.
_VOWEL_PAIRS = {
    "ㅗㅏ": "ㅘ",
    "ㅗㅐ": "ㅙ",
    "ㅗㅣ": "ㅚ",
    "ㅜㅓ": "ㅝ",
    "ㅜㅔ": "ㅞ",
    "ㅜㅣ": "ㅟ",
    "ㅡㅣ": "ㅢ",
}
_TAIL_PAIRS = {
    "ㄱㅅ": "ㄳ",
    "ㄴㅈ": "ㄵ",
    "ㄴㅎ": "ㄶ",
    "ㄹㄱ": "ㄺ",
    "ㄹㅁ": "ㄻ",
    "ㄹㅂ": "ㄼ",
    "ㄹㅅ": "ㄽ",
    "ㄹㅌ": "ㄾ",
    "ㄹㅍ": "ㄿ",
    "ㄹㅎ": "ㅀ",
    "ㅂㅅ": "ㅄ",
}
_SYLLABLE = re.compile(
    f"([{_LEADS}])({'|'.join(_VOWEL_PAIRS)}|[{_VOWELS}])"
    f"((?:{'|'.join(_TAIL_PAIRS)}|[{_TAILS.strip()}])(?![{_VOWELS}]))?"
)
_FIRST_SYLLABLE = ord("가")
_FEWEST_LETTERS = 4
_LONE = 0.1
"""The share of letters that may find no syllable: a slip of the finger, or ㅠㅠ."""


def as_meant(text: str) -> str:
    """The text as Korean, if every sign says that it was meant so; else the text itself.

    Korean typed so has no Hangul, and its letters fall into whole syllables, which those of English hardly
    ever do ("login" gives "ㅣㅐ햐ㅜ").
    """
    letters = [c for c in text if c.isascii() and c.isalpha()]
    if len(letters) < _FEWEST_LETTERS or any("가" <= c <= "힣" for c in text) or "@" in text:
        return text
    struck = text.lower() if text.isupper() else text  # caps lock
    korean = _SYLLABLE.sub(_compose, "".join(_KEYS.get(c) or _KEYS.get(c.lower(), c) for c in struck))
    lone = sum(c in _JAMO for c in korean) - sum(c in _JAMO for c in text)
    syllables = sum(ord(c) >= _FIRST_SYLLABLE for c in korean)
    return korean if syllables > 1 and lone <= _LONE * len(letters) else text


def _compose(found: re.Match[str]) -> str:
    lead, vowel, tail = found.groups(default=" ")
    place = _LEADS.index(lead) * len(_VOWELS) + _VOWELS.index(_VOWEL_PAIRS.get(vowel, vowel))
    return chr(_FIRST_SYLLABLE + place * len(_TAILS) + _TAILS.index(_TAIL_PAIRS.get(tail, tail)))
