from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from desk import numbers


def test_a_number_carries_the_day_in_seoul_and_no_letter_that_can_be_mistaken() -> None:
    evening_in_london = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    for _ in range(200):
        number = numbers.draw(evening_in_london)
        assert re.fullmatch(r"E-20261123-[2-9A-HJ-NP-Z]{4}", number)
        assert numbers.normalise(number) == number


def test_two_thousand_draws_hardly_meet() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert len({numbers.draw(now) for _ in range(2000)}) > 1950


@pytest.mark.parametrize(
    "typed",
    ["E-20261122-7F3K", "e-20261122-7f3k", " e 20261122 7f3k ", "E202611227F3K", "20261122-7f3k",
     "E\u201320261122\u20147F3K", "\uff25-\uff12\uff10261122-7F3K", "E_20261122_7F3K", "e-2026 1122-7f 3k."],
)  # fmt: skip
def test_a_number_is_known_in_any_spacing_case_or_width(typed: str) -> None:
    assert numbers.normalise(typed) == "E-20261122-7F3K"


@pytest.mark.parametrize(
    "typed", ["", "E-", "E-20261122", "E-20261122-7F3", "E-20261122-7F3K9", "E-20261122-7F3O", "안녕"]
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert numbers.normalise(typed) is None
