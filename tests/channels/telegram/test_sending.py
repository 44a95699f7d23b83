"""What Telegram is asked to do, and what it says to that."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from channels.protocol import Button, Delivery, InboundFile, Outcome, Reply
from channels.registry import TABLE
from channels.telegram.adapter import TelegramChannel
from channels.telegram.fake import FakeTelegram
from channels.telegram.settings import TelegramSettings
from core.errors import Invalid

API = "http://telegram.test"
TOKEN = FakeTelegram.example["EUNGDAE_TELEGRAM_TOKEN"]


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram("http://house.test/channels/telegram")


@pytest.fixture
def telegram(fake: FakeTelegram) -> TelegramChannel:
    return channel(fake.transport())


def channel(transport: httpx.AsyncBaseTransport, token: str = TOKEN) -> TelegramChannel:
    settings = TelegramSettings(_env_file=None, token=token, secret="s3cret", api=API)
    return TelegramChannel(TABLE["telegram"], settings, httpx.AsyncClient(transport=transport))


def delivery(*replies: Reply, done: int = 0) -> Delivery:
    return Delivery("a" * 32, "1001", replies, done=done)


def says(words: str, *buttons: Button) -> Reply:
    return Reply(kind="text", text=words, buttons=list(buttons))


YES = Button(label="네", payload="affirm")


async def test_words_come_with_their_buttons_one_below_the_other(
    telegram: TelegramChannel, fake: FakeTelegram
) -> None:
    no = Button(label="아니요", payload="deny")
    receipt = await telegram.send(delivery(says("답입니다."), says("도움이 되었나요?", YES, no)))
    assert (receipt.outcome, receipt.done) == (Outcome.SENT, 2)
    assert [bubble.text for bubble in fake.shown("1001")] == ["답입니다.", "도움이 되었나요?"]
    body = json.loads(fake.received[1].body)
    keyboard = [[{"text": "네", "callback_data": "affirm"}], [{"text": "아니요", "callback_data": "deny"}]]
    assert body["reply_markup"] == {"inline_keyboard": keyboard}


async def test_a_long_answer_is_counted_in_utf16_and_parted_between_sentences(
    telegram: TelegramChannel, fake: FakeTelegram
) -> None:
    receipt = await telegram.send(delivery(says("긴 설명입니다. 👍🏽 " * 600)))
    assert receipt.outcome is Outcome.SENT
    assert len(fake.shown("1001")) > 1


async def test_a_label_too_long_for_a_line_is_written_out_with_its_number(
    telegram: TelegramChannel, fake: FakeTelegram
) -> None:
    whole = "정부광고 수수료는 얼마이고 언제 어떻게 내야 하는지 알고 싶습니다"
    await telegram.send(delivery(says("고르십시오.", Button(label=whole, payload="faq:ads.fee"))))
    [shown] = fake.shown("1001")
    assert f"1. {whole}" in shown.text
    assert len(shown.buttons[0].label) <= 32


async def test_a_payload_beyond_64_bytes_is_typed_by_its_number(
    telegram: TelegramChannel, fake: FakeTelegram
) -> None:
    await telegram.send(delivery(says("고르십시오.", Button(label="긴 것", payload="faq:" + "가" * 30))))
    [shown] = fake.shown("1001")
    assert "1. 긴 것" in shown.text
    assert not shown.buttons


async def test_a_busy_telegram_tells_in_its_body_how_long_to_wait(
    telegram: TelegramChannel, fake: FakeTelegram
) -> None:
    fake.fail("429", retry_after=17)
    receipt = await telegram.send(delivery(says("답입니다.")))
    assert (receipt.outcome, receipt.retry_after, receipt.uncertain) == (Outcome.LATER, 17.0, False)


async def test_what_was_taken_before_a_failure_is_not_said_again(
    telegram: TelegramChannel, fake: FakeTelegram
) -> None:
    parts = (says("하나."), says("둘."), says("셋."))
    await telegram.send(delivery(parts[0]))
    fake.fail("500")
    receipt = await telegram.send(delivery(*parts, done=1))
    assert (receipt.outcome, receipt.done, receipt.uncertain) == (Outcome.LATER, 1, True)
    receipt = await telegram.send(delivery(*parts, done=receipt.done))
    assert (receipt.outcome, receipt.done) == (Outcome.SENT, 3)
    assert [bubble.text for bubble in fake.shown("1001")] == ["하나.", "둘.", "셋."]


async def test_who_blocked_the_bot_is_named_as_the_reason(
    telegram: TelegramChannel, fake: FakeTelegram
) -> None:
    fake.blocked.add("1001")
    receipt = await telegram.send(delivery(says("답입니다.")))
    assert (receipt.outcome, receipt.reason) == (
        Outcome.REFUSED, "시민이 이 봇을 차단하여 보낼 수 없습니다.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "description", "outcome", "reason"),
    [
        (403, "Forbidden: user is deactivated", Outcome.REFUSED, "탈퇴"),
        (400, "Bad Request: chat not found", Outcome.REFUSED, "찾을 수 없습니다"),
        (400, "Bad Request: something new", Outcome.REFUSED, "보낼 수 없다고 합니다(400)"),
        (401, "Unauthorized", Outcome.LATER, "봇 토큰"),
        (404, "Not Found", Outcome.LATER, "봇 토큰"),
    ],
)
async def test_a_refusal_is_told_to_staff_in_korean(
    status: int, description: str, outcome: Outcome, reason: str
) -> None:
    telegram = channel(answering(status, {"ok": False, "error_code": status, "description": description}))
    receipt = await telegram.send(delivery(says("답입니다.")))
    assert receipt.outcome is outcome
    assert reason in receipt.reason


@pytest.mark.parametrize("body", [None, [], "x", {"parameters": None}, {"parameters": {"retry_after": "x"}}])
async def test_a_busy_telegram_that_says_nothing_readable_breaks_nothing(body: object) -> None:
    receipt = await channel(answering(429, body)).send(delivery(says("답입니다.")))
    assert (receipt.outcome, receipt.retry_after) == (Outcome.LATER, 0.0)


async def test_a_file_is_fetched_from_telegram_itself(telegram: TelegramChannel, fake: FakeTelegram) -> None:
    fake.keep(InboundFile("사업계획서.pdf", "application/pdf", b"%PDF-1.7"))
    content = await telegram.fetch(InboundFile("사업계획서.pdf", reference="file-1"))
    assert content == b"%PDF-1.7"


@pytest.mark.parametrize(
    "body", [{"ok": True}, {"ok": True, "result": True}, {"ok": True, "result": {"file_path": ""}}, []]
)
async def test_a_file_without_an_address_cannot_be_had(body: object) -> None:
    with pytest.raises(Invalid, match="받지 못했습니다"):
        await channel(answering(200, body)).fetch(InboundFile("a", reference="x"))


async def test_a_file_that_telegram_finds_too_large_is_refused_with_our_limit() -> None:
    telegram = channel(answering(400, {"ok": False, "description": "Bad Request: file is too big"}))
    with pytest.raises(Invalid, match="10 MB"):
        await telegram.fetch(InboundFile("a", reference="x"))


async def test_an_unknown_file_cannot_be_had(telegram: TelegramChannel) -> None:
    with pytest.raises(Invalid):
        await telegram.fetch(InboundFile("a", reference="nobody's"))


@pytest.mark.parametrize("fails", [httpx.ConnectError, httpx.ReadTimeout])
async def test_the_token_in_the_address_reaches_no_log_and_no_reason(
    fails: Callable[[str], Exception], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise fails(f"{request.url}")

    receipt = await channel(httpx.MockTransport(broken)).send(delivery(says("답입니다.")))
    assert TOKEN not in receipt.reason + caplog.text


def answering(status: int, body: object) -> httpx.AsyncBaseTransport:
    return httpx.MockTransport(lambda _: httpx.Response(status, json=body))
