import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from training.typing_errors import mistyped, near_miss

KOREAN = st.text(
    alphabet=st.sampled_from("가각밖없앉괜찮됐의예어이오 신청은없어요12"), min_size=1, max_size=40
)
CHANCES = st.integers(0, 10_000).map(Random)


@given(KOREAN, CHANCES)
def test_a_typing_error_leaves_korean_of_about_the_same_length(text: str, chance: Random) -> None:
    written = mistyped(text, chance)
    assert re.fullmatch(r"[가-힣12 ]*", written)
    letters = len(text.replace(" ", ""))
    assert len(written.replace(" ", "")) == letters


@given(KOREAN, CHANCES)
def test_two_errors_change_at_most_two_places_and_their_neighbours(text: str, chance: Random) -> None:
    before, after = text.replace(" ", ""), mistyped(text, chance).replace(" ", "")
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= 4


def test_people_write_one_question_in_many_ways() -> None:
    written = {mistyped("주차 요금이 얼마인지 알려 주세요", Random(seed)) for seed in range(60)}
    assert len(written) > 20
    assert "주차요금이얼마인지알려주세요" in written


def test_a_near_miss_asks_for_another_number() -> None:
    missed = {near_miss("3월 11일에 신청했어요", Random(seed)) for seed in range(30)}
    assert all(miss != "3월 11일에 신청했어요" for miss in missed)
    assert any(miss and re.fullmatch(r"\d+월 \d+일에 신청했어요", miss) for miss in missed)


def test_a_number_that_is_a_word_becomes_the_next_word() -> None:
    assert near_miss("두 번 내야 하나요", Random(1)) == "세 번 내야 하나요"


def test_a_near_miss_never_repeats_the_question_and_never_counts_below_one() -> None:
    for seed in range(100):
        missed = near_miss("1층에 있나요", Random(seed))
        assert missed is None or (missed != "1층에 있나요" and not missed.startswith(("0", "-")))


def test_without_a_number_or_a_known_thing_there_is_no_near_miss() -> None:
    assert near_miss("그건 왜 그런가요", Random(1)) is None
