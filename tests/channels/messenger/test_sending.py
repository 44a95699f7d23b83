"""Replies on their way to Messenger: within the platform's time, one message a call, none repeated."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from channels.fake import Said
from channels.messenger.adapter import AUTOMATED, MessengerChannel
from channels.messenger.fake import FakeMessenger
from channels.messenger.settings import MessengerSettings
from channels.protocol import Button, Delivery, InboundFile, Outcome, Receipt, Reply
from channels.registry import TABLE
from core.clock import FixedClock
from core.errors import Invalid

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
CDN = "https://cdn.fbsbx.com/v/1.pdf"
QUICK = {"content_type": "text", "title": "네", "payload": "affirm"}
EXAMPLE = {name.removeprefix("EUNGDAE_MESSENGER_").lower(): v for name, v in FakeMessenger.example.items()}
SETTINGS = MessengerSettings(_env_file=None, api="http://vendor.test", **EXAMPLE)


class Try:
    """The channel and the platform it speaks with; the citizen has written at `NOW`."""

    def __init__(self, instead: httpx.AsyncBaseTransport | None = None) -> None:
        """`instead`: another platform than the fake."""
        self.clock = FixedClock(NOW)
        self.fake = FakeMessenger("http://program/channels/messenger", clock=self.clock)
        self.fake.hook(Said("7", "안녕하세요", message_id="m-1", at=NOW))
        client = httpx.AsyncClient(transport=instead or self.fake.transport())
        self.channel = MessengerChannel(TABLE["messenger"], SETTINGS, client)

    async def send(self, *texts: str, **more: Any) -> Receipt:
        replies = [Reply(kind="text", text=text) for text in texts]
        more = {"written_at": NOW, "at": self.clock.now()} | more
        return await self.channel.send(Delivery("a" * 32, "7", replies, **more))

    @property
    def screen(self) -> list[str]:
        return [bubble.text for bubble in self.fake.shown("7")]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(call.body) for call in self.fake.received]


@pytest.fixture
def messenger() -> Try:
    return Try()


async def test_each_bubble_is_a_message_and_the_token_stands_in_no_address(messenger: Try) -> None:
    receipt = await messenger.send("하나", "둘")
    assert (receipt.outcome, receipt.done) == (Outcome.SENT, 2)
    assert messenger.screen == ["하나", "둘"]
    assert [body["messaging_type"] for body in messenger.bodies] == ["RESPONSE", "RESPONSE"]
    assert {call.path for call in messenger.fake.received} == {"/me/messages"}


async def test_after_a_fault_only_what_is_left_is_sent(messenger: Try) -> None:
    await messenger.send("하나")
    messenger.fake.fail("429", retry_after=30)
    busy = await messenger.send("하나", "둘", "셋", done=1)
    assert (busy.outcome, busy.done, busy.retry_after) == (Outcome.LATER, 1, 30)
    rest = await messenger.send("하나", "둘", "셋", done=busy.done)
    assert (rest.outcome, rest.done) == (Outcome.SENT, 3)
    assert messenger.screen == ["하나", "둘", "셋"]


@pytest.mark.parametrize("kind", ["cut", "timeout", "500"])
async def test_where_nobody_can_know_whether_it_arrived_it_is_marked(messenger: Try, kind: Any) -> None:
    messenger.fake.fail(kind)
    receipt = await messenger.send("하나")
    assert (receipt.outcome, receipt.uncertain, receipt.done) == (Outcome.LATER, True, 0)


async def test_after_a_day_the_bot_is_silent(messenger: Try) -> None:
    messenger.clock.at += timedelta(hours=24)
    assert (await messenger.send("제때")).outcome is Outcome.SENT
    messenger.clock.at += timedelta(seconds=1)
    late = await messenger.send("늦음")
    assert (late.outcome, messenger.screen) == (Outcome.REFUSED, ["제때"])
    assert "메신저로는 보낼 수 없습니다" in late.reason


async def test_a_person_may_write_for_seven_days_and_says_so(messenger: Try) -> None:
    messenger.clock.at += timedelta(days=7)
    assert (await messenger.send("담당자입니다.", by_person=True)).outcome is Outcome.SENT
    assert (messenger.bodies[0]["messaging_type"], messenger.bodies[0]["tag"]) == (
        "MESSAGE_TAG",
        "HUMAN_AGENT",
    )
    messenger.clock.at += timedelta(seconds=1)
    assert (await messenger.send("너무 늦음", by_person=True)).outcome is Outcome.REFUSED
    assert messenger.screen == ["담당자입니다."]


async def test_within_a_day_a_person_needs_no_tag(messenger: Try) -> None:
    await messenger.send("담당자입니다.", by_person=True)
    assert "tag" not in messenger.bodies[0]


async def test_a_bot_says_that_it_is_one_when_it_begins_to_speak(messenger: Try) -> None:
    await messenger.send("무엇을 도와드릴까요?", "둘째", opens=True)
    await messenger.send("또")
    assert messenger.screen == [f"{AUTOMATED}\n\n무엇을 도와드릴까요?", "둘째", "또"]


async def test_buttons_become_quick_replies(messenger: Try) -> None:
    offered = Reply(kind="text", text="도움이 되었나요?", buttons=[Button(label="네", payload="affirm")])
    await messenger.channel.send(Delivery("a" * 32, "7", [offered]))
    assert messenger.bodies[0]["message"]["quick_replies"] == [
        {"content_type": "text", "title": "네", "payload": "affirm"}
    ]


@pytest.mark.parametrize(
    ("status", "code", "outcome", "reason"),
    [
        (400, 10, Outcome.REFUSED, "기간"),
        (400, 100, Outcome.REFUSED, "받는 분을 찾을 수 없습니다"),
        (400, 551, Outcome.REFUSED, "받지 않습니다"),
        (400, 613, Outcome.LATER, "너무 많다고"),
        (400, 190, Outcome.LATER, "토큰"),
        (500, 2, Outcome.LATER, "장애"),
        (400, 12345, Outcome.REFUSED, "400"),
        (503, None, Outcome.LATER, "503"),
        (400, "10", Outcome.REFUSED, "400"),
    ],
)
async def test_the_platforms_errors_are_told_apart_for_staff(
    status: int, code: object, outcome: Outcome, reason: str
) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(status, json={"error": {"code": code}}))
    receipt = await Try(answer).send("하나")
    assert receipt.outcome is outcome
    assert reason in receipt.reason


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "no"}', b"null", b"<html>"])
async def test_an_error_that_nobody_can_read_is_judged_by_its_status(body: bytes) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(400, content=body))
    assert (await Try(answer).send("하나")).outcome is Outcome.REFUSED


async def test_a_file_is_fetched_from_facebooks_hosts_without_our_token() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"%PDF-")

    channel = Try(httpx.MockTransport(answer)).channel
    assert await channel.fetch(InboundFile("신청서.pdf", reference=CDN)) == b"%PDF-"
    elsewhere = ["https://example.com/1.pdf", "http://cdn.fbsbx.com/1.pdf", "https://evilfbcdn.net/1"]
    for address in elsewhere:
        with pytest.raises(Invalid):
            await channel.fetch(InboundFile("신청서.pdf", reference=address))
    assert [str(request.url) for request in asked] == [CDN]
    assert "authorization" not in asked[0].headers


@pytest.mark.parametrize(
    ("change", "after", "code"),
    [
        ({}, timedelta(hours=24), None),
        ({}, timedelta(hours=25), 10),
        ({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}, timedelta(days=7), None),
        ({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}, timedelta(days=8), 10),
        ({"message": {"text": "👋" * 1001}}, timedelta(), 100),
        ({"message": {"text": "네", "quick_replies": [QUICK] * 14}}, timedelta(), 100),
        ({"message": {"text": "네", "quick_replies": [QUICK | {"title": "가" * 21}]}}, timedelta(), 100),
    ],
)
async def test_the_platform_to_try_with_is_as_strict_as_facebooks(
    messenger: Try, change: dict[str, Any], after: timedelta, code: int | None
) -> None:
    call = {"recipient": {"id": "7"}, "messaging_type": "RESPONSE", "message": {"text": "네"}} | change
    messenger.clock.at += after
    token = {"authorization": f"Bearer {EXAMPLE['page_token']}"}
    async with httpx.AsyncClient(transport=messenger.fake.transport(), base_url="http://fb") as client:
        answer = (await client.post("/me/messages", json=call, headers=token)).json()
    assert answer.get("error", {}).get("code") == code
