"""Particles fit the word before them."""

from __future__ import annotations

import pytest

from desk.korean import with_particle


@pytest.mark.parametrize(
    ("word", "closed", "opened", "expected"),
    [
        ("고객지원팀", "이", "가", "고객지원팀이"),
        ("안내센터", "이", "가", "안내센터가"),
        ("오전 10시", "으로", "로", "오전 10시로"),
        ("30분", "으로", "로", "30분으로"),
        ("서울", "으로", "로", "서울로"),
        ("서울", "이", "가", "서울이"),
        ("IT", "이", "가", "IT이(가)"),
        ("", "이", "가", "이(가)"),
    ],
)
def test_a_particle_follows_the_last_sound(word: str, closed: str, opened: str, expected: str) -> None:
    assert with_particle(word, closed, opened) == expected
