"""TalkTalk's citizens and the whole program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.fake import Hook
from channels.naver.fake import FakeNaver
from channels.protocol import InboundFile
from tests.contracts.doors import Door, opened
from tests.conversations.world import COPIER, UNKNOWN
from web import webhooks

FIXTURES = Path(__file__).parent / "fixtures"
HANDOFF = "상담원 연결"
PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


@pytest.fixture
async def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    async with opened("naver", tmp_path, monkeypatch) as door:
        yield door


def naver(door: Door) -> FakeNaver:
    assert isinstance(door.fake, FakeNaver)
    return door.fake


async def bring(door: Door, **event: Any) -> httpx.Response:
    return await door.knock(Hook(json.dumps({"user": "u1"} | event).encode()))


async def test_every_real_event_gets_a_200(door: Door) -> None:
    for path in sorted(set(FIXTURES.glob("*.json")) - {FIXTURES / "image.json"}):
        answer = await door.knock(Hook(path.read_bytes()))
        assert answer.status_code == 200, path.stem
        assert answer.headers["content-type"] == "application/json;charset=UTF-8"


async def test_a_picture_is_taken_in_and_said_to_have_come(door: Door) -> None:
    file = InboundFile("a.jpg", "image/jpeg", PICTURE)
    assert (await naver(door).say("1001", "", file=file)).status_code == 200
    assert door.world.stored() == ["(사진을 보냈습니다)"]


async def test_an_echo_of_our_own_words_is_counted_and_answered_with_nothing(door: Door) -> None:
    before = webhooks.ignored["naver: echo"]
    answer = await bring(
        door, event="echo", echoedEvent="send", textContent={"text": "네, 쓰실 수 있습니다."}
    )
    assert (answer.status_code, answer.json()) == (200, {})
    assert webhooks.ignored["naver: echo"] == before + 1
    assert door.nothing_is_stored()


async def test_while_a_person_of_the_partner_centre_talks_the_bot_is_silent(door: Door) -> None:
    answer = await bring(door, event="send", standby=True, textContent={"text": COPIER})
    assert answer.json() == {}
    assert door.nothing_is_stored()


async def test_who_takes_the_consent_back_leaves_no_words_behind(door: Door) -> None:
    await door.say(COPIER, sender="u1")
    answer = await bring(door, event="profile", options={"result": "WITHDRAW"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert COPIER not in door.world.stored()


async def test_coming_in_is_greeted_with_the_answer_itself(door: Door) -> None:
    answer = await bring(door, event="open", options={"inflow": "button"})
    assert "무엇을 도와드릴까요?" in answer.text


async def test_a_late_answer_is_announced_by_typing_and_pushed(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.channel, "abilities", replace(door.channel.abilities, seconds=0.05))
    door.world.dialogue.gate = gate = asyncio.Event()
    await door.say(COPIER)
    assert (naver(door).typing, door.shown()) == (["1001"], [])
    gate.set()
    await door.world.conversations.drain()
    await door.deliver()
    assert door.texts().count("네, 쓰실 수 있습니다.") == 1


async def test_without_a_token_a_late_answer_is_fetched_by_a_button(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _opened(tmp_path, monkeypatch, EUNGDAE_NAVER_TOKEN="") as door:
        monkeypatch.setattr(door.channel, "abilities", replace(door.channel.abilities, seconds=0.05))
        door.world.dialogue.gate = gate = asyncio.Event()
        await door.say(COPIER)
        [bubble] = door.shown()
        gate.set()
        await door.world.conversations.drain()
        await door.say(bubble.buttons[0].said, bubble.buttons[0].payload)
        assert "네, 쓰실 수 있습니다." in door.shown()[1].text
        assert door.world.stored() == [COPIER]


async def test_who_asks_for_a_person_is_handed_over_with_a_card_without_personal_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _opened(tmp_path, monkeypatch, EUNGDAE_NAVER_HANDOVER="true") as door:
        await door.say(f"{UNKNOWN} 010-1234-5678로 알려 주세요")
        assert naver(door).handed_over == []
        await door.say(HANDOFF)
        [(citizen, card)] = naver(door).handed_over
        assert citizen == "1001"
        assert card["matter"] == f"{UNKNOWN} (전화번호)로 알려 주세요"
        assert "1234-5678" not in str(card)
        assert "대화 연결을 요청했습니다" in door.texts()


async def test_whom_the_partner_centres_people_are_done_with_waits_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _opened(tmp_path, monkeypatch, EUNGDAE_NAVER_HANDOVER="true") as door:
        await door.say(HANDOFF)
        assert door.world.conversation("1001", "naver").waiting_since
        for user in ("1001", "nobody"):
            answer = await bring(door, event="handover", user=user, options={"control": "passThread"})
            assert answer.status_code == 200
        assert door.world.conversation("1001", "naver").waiting_since is None


async def test_with_rasa_down_a_person_is_called_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _opened(tmp_path, monkeypatch, EUNGDAE_NAVER_HANDOVER="true") as door:
        door.world.dialogue.down = True
        await door.say(HANDOFF)
        assert [citizen for citizen, _ in naver(door).handed_over] == ["1001"]


async def test_the_card_names_the_newest_ticket_and_the_department(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _opened(tmp_path, monkeypatch, EUNGDAE_NAVER_HANDOVER="true") as door:
        await door.world.conversations.submit("naver", "1001", door.world.form())
        await door.say(COPIER)
        await door.say(HANDOFF)
        [(_, card)] = naver(door).handed_over
        assert card["number"] == door.world.tickets()[0].number
        assert (card["department"], card["matter"]) == ("총무팀", COPIER)


def _opened(folder: Path, patch: pytest.MonkeyPatch, **settings: str) -> Any:
    patch.setattr(FakeNaver, "example", {**FakeNaver.example, **settings})
    return opened("naver", folder, patch)
