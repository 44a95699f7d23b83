"""The limiter is a true sliding window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import ratelimit
from core.clock import FixedClock
from core.errors import TooMany
from core.ratelimit import RateLimiter

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def passes(limiter: RateLimiter, key: str, limit: int, per: timedelta = MINUTE) -> bool:
    try:
        limiter.hit(key, limit, per)
    except TooMany:
        return False
    return True


@given(
    gaps=st.lists(st.integers(0, 40), min_size=1, max_size=60),
    limit=st.integers(1, 6),
    seconds=st.integers(1, 90),
)
def test_no_window_holds_more_than_the_limit_and_nobody_is_refused_too_early(
    gaps: list[int], limit: int, seconds: int
) -> None:
    clock, per = FixedClock(NOW), timedelta(seconds=seconds)
    limiter, taken = RateLimiter(clock), []
    for gap in gaps:
        clock.at += timedelta(seconds=gap)
        # Slow and obviously right: count what was let through in the last `per`.
        recent = [at for at in taken if at > clock.at - per]
        assert passes(limiter, "visitor", limit, per) == (len(recent) < limit)
        if len(recent) < limit:
            taken.append(clock.at)


def test_waiting_as_long_as_told_is_enough_and_less_is_not() -> None:
    clock = FixedClock(NOW)
    limiter = RateLimiter(clock)
    limiter.hit("visitor", 1, MINUTE)
    clock.at += timedelta(seconds=20)
    with pytest.raises(TooMany) as refused:
        limiter.hit("visitor", 1, MINUTE)
    assert refused.value.retry_after == pytest.approx(40)
    clock.at += timedelta(seconds=39)
    assert not passes(limiter, "visitor", 1)
    clock.at += timedelta(seconds=1)
    assert passes(limiter, "visitor", 1)


def test_one_visitor_does_not_use_up_the_limit_of_another() -> None:
    limiter = RateLimiter(FixedClock(NOW))
    assert passes(limiter, "one", 1)
    assert not passes(limiter, "one", 1)
    assert passes(limiter, "other", 1)


def test_switched_off_it_lets_everything_through() -> None:
    limiter = RateLimiter(FixedClock(NOW), enabled=False)
    assert all(passes(limiter, "visitor", 1) for _ in range(100))


def test_a_flood_of_keys_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "_MOST_KEYS", 50)
    limiter = RateLimiter(FixedClock(NOW))
    for number in range(500):
        limiter.hit(f"visitor {number}", 1, MINUTE)
    assert len(limiter._hits) <= 51
