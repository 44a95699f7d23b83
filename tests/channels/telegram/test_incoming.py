"""Updates as Telegram really sends them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.protocol import Ignored, Inbound, InboundFile, Request
from channels.registry import TABLE
from channels.telegram.adapter import TelegramChannel
from channels.telegram.settings import TelegramSettings
from core.errors import Invalid, Malformed, Unauthorized

FIXTURES = Path(__file__).parent / "fixtures"
SETTINGS = TelegramSettings(_env_file=None, token="1:t", secret="s3cret")
TELEGRAM = TelegramChannel(TABLE["telegram"], SETTINGS, httpx.AsyncClient())


def parse(name: str) -> Inbound | Ignored:
    [event] = TELEGRAM.parse(Request((FIXTURES / f"{name}.json").read_bytes()))
    return event


def read(name: str) -> Inbound:
    event = parse(name)
    assert isinstance(event, Inbound)
    return event


def test_a_typed_text_comes_with_its_chat_and_the_updates_number() -> None:
    assert read("text") == Inbound("telegram", "1001", "902145001", "복사기 써도 되나요?")


def test_start_greets_whatever_link_led_here() -> None:
    assert (read("start").text, read("start").payload) == ("시작하기", "greet")


@pytest.mark.parametrize("words", ["/start", "/start@our_bot", "/start abc"])
def test_every_way_of_starting_greets(words: str) -> None:
    assert read_text(words).payload == "greet"


@pytest.mark.parametrize("words", ["/startle", "start", "메일은 /start", "@", "  ", "hong@example.kr"])
def test_other_words_are_words(words: str) -> None:
    assert (read_text(words).text, read_text(words).payload) == (words, None)


def read_text(words: str) -> Inbound:
    update = json.loads((FIXTURES / "text.json").read_text())
    update["message"]["text"] = words
    [event] = TELEGRAM.parse(Request(json.dumps(update).encode()))
    assert isinstance(event, Inbound)
    return event


def test_a_pressed_button_brings_its_words_its_payload_and_what_stops_its_waiting() -> None:
    pressed = read("button")
    assert (pressed.sender, pressed.text, pressed.payload) == ("1001", "네", "affirm")
    assert pressed.way_back == "4382bfdwdsb323b2d9"


def test_a_button_under_a_message_that_telegram_forgot_still_works() -> None:
    pressed = read("button_of_old_message")
    assert (pressed.text, pressed.payload) == ("(단추를 눌렀습니다)", "deny")


def test_of_a_photo_the_largest_size_that_we_take_is_kept_with_its_caption() -> None:
    photo = read("photo")
    assert photo.text == "고장 난 곳입니다"
    assert photo.files == (InboundFile("사진.jpg", "image/jpeg", reference="middle"),)


@pytest.mark.parametrize(
    ("name", "text", "file"),
    [
        ("photo_alone", "(사진을 보냈습니다)", InboundFile("사진.jpg", "image/jpeg", reference="small")),
        (
            "document",
            "(파일을 보냈습니다)",
            InboundFile("사업계획서.pdf", "application/pdf", reference="doc-1"),
        ),
        ("voice", "(파일을 보냈습니다)", InboundFile("첨부 파일", "audio/ogg", reference="voice-1")),
    ],
)
def test_a_file_without_words_says_that_it_came(name: str, text: str, file: InboundFile) -> None:
    assert (read(name).text, read(name).files) == (text, (file,))


@pytest.mark.parametrize(
    ("name", "text"),
    [("sticker", "👍"), ("contact", "01012345678"), ("location", "(위치를 보냈습니다)")],
)
def test_what_is_no_text_becomes_words_and_a_place_is_not_read(name: str, text: str) -> None:
    assert (read(name).text, read(name).files) == (text, ())


@pytest.mark.parametrize(
    "name", ["group", "from_bot", "edited", "blocked", "pinned", "button_of_inline_message"]
)
def test_what_needs_no_answer_is_ignored_with_a_reason(name: str) -> None:
    event = parse(name)
    assert isinstance(event, Ignored)
    assert event.reason


@pytest.mark.parametrize(
    "change",
    [
        {"update_id": "x"},
        {"update_id": -1},
        {"update_id": 2**70},
        {"update_id": None},
        {"message": {"chat": {}}},
        {"message": {"chat": {"id": 2**80, "type": "private"}, "text": "네"}},
        {"message": {"chat": {"id": 1, "type": "private"}, "photo": "x"}},
    ],
)
def test_an_update_of_another_shape_is_malformed(change: dict[str, Any]) -> None:
    update = json.loads((FIXTURES / "text.json").read_text()) | change
    with pytest.raises(Malformed):
        TELEGRAM.parse(Request(json.dumps(update).encode()))


@pytest.mark.parametrize("given", ["", "S3CRET", "s3cret ", "비밀"])
def test_whoever_does_not_know_the_secret_is_refused(given: str) -> None:
    with pytest.raises(Unauthorized):
        TELEGRAM.verify(Request(b"{}", {"x-telegram-bot-api-secret-token": given}))


def test_without_both_secrets_the_channel_stays_shut() -> None:
    assert SETTINGS.configured
    assert not TelegramSettings(_env_file=None, token="1:t").configured
    assert not TelegramSettings(_env_file=None, secret="s3cret").configured


def test_a_secret_that_telegram_would_not_take_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EUNGDAE_TELEGRAM_SECRET", "비밀 값")
    with pytest.raises(Invalid) as refused:
        TelegramSettings.load()
    assert "EUNGDAE_TELEGRAM_SECRET" in refused.value.message
    assert "비밀 값" not in refused.value.message
