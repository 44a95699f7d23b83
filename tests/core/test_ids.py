"""Identifiers sort by time and never meet."""

from __future__ import annotations

import re
import time

from core.ids import new_id


def test_an_id_is_32_hexadecimal_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", new_id())


def test_a_later_id_sorts_after_an_earlier_one() -> None:
    earlier = new_id()
    time.sleep(0.002)
    assert earlier < new_id()


def test_ten_thousand_ids_of_the_same_moment_all_differ() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000
