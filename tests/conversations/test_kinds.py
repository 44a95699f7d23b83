"""The kind of a matter, on sentences that the examples don't have; with the encoder that ships."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from conversations.kinds import INQUIRY, Kinds, examples
from embeddings.encoder import load_encoder
from embeddings.hashing import HashingEncoder
from faq.labels import LABELS, load_labels

HELD_OUT: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "kinds_held_out.yml").read_text("utf-8")
)


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    encoder = load_encoder()
    return Kinds(lambda: encoder)


def test_at_least_nine_in_ten_matters_get_their_kind(kinds: Kinds) -> None:
    told = [(kind, kinds.suggest(text)) for kind, texts in HELD_OUT.items() for text in texts]
    right = sum(kind == suggested for kind, suggested in told)
    assert right / len(told) >= 0.90, [pair for pair in told if pair[0] != pair[1]]


@pytest.mark.parametrize("kind", sorted(HELD_OUT))
def test_no_kind_is_missed_much_more_often_than_the_others(kinds: Kinds, kind: str) -> None:
    told = [kinds.suggest(text) for text in HELD_OUT[kind]]
    assert told.count(kind) / len(told) >= 0.7, Counter(told)


def test_at_most_one_in_ten_questions_to_the_faq_is_taken_for_another_kind(kinds: Kinds) -> None:
    questions = [label.text for label in load_labels(LABELS)][::5]
    others = [text for text in questions if kinds.suggest(text) != INQUIRY]
    assert len(others) / len(questions) <= 0.10, others[:20]


@pytest.mark.parametrize("matter", ["", "   ", None, "ㅋ", "😀", "asdf", "7" * 5000])
def test_what_says_nothing_is_an_inquiry(kinds: Kinds, matter: str | None) -> None:
    assert kinds.suggest(matter) == INQUIRY


def test_no_sentence_is_both_learned_and_tested() -> None:
    learned = {text for texts in examples().values() for text in texts}
    tested = {text for texts in HELD_OUT.values() for text in texts}
    assert not learned & tested
    assert set(examples()) == set(HELD_OUT)


def test_another_encoder_is_learned_anew() -> None:
    encoders = [HashingEncoder(64), HashingEncoder(128)]
    kinds = Kinds(lambda: encoders[0])
    complaint = examples()["complaint"][0]
    assert kinds.suggest(complaint) == "complaint"
    encoders.reverse()
    assert kinds.suggest(complaint) == "complaint"
