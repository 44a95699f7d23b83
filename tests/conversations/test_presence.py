"""Who is there and who types: told while it is so, and soon forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conversations.presence import CITIZEN, Presence
from core.clock import FixedClock
from desk.models import Staff

KIM = Staff(id="kim", name="김담당", title="팀장")
LEE = Staff(id="lee", name="이안내", title="")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))


@pytest.fixture
def presence(clock: FixedClock) -> Presence:
    return Presence(clock)


def test_two_on_one_ticket_see_each_other_and_nobody_sees_oneself(presence: Presence) -> None:
    presence.seen("ticket:1", KIM)
    presence.seen("ticket:1", LEE)
    presence.seen("ticket:2", LEE)
    assert [one.name for one in presence.others("ticket:1", LEE)] == ["김담당 팀장"]
    assert [one.name for one in presence.others("ticket:1", KIM)] == ["이안내"]
    assert presence.others("ticket:2", LEE) == []


def test_who_reports_no_more_is_gone(presence: Presence, clock: FixedClock) -> None:
    presence.seen("ticket:1", KIM)
    clock.at += timedelta(seconds=14)
    assert presence.others("ticket:1", LEE)
    clock.at += timedelta(seconds=2)
    assert presence.others("ticket:1", LEE) == []


def test_typing_ends_by_itself_and_at_once_when_it_was_sent(presence: Presence, clock: FixedClock) -> None:
    presence.typing("c1", CITIZEN)
    presence.typing("c1", "kim")
    assert presence.typists("c1") == [CITIZEN, "kim"]
    presence.said("c1", "kim")
    assert presence.typists("c1") == [CITIZEN]
    clock.at += timedelta(seconds=7)
    assert presence.typists("c1") == []
    assert presence.typists("unknown") == []
