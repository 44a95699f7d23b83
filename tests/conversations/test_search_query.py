"""What is typed into the search, read: whatever it is, nothing breaks and nothing of it is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.search_query import parse, tokens
from faq.lexical import _kiwi
from faq.sources.yaml_file import YamlSource

CORPUS = Path(__file__).parents[2] / "faq/corpus"
WORDS = st.text("가나다라환불수료증abc123", min_size=1, max_size=6)


def texts(typed: str) -> list[list[str]]:
    return [[word.text for word in group] for group in parse(typed)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("환불 수료증", [["환불"], ["수료증"]]),
        ("환불|수료증", [["환불", "수료증"]]),
        ("환불 | 수료증 강좌", [["환불", "수료증"], ["강좌"]]),
        ("강좌 환불|수료증|취소", [["강좌"], ["환불", "수료증", "취소"]]),
        ("|환불||수료증|", [["환불", "수료증"]]),
        ("| |", []),
        ("환불 ! 수료증", [["환불"], ["수료증"]]),
        ("010 1234 5678 환불", [["01012345678"], ["환불"]]),
        ("환불 |010 1234 5678", [["환불", "01012345678"]]),
        ("１２３ ＡＢＣ", [["123"], ["ABC"]]),
    ],
)
def test_a_blank_is_and_a_bar_is_or_and_binds_closer(typed: str, meant: list[list[str]]) -> None:
    assert texts(typed) == meant


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_what_was_put_together_is_taken_apart_the_same(groups: list[list[str]]) -> None:
    typed = " ".join("|".join(group) for group in groups)
    if not re.search(r"\d{3}", typed):  # may be a telephone number, which is read otherwise
        assert texts(typed) == groups


@given(st.text(max_size=120))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_into_letters_and_digits_alone(typed: str) -> None:
    for group in parse(typed):
        assert group
        for word in group:
            assert all(token.isalnum() for token in word.tokens)
            assert not word.prefix or word.prefix.isalnum()
    assert all(token.isalnum() and len(token) <= 40 for token in tokens(typed))


@given(
    st.lists(
        st.sampled_from(["환불", "정부광고", "수료증", "신청하였습니다", "어떻게", "강좌를"]), min_size=1
    )
)
@settings(deadline=None, max_examples=40)
def test_each_word_of_a_text_finds_it(words: list[str]) -> None:
    kept = set(tokens(" ".join(words)))
    for (word,) in parse(" ".join(words)):
        assert set(word.tokens) <= kept or any(token.startswith(word.prefix) for token in kept)


def test_nearly_every_noun_of_the_sample_is_found_when_it_is_typed_alone() -> None:
    entries = [draft for path in sorted(CORPUS.glob("*.yml")) for draft in YamlSource().read(path)]
    sentences = [text for entry in entries for text in (entry.values["question"], entry.values["answer"])]
    tried = [(noun, set(tokens(text))) for text in sentences for noun in nouns(text)]
    found = sum(finds(noun, kept) for noun, kept in tried)
    assert len(tried) > 500
    assert found / len(tried) > 0.99


def nouns(text: str) -> set[str]:
    """Runs of nouns as they stand in the text: what people type."""
    runs: list[list[int]] = []
    for token in _kiwi().tokenize(text):
        if token.tag in {"NNG", "NNP", "SL", "XR"}:
            if runs and runs[-1][1] == token.start:
                runs[-1][1] += token.len
            else:
                runs.append([token.start, token.start + token.len])
    return {text[start:end] for start, end in runs}


def finds(typed: str, kept: set[str]) -> bool:
    return all(
        any(
            set(word.tokens) <= kept or any(token.startswith(word.prefix or "?") for token in kept)
            for word in group
        )
        for group in parse(typed)
    )
