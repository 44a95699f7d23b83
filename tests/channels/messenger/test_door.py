"""A citizen on Messenger, the whole program and Facebook's platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.messenger.adapter import AUTOMATED
from channels.messenger.fake import FakeMessenger
from tests.contracts.doors import CITIZEN, Door, opened
from tests.conversations.world import COPIER, FEE, UNKNOWN


@pytest.fixture
async def messenger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    async with opened("messenger", tmp_path, monkeypatch) as door:
        yield door


async def open_ticket(door: Door) -> str:
    await door.say(UNKNOWN)
    await door.world.conversations.submit("messenger", CITIZEN, door.world.form())
    return door.world.tickets()[0].number


async def test_the_webhooks_address_is_checked_before_it_is_used(messenger: Door) -> None:
    assert isinstance(messenger.fake, FakeMessenger)
    assert (await messenger.fake.subscribe()).text == "1158201444"
    assert (await messenger.fake.subscribe("guess")).status_code == 403


async def test_the_bot_says_what_it_is_first_and_again_after_a_day(messenger: Door) -> None:
    await messenger.say(COPIER)
    await messenger.say(COPIER)
    messenger.world.later(days=1, seconds=1)
    await messenger.say(COPIER)
    told = [bubble.text.startswith(AUTOMATED) for bubble in messenger.shown()]
    assert told == [True, False, False, False, True, False]


async def test_the_bot_says_what_it_is_after_a_person_has_spoken(messenger: Door) -> None:
    number = await open_ticket(messenger)
    await messenger.world.casework.answer(number, "kim", "확인했습니다.")
    await messenger.say("안녕하세요")
    *_, person, bot = [bubble.text for bubble in messenger.shown()]
    assert person.startswith("확인했습니다.")
    assert bot.startswith(AUTOMATED)


async def test_a_choice_can_be_pressed(messenger: Door) -> None:
    await messenger.say(FEE)
    first, *_ = messenger.shown()[-1].buttons
    await messenger.say(first.said, first.payload)
    assert messenger.shown()[1].text.startswith("10 %입니다.")


async def test_a_staffs_reply_after_three_days_goes_as_a_persons(messenger: Door) -> None:
    number = await open_ticket(messenger)
    messenger.world.later(days=3)
    await messenger.world.casework.answer(number, "kim", "확인했습니다.")
    await messenger.deliver()
    assert messenger.shown()[-1].text.startswith("확인했습니다.")
    assert b"HUMAN_AGENT" in messenger.fake.received[-1].body


async def test_a_staffs_reply_after_eight_days_fails_at_once_and_says_why(messenger: Door) -> None:
    number = await open_ticket(messenger)
    messenger.world.later(days=8)
    await messenger.world.casework.answer(number, "kim", "확인했습니다.")
    await messenger.deliver()
    [item] = [item for item in messenger.items() if item.state == "failed"]
    assert "메신저로는 보낼 수 없습니다" in item.reason
    assert item.ticket_id
