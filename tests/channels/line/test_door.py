"""A citizen on LINE, the whole program and LINE's platform: each message once, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.fake import Said
from channels.line.fake import FakeLine
from channels.protocol import InboundFile
from tests.channels.doors import Door, opened
from tests.conversations.world import COPIER, FEE, UNKNOWN

Line = Door[FakeLine]


@pytest.fixture
async def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    async with opened(FakeLine, tmp_path, monkeypatch) as door:
        yield door


async def test_a_question_is_answered_by_the_token_that_came_with_it(line: Line) -> None:
    answer, did_it_help = await line.say(COPIER)
    assert answer.startswith("네, 쓰실 수 있습니다.")
    assert did_it_help == "도움이 되었나요?"
    assert [call.path for call in line.cloud.received] == ["/v2/bot/message/reply"]
    assert [button.label for button in line.screen()[-1].buttons] == ["네", "아니요"]


async def test_choices_can_be_pressed(line: Line) -> None:
    await line.say(FEE)
    first, *_ = line.screen()[-1].buttons
    answer, *_ = await line.say(first.said, first.payload)
    assert answer.startswith("10 %입니다.")
    assert line.world.stored()[-1] == "정부광고 수수료는 얼마인가요?"


async def test_a_new_friend_is_greeted(line: Line) -> None:
    [greeting] = await line.say("시작하기", "greet")
    assert greeting.startswith("안녕하세요.")


async def test_a_redelivered_event_is_handled_once(line: Line) -> None:
    await line.say(COPIER, message_id="e-1")
    assert await line.say(COPIER, message_id="e-1") == []
    assert line.world.stored() == [COPIER]


async def test_a_call_with_a_forged_signature_stores_nothing(line: Line) -> None:
    hook = line.cloud.hook(Said("U1", COPIER, message_id="e-1", at=line.world.clock.now()))
    for headers in ({}, {"x-line-signature": "forged"}):
        response = await line.cloud._client.post(line.cloud.webhook, content=hook.body, headers=headers)
        assert response.status_code == 401
    assert line.world.stored() == []


async def test_a_staffs_reply_is_pushed(line: Line) -> None:
    await line.say(UNKNOWN)
    await line.world.conversations.submit("line", "U1", line.world.form())
    await line.world.casework.answer(line.world.tickets()[0].number, "kim", "확인했습니다.")
    await line.deliver()
    assert line.screen()[-1].text.startswith("확인했습니다.\n— 김담당")
    assert line.cloud.received[-1].path == "/v2/bot/message/push"


async def test_while_line_is_out_of_order_nothing_is_lost_and_the_order_stays(line: Line) -> None:
    line.cloud.fail("500", times=2)
    assert await line.say(COPIER) == []
    assert await line.say("안녕하세요") == []
    for _ in range(4):
        line.world.later(seconds=120)
        await line.deliver()
    texts = [bubble.text for bubble in line.screen()]
    assert texts[0].startswith("네, 쓰실 수 있습니다.")
    assert texts[-1].startswith("안녕하세요.")
    assert len(texts) == 3


async def test_a_picture_alone_is_a_message(line: Line) -> None:
    file = InboundFile("사진.png", "image/png", b"\x89PNG\r\n\x1a\n")
    assert await line.say("사진", file=file)
    assert line.world.stored() == ["(사진을 보냈습니다)"]
