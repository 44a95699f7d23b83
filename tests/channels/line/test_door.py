"""A citizen on LINE, the whole program and LINE's platform: each message once, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.doors import CITIZEN, Door, opened
from tests.conversations.world import COPIER, FEE, UNKNOWN


@pytest.fixture
async def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    async with opened("line", tmp_path, monkeypatch) as door:
        yield door


async def test_a_question_is_answered_by_the_token_that_came_with_it(line: Door) -> None:
    await line.say(COPIER)
    answer, did_it_help = line.shown()
    assert answer.text.startswith("네, 쓰실 수 있습니다.")
    assert did_it_help.text == "도움이 되었나요?"
    assert [button.label for button in did_it_help.buttons] == ["네", "아니요"]
    assert [call.path for call in line.fake.received] == ["/v2/bot/message/reply"]


async def test_a_choice_can_be_pressed_and_is_kept_in_whole_words(line: Door) -> None:
    await line.say(FEE)
    first, *_ = line.shown()[-1].buttons
    await line.say(first.said, first.payload)
    assert line.shown()[1].text.startswith("10 %입니다.")
    assert line.world.stored()[-1] == "정부광고 수수료는 얼마인가요?"


async def test_a_new_friend_is_greeted(line: Door) -> None:
    await line.say("시작하기", "greet")
    assert [bubble.text for bubble in line.shown()] == ["안녕하세요. 무엇을 도와드릴까요?"]


async def test_a_staffs_reply_is_pushed(line: Door) -> None:
    await line.say(UNKNOWN)
    await line.world.conversations.submit("line", CITIZEN, line.world.form())
    await line.world.casework.answer(line.world.tickets()[0].number, "kim", "확인했습니다.")
    await line.deliver()
    assert line.shown()[-1].text.startswith("확인했습니다.\n— 김담당")
    assert line.fake.received[-1].path == "/v2/bot/message/push"


async def test_an_answer_whose_receipt_was_lost_is_seen_once(line: Door) -> None:
    line.fake.fail("cut", taken=True)
    await line.say(COPIER)
    line.world.later(seconds=5)
    await line.deliver()
    assert len(line.shown()) == 2
    assert [item.state for item in line.items()] == ["sent"]
