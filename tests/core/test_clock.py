"""Clocks speak UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.clock import SEOUL, FixedClock, SystemClock


def test_the_system_clock_tells_the_present_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(SEOUL)) < timedelta(seconds=5)


def test_a_fixed_clock_set_in_seoul_answers_in_utc_and_stands_still() -> None:
    clock = FixedClock(datetime(2026, 11, 24, 10, 0, tzinfo=SEOUL))
    assert clock.now() == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    clock.at += timedelta(hours=1)
    assert clock.now().hour == 2
