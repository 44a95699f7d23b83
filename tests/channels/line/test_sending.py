"""Replies on their way to LINE: by the event's token where it lives, pushed once where it doesn't."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from channels.fake import Said
from channels.line.adapter import LineChannel
from channels.line.fake import FakeLine
from channels.line.settings import LineSettings
from channels.protocol import Delivery, Inbound, InboundFile, Outcome, Receipt, Reply, Request
from channels.registry import TABLE
from core.clock import FixedClock
from core.errors import Invalid

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
TEXT = {"type": "text", "text": "네"}
ITEM = {
    "type": "action",
    "action": {"type": "postback", "label": "네", "data": "affirm\n네", "displayText": "네"},
}


class Try:
    """The channel and the platform it speaks with."""

    def __init__(self, client: httpx.AsyncClient, fake: FakeLine, clock: FixedClock) -> None:
        example = {name.removeprefix("EUNGDAE_LINE_").lower(): v for name, v in FakeLine.example.items()}
        self.channel = LineChannel(TABLE["line"], LineSettings(_env_file=None, **example), client)
        self.fake, self.clock = fake, clock

    def hear(self, text: str, message_id: str = "e-1") -> Inbound:
        hook = self.fake.hook(Said("U1", text, message_id=message_id, at=self.clock.now()))
        [inbound] = self.channel.parse(Request(hook.body, hook.headers, at=self.clock.now()))
        assert isinstance(inbound, Inbound)
        return inbound

    async def send(self, text: str, way_back: str = "", key: str = KEY, uncertain: bool = False) -> Receipt:
        replies = [Reply(kind="text", text=text)]
        now = self.clock.now()
        return await self.channel.send(
            Delivery(key, "U1", replies, way_back=way_back, at=now, uncertain=uncertain)
        )

    @property
    def screen(self) -> list[str]:
        return [bubble.text for bubble in self.fake.shown("U1")]

    @property
    def calls(self) -> list[str]:
        return [call.path.rpartition("/")[2] for call in self.fake.received]


@pytest.fixture
async def line() -> AsyncIterator[Try]:
    clock = FixedClock(NOW)
    fake = FakeLine("http://program/channels/line", clock=clock)
    async with httpx.AsyncClient(transport=fake.transport()) as client:
        yield Try(client, fake, clock)


async def test_an_answer_goes_by_the_events_token(line: Try) -> None:
    assert (await line.send("네", line.hear("안녕하세요").way_back)).outcome is Outcome.SENT
    assert (line.screen, line.calls) == (["네"], ["reply"])


async def test_what_nobody_asked_for_is_pushed(line: Try) -> None:
    assert (await line.send("답변드립니다.")).outcome is Outcome.SENT
    assert (line.screen, line.calls) == (["답변드립니다."], ["push"])


async def test_where_the_token_is_too_old_it_is_pushed(line: Try) -> None:
    way_back = line.hear("안녕하세요").way_back
    line.clock.at += timedelta(minutes=2)
    assert (await line.send("늦었습니다.", way_back)).outcome is Outcome.SENT
    assert (line.screen, line.calls) == (["늦었습니다."], ["reply", "push"])


async def test_a_token_serves_one_answer_and_the_next_one_is_pushed(line: Try) -> None:
    way_back = line.hear("안녕하세요").way_back
    await line.send("하나", way_back)
    assert (await line.send("둘", way_back, key="f" * 32)).outcome is Outcome.SENT
    assert line.screen == ["하나", "둘"]


async def test_a_reply_whose_answer_was_lost_is_not_said_again(line: Try) -> None:
    way_back = line.hear("안녕하세요").way_back
    line.fake.fail("cut", taken=True)
    lost = await line.send("네", way_back)
    assert (lost.outcome, lost.uncertain) == (Outcome.LATER, True)
    line.clock.at += timedelta(seconds=3)
    assert (await line.send("네", way_back, uncertain=True)).outcome is Outcome.SENT
    assert line.screen == ["네"]


async def test_a_reply_that_never_arrived_is_said_at_the_next_try(line: Try) -> None:
    way_back = line.hear("안녕하세요").way_back
    line.fake.fail("500")
    assert (await line.send("네", way_back)).uncertain
    assert (await line.send("네", way_back, uncertain=True)).outcome is Outcome.SENT
    assert line.screen == ["네"]


async def test_where_nobody_can_know_it_is_rather_said_twice_than_never(line: Try) -> None:
    way_back = line.hear("안녕하세요").way_back
    line.fake.fail("timeout")
    await line.send("네", way_back)
    line.clock.at += timedelta(minutes=2)
    assert (await line.send("네", way_back, uncertain=True)).outcome is Outcome.SENT
    assert line.screen == ["네"]


@pytest.mark.parametrize("kind", ["cut", "timeout", "500"])
async def test_a_push_that_was_accepted_before_is_shown_once(line: Try, kind: str) -> None:
    line.fake.fail(kind, taken=True)  # type: ignore[arg-type]
    lost = await line.send("답변드립니다.")
    assert (lost.outcome, lost.uncertain) == (Outcome.LATER, True)
    assert (await line.send("답변드립니다.")).outcome is Outcome.SENT
    assert line.screen == ["답변드립니다."]


async def test_when_line_is_busy_we_wait_as_long_as_it_asks(line: Try) -> None:
    line.fake.fail("429", retry_after=17)
    receipt = await line.send("답변드립니다.")
    assert (receipt.outcome, receipt.retry_after, receipt.uncertain) == (Outcome.LATER, 17, False)


async def test_who_cannot_be_written_to_is_a_refusal(line: Try) -> None:
    line.fake.fail("refuse")
    receipt = await line.send("답변드립니다.")
    assert (receipt.outcome, line.screen) == (Outcome.REFUSED, [])
    assert receipt.reason


@pytest.mark.parametrize(
    ("status", "words", "outcome", "reason"),
    [
        (429, "You have reached your monthly limit.", Outcome.REFUSED, "이번 달"),
        (401, "Authentication failed", Outcome.LATER, "액세스 토큰"),
    ],
)
async def test_what_the_operator_has_to_mend_is_said_plainly(
    status: int, words: str, outcome: Outcome, reason: str
) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(status, json={"message": words}))
    async with httpx.AsyncClient(transport=answer) as client:
        fake = FakeLine("http://program", clock=FixedClock(NOW))
        receipt = await Try(client, fake, FixedClock(NOW)).send("답변드립니다.")
    assert receipt.outcome is outcome
    assert reason in receipt.reason


async def test_nothing_to_say_bothers_nobody(line: Try) -> None:
    assert (await line.channel.send(Delivery(KEY, "U1", []))).outcome is Outcome.SENT
    assert line.calls == []


async def test_a_picture_is_fetched_from_line_with_our_token(line: Try) -> None:
    key = line.fake.keep(InboundFile("사진.png", "image/png", b"\x89PNG"))
    assert await line.channel.fetch(InboundFile("사진", reference=key)) == b"\x89PNG"


async def test_a_file_that_is_gone_is_said_to_be(line: Try) -> None:
    with pytest.raises(Invalid):
        await line.channel.fetch(InboundFile("사진", reference="gone"))


@pytest.mark.parametrize(
    ("messages", "headers", "status"),
    [
        ([TEXT] * 6, {}, 400),
        ([], {}, 400),
        ([TEXT | {"text": "👋" * 2501}], {}, 400),
        ([TEXT | {"quickReply": {"items": [ITEM] * 14}}], {}, 400),
        ([TEXT], {"x-line-retry-key": "once"}, 400),
        ([TEXT], {"authorization": "Bearer guess"}, 401),
        ([TEXT | {"quickReply": {"items": [ITEM] * 13}}], {}, 200),
    ],
)
async def test_the_platform_to_try_with_is_as_strict_as_lines(
    line: Try, messages: list[Any], headers: dict[str, str], status: int
) -> None:
    proof = {"authorization": f"Bearer {FakeLine.example['EUNGDAE_LINE_ACCESS_TOKEN']}"}
    async with httpx.AsyncClient(transport=line.fake.transport(), base_url="http://line") as client:
        call = {"to": "U1", "messages": messages}
        answer = await client.post("/v2/bot/message/push", json=call, headers=proof | headers)
    assert answer.status_code == status
