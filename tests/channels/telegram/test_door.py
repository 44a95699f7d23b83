"""Telegram's citizens and the whole program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.protocol import InboundFile
from channels.telegram.fake import FakeTelegram
from tests.contracts.doors import Door, opened
from tests.conversations.world import COPIER, until
from web import webhooks


@pytest.fixture
async def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    async with opened("telegram", tmp_path, monkeypatch) as door:
        yield door


@pytest.fixture
def telegram(door: Door) -> FakeTelegram:
    assert isinstance(door.fake, FakeTelegram)
    return door.fake


async def test_a_pressed_button_stops_waiting_with_the_answer_to_its_update(
    door: Door, telegram: FakeTelegram
) -> None:
    await door.say(COPIER)
    await door.say("네", "affirm")
    assert len(telegram.answered) == 1
    assert all("answerCallbackQuery" not in call.path for call in telegram.received)


async def test_whoever_waits_sees_that_somebody_is_writing_and_then_the_answer(
    door: Door, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "AT_ONCE", 0.05)
    door.world.dialogue.gate = gate = asyncio.Event()
    await door.say(COPIER)
    assert (telegram.typing, door.shown()) == (["1001"], [])
    gate.set()
    await door.world.conversations.drain()
    await door.deliver()
    assert "네, 쓰실 수 있습니다." in door.texts()


async def test_starting_is_answered_with_a_greeting(door: Door) -> None:
    await door.say("/start")
    assert "무엇을 도와드릴까요?" in door.texts()


async def test_a_photo_without_words_is_kept_as_such(door: Door, telegram: FakeTelegram) -> None:
    await telegram.say("1001", "", file=InboundFile("a.jpg", "image/jpeg", b"\xff\xd8\xff"))
    await until(lambda: door.world.stored() == ["(사진을 보냈습니다)"])


async def test_a_citizen_who_blocked_the_bot_leaves_a_failed_delivery_with_its_reason(
    door: Door, telegram: FakeTelegram
) -> None:
    telegram.blocked.add("1001")
    await door.say(COPIER)
    assert [(item.state, item.reason) for item in door.items()] == [
        ("failed", "시민이 이 봇을 차단하여 보낼 수 없습니다.")
    ]


async def test_a_citizen_of_the_trial_page_needs_no_number(door: Door) -> None:
    await door.say(COPIER, sender="phone-1")
    assert "네, 쓰실 수 있습니다." in door.texts("phone-1")
