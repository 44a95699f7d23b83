"""Korean typed while the keyboard was on English."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.keyboard import as_meant
from faq.text import clean

LEADS = list("rRseEfaqQtTdwWczxvg")
VOWELS = [*"koiOjpuPh", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b", "m", "ml", "l"]
TAILS = ["", "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg"]
TAILS += ["a", "q", "qt", *"tTdwczxvg"]


def typed(korean: str) -> str:
    """The keys that a person strikes."""

    def keys(syllable: str) -> str:
        place = ord(syllable) - ord("가")
        return LEADS[place // 588] + VOWELS[place % 588 // 28] + TAILS[place % 28]

    return "".join(keys(c) if "가" <= c <= "힣" else c for c in unicodedata.normalize("NFC", korean))


SYLLABLES = st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣"))


@given(st.lists(st.text(SYLLABLES, min_size=2, max_size=6), min_size=1, max_size=6).map(" ".join))
def test_whatever_korean_was_meant_is_recovered(korean) -> None:
    assert as_meant(typed(korean)) == korean


@pytest.mark.parametrize("question", ["팩스 무료인가요?", "담당자 알려줘ㅠㅠ", "2026년 교육 일정은요?"])
def test_signs_and_numbers_stay_where_they_were(question) -> None:
    assert clean(typed(question)) == question


def test_caps_lock_makes_no_difference() -> None:
    assert as_meant(typed("복사기 무료").upper()) == "복사기 무료"


@pytest.mark.parametrize(
    "text",
    ["login error", "how are you", "the red bear", "Where can I copy a document?", "sns", "qna", "press card",
     "www.naver.com", "media@kpf.example", "internship", "1234", "", "ㅋㅋㅋ", "SNS 홍보 dkssud"],
)  # fmt: skip
def test_english_and_mixed_text_stays_as_it_is(text) -> None:
    assert as_meant(text) == text


@given(st.text())
def test_any_text_is_read_without_complaint(text) -> None:
    assert as_meant(as_meant(text)) == as_meant(text)
