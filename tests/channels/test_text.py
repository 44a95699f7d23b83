"""A text is cut between sentences, never inside what a reader sees as one character."""

from __future__ import annotations

import regex
from hypothesis import given
from hypothesis import strategies as st

from channels.text import shorten, split

# Korean in both forms, flags, families, skin tones, combining accents, line breaks.
PIECES = ["가", "각", "각", "한국", "a", "é", "👩‍👩‍👧", "🇰🇷", "👋🏽", " ", "\n", ". ", "? ", "! ", "。", "ㅋ"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)
LIMITS = st.integers(8, 40)


def characters(text: str) -> list[str]:
    return regex.findall(r"\X", text)


def without_blanks(text: str) -> str:
    return regex.sub(r"\s", "", text)


@given(TEXTS, LIMITS)
def test_no_part_is_longer_than_the_limit_or_empty(text: str, limit: int) -> None:
    assert all(len(part) <= limit for part in split(text, limit))
    assert all(part.strip() for part in split(text, limit)) or len(text) <= limit


@given(TEXTS, LIMITS)
def test_splitting_loses_nothing_but_blanks(text: str, limit: int) -> None:
    assert without_blanks("".join(split(text, limit))) == without_blanks(text)


@given(TEXTS, LIMITS)
def test_splitting_cuts_no_character(text: str, limit: int) -> None:
    seen = [c for part in split(text, limit) for c in characters(part) if c.strip()]
    assert seen == [c for c in characters(text) if c.strip()]


@given(TEXTS, LIMITS)
def test_shortening_keeps_whole_characters_from_the_start(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text
    else:
        assert short.endswith("…")
        kept = characters(short.removesuffix("…"))
        assert kept == characters(text)[: len(kept)]


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert split("첫째.\n\n둘째.", 10) == ["첫째.\n\n둘째."]


def test_sentences_stay_together_where_they_fit() -> None:
    text = "복사기를 쓰실 수 있습니다. 안내 데스크로 오십시오. 평일 9시부터 6시까지입니다."
    assert split(text, 32) == [
        "복사기를 쓰실 수 있습니다. 안내 데스크로 오십시오.",
        "평일 9시부터 6시까지입니다.",
    ]


def test_a_sentence_longer_than_the_limit_is_cut_between_characters() -> None:
    assert split("👩‍👩‍👧" * 4, 12) == ["👩‍👩‍👧" * 2] * 2


def test_a_monster_of_combining_marks_is_cut_all_the_same() -> None:
    monster = "a" + "\u0301" * 50
    assert len(shorten(monster, 10)) <= 10
    assert all(len(part) <= 10 for part in split(monster, 10))


def test_a_long_text_of_blanks_has_no_parts() -> None:
    assert split(" " * 50, 10) == []
