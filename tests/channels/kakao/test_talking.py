"""A citizen talks in KakaoTalk, and the whole program answers: at once, late, or unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.fake import Fault, Shown
from channels.kakao.adapter import KakaoChannel
from channels.kakao.fake import FakeKakao
from channels.protocol import Abilities, Delivery, Inbound, InboundFile, Outcome, Receipt, Request
from channels.registry import TABLE
from conversations.completion import Completion
from tests.contracts.doors import CITIZEN, Door, opened
from tests.conversations.world import COPIER, FEE, UNKNOWN, World


@dataclass
class Talk:
    """A citizen with KakaoTalk, and the program that answers."""

    door: Door
    cloud: FakeKakao
    channel: KakaoChannel
    world: World

    async def say(
        self, text: str, payload: str | None = None, sender: str = CITIZEN, file: InboundFile | None = None
    ) -> list[str]:
        """The texts that are new on the screen when everything under way is done."""
        before = len(self.cloud.shown(sender))
        assert (await self.begin(text, payload, sender, file)).status_code == 200
        await self.deliver()
        return [bubble.text for bubble in self.cloud.shown(sender)[before:]]

    async def begin(
        self, text: str, payload: str | None = None, sender: str = CITIZEN, file: InboundFile | None = None
    ) -> httpx.Response:
        return await self.cloud.say(sender, text, payload, file=file)

    async def deliver(self) -> None:
        await self.world.conversations.drain()
        await self.door.deliver()

    @property
    def screen(self) -> list[Shown]:
        return self.cloud.shown(CITIZEN)

    def slow(self) -> asyncio.Event:
        """The dialogue answers when the event is set, and Kakao waits for a moment only."""
        self.channel.abilities = replace(self.channel.abilities, seconds=0.1)
        self.world.dialogue.gate = asyncio.Event()
        return self.world.dialogue.gate

    async def letter(self, words: str = "확인했습니다.", **form: str) -> None:
        """A member of staff answers the citizen's ticket."""
        await self.say(UNKNOWN)
        await self.world.conversations.submit("kakao", CITIZEN, self.world.form(**form))
        await self.world.casework.answer(self.world.tickets()[0].number, "kim", words)
        await self.deliver()


@dataclass
class Post:
    """A way out by mail."""

    name: str = "email"
    abilities: Abilities = TABLE["email"]
    sent: list[Delivery] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> Receipt:
        self.sent.append(delivery)
        return Receipt(Outcome.SENT)


@asynccontextmanager
async def talking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    async with opened("kakao", tmp_path, monkeypatch) as door:
        cloud, channel = door.fake, door.channel
        assert isinstance(cloud, FakeKakao)
        assert isinstance(channel, KakaoChannel)
        yield Talk(door, cloud, channel, door.world)
        assert cloud.flaws == []


@pytest.fixture
async def kakao(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    """A bot that can't speak first."""
    async with talking(tmp_path, monkeypatch) as talk:
        yield talk


@pytest.fixture
async def pushing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    """One that can, by the Event API."""
    monkeypatch.setenv("EUNGDAE_KAKAO_BOT_ID", "5f2a")
    monkeypatch.setenv("EUNGDAE_KAKAO_REST_KEY", "rest-key")
    async with talking(tmp_path, monkeypatch) as talk:
        talk.channel._push.result_after = (0.0,)
        yield talk


async def test_an_answer_comes_with_its_request(kakao: Talk) -> None:
    assert await kakao.say(COPIER) == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    assert [button.label for button in kakao.screen[-1].buttons] == ["네", "아니요"]


async def test_a_question_is_chosen_from_a_list_by_a_touch(kakao: Talk) -> None:
    await kakao.say(FEE)
    chosen = kakao.screen[-1].buttons[0]
    assert chosen.label == "정부광고 수수료는 얼마인가요?"
    assert (await kakao.say(chosen.said, chosen.payload))[0] == "10 %입니다."


async def test_the_welcome_block_is_greeted(kakao: Talk) -> None:
    assert await kakao.say("", "greet") == ["안녕하세요. 무엇을 도와드릴까요?"]


async def test_an_answer_that_takes_long_comes_by_the_callback_once(kakao: Talk) -> None:
    kakao.cloud.callbacks = True
    gate = kakao.slow()
    await kakao.begin(COPIER)
    assert "잠시만" in kakao.screen[-1].text
    assert not kakao.screen[-1].buttons
    gate.set()
    await kakao.deliver()
    assert [one.text for one in kakao.screen][1:] == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    assert await kakao.say("안녕하세요") == ["안녕하세요. 무엇을 도와드릴까요?"]


@pytest.mark.parametrize("fault", ["500", "429"])
async def test_a_callback_that_is_busy_is_tried_again(kakao: Talk, fault: Any) -> None:
    kakao.cloud.callbacks = True
    kakao.cloud.fail(fault)
    gate = kakao.slow()
    await kakao.begin(COPIER)
    gate.set()
    await kakao.deliver()
    assert len(kakao.screen) == 1
    kakao.world.later(seconds=5)
    await kakao.deliver()
    assert len(kakao.screen) == 3


async def test_what_the_callback_takes_no_more_waits_for_the_next_message(kakao: Talk) -> None:
    kakao.cloud.callbacks = True
    gate = kakao.slow()
    await kakao.begin(COPIER)
    kakao.world.later(minutes=2)
    gate.set()
    await kakao.deliver()
    assert kakao.cloud.received == []  # too late even to ask
    assert await kakao.say("안녕하세요") == [
        "네, 쓰실 수 있습니다.",
        "도움이 되었나요?",
        "안녕하세요. 무엇을 도와드릴까요?",
    ]


async def test_without_a_callback_a_button_fetches_the_answer(kakao: Talk) -> None:
    gate = kakao.slow()
    await kakao.begin(COPIER)
    [fetch] = kakao.screen[-1].buttons
    await kakao.begin(fetch.said, fetch.payload)
    assert kakao.screen[-1].buttons == [fetch]  # still not there
    gate.set()
    await kakao.deliver()
    assert await kakao.say(fetch.said, fetch.payload) == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    assert kakao.world.stored() == [COPIER]
    assert await kakao.say("네", "affirm") != []


async def test_the_button_waits_for_the_answer_as_long_as_kakao_waits(kakao: Talk) -> None:
    gate = kakao.slow()
    await kakao.begin(COPIER)
    [fetch] = kakao.screen[-1].buttons
    kakao.channel.abilities = replace(kakao.channel.abilities, seconds=4.0)
    pressing = asyncio.create_task(kakao.begin(fetch.said, fetch.payload))
    await asyncio.sleep(0.05)
    gate.set()
    await pressing
    assert kakao.screen[-1].text == "도움이 되었나요?"


async def test_the_button_pressed_once_more_brings_nothing_twice(kakao: Talk) -> None:
    await kakao.say(COPIER)
    [said] = await kakao.say("답변 확인하기", "fetch_reply")
    assert "새로 도착한 답변이 없습니다" in said
    assert "새로 도착한 답변이 없습니다" in (await kakao.say("답변 확인하기", "fetch_reply", sender="U2"))[0]


async def test_without_the_event_api_a_persons_words_wait(kakao: Talk) -> None:
    await kakao.letter()
    assert "확인했습니다." not in kakao.screen[-1].text
    assert (await kakao.say("안녕하세요"))[0].startswith("확인했습니다.")


async def test_with_the_event_api_a_persons_words_come_by_themselves(pushing: Talk) -> None:
    await pushing.letter()
    assert pushing.screen[-1].text.startswith("확인했습니다.")
    assert len(await pushing.say("안녕하세요")) == 1


async def test_whom_no_event_reaches_hears_with_the_next_message(pushing: Talk) -> None:
    pushing.cloud.strangers.add(CITIZEN)
    await pushing.letter()
    [item] = pushing.door.items()
    assert "채널을 추가하지 않았거나" in item.reason
    assert (await pushing.say("안녕하세요"))[0].startswith("확인했습니다.")


async def test_what_no_event_brings_goes_by_mail_as_well(pushing: Talk) -> None:
    pushing.cloud.strangers.add(CITIZEN)
    pushing.world.channels["email"] = mail = Post()
    await pushing.letter(email="hong@example.kr")
    [sent] = mail.sent
    assert (sent.to, sent.replies[0].text) == ("hong@example.kr", "확인했습니다.")
    assert (await pushing.say("안녕하세요"))[0].startswith("확인했습니다.")


@pytest.mark.parametrize("fault", ["timeout", "429", "500", "cut"])
async def test_an_event_that_fails_is_tried_again(pushing: Talk, fault: Any) -> None:
    await pushing.say(UNKNOWN)
    pushing.cloud.fail(fault, retry_after=3)
    await pushing.letter()
    assert "확인했습니다." not in str(pushing.screen)
    pushing.world.later(seconds=5)
    await pushing.deliver()
    assert str(pushing.screen).count("확인했습니다.") == 1


async def test_a_long_letter_is_several_events_each_told_once(pushing: Talk) -> None:
    await pushing.letter(" ".join(f"{n}번째 문장입니다." for n in range(150)))
    told = [call for call in pushing.cloud.received if call.path.endswith("/talk")]
    assert len(told) == 2
    assert str(pushing.screen).count("번째 문장입니다.") == 150


async def test_of_a_long_letter_only_what_is_missing_is_told_again(pushing: Talk) -> None:
    await pushing.say(UNKNOWN)
    pushing.cloud.faults.extend([Fault("pass"), Fault("pass"), Fault("500")])  # one, its result, the next
    await pushing.letter(" ".join(f"{n}번째 문장입니다." for n in range(150)))
    pushing.world.later(seconds=5)
    await pushing.deliver()
    assert str(pushing.screen).count("번째 문장입니다.") == 150


async def test_a_wrong_key_is_told_to_staff(pushing: Talk) -> None:
    pushing.cloud.rest_key = "another"
    await pushing.letter()
    [item] = pushing.door.items()
    assert (item.state, "401" in item.reason) == ("failed", True)


async def test_a_picture_is_fetched_from_where_kakao_keeps_it(kakao: Talk) -> None:
    photo = InboundFile("영수증.png", "image/png", b"\x89PNG\r\n\x1a\n")
    await kakao.say("", file=photo)
    hook = kakao.cloud.hook(kakao.cloud.sent[-1][0])
    [inbound] = kakao.channel.parse(Request(hook.body, hook.headers))
    assert isinstance(inbound, Inbound)
    assert inbound.text == "(사진을 보냈습니다)"
    assert await kakao.channel.fetch(inbound.files[0]) == photo.content


async def test_no_crash_loses_an_answer_that_comes_late(kakao: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies the moment after the answer is stored."""
    gate = kakao.slow()
    await kakao.begin(COPIER)
    monkeypatch.setattr(Completion, "tell_later", lambda *_: None)
    gate.set()
    await kakao.deliver()
    assert (await kakao.say("안녕하세요"))[0] == "네, 쓰실 수 있습니다."
