"""Events as TalkTalk really sends them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.naver.adapter import NaverChannel
from channels.naver.settings import NaverSettings
from channels.protocol import Event, Forget, HandedBack, Ignored, Inbound, InboundFile, Request, Typing
from channels.registry import TABLE
from core.errors import Forbidden, Invalid, Malformed

FIXTURES = Path(__file__).parent / "fixtures"
CITIZEN = "al-2eGuGr5WQOnco1_V-FQ"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NAVER = NaverChannel(TABLE["naver"], NaverSettings(_env_file=None, enabled=True), httpx.AsyncClient())


def body(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def parse(name: str) -> Event:
    [event] = NAVER.parse(Request(body(name), at=NOW))
    return event


def read(name: str) -> Inbound:
    event = parse(name)
    assert isinstance(event, Inbound)
    return event


def test_a_typed_text_comes_with_its_sender() -> None:
    said = read("text")
    assert said == Inbound("naver", CITIZEN, said.message_id, "복사기 써도 되나요?")


def test_a_pressed_button_brings_its_code_back() -> None:
    assert (read("button").text, read("button").payload) == ("네", "affirm")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sticker", "(스티커를 보냈습니다)"),
        ("vphone", "050719003814,2017-11-03"),
        ("product", "신문 구독 상품"),
        ("composite", "미디어 교육\n11월 과정을 문의합니다."),
    ],
)
def test_whatever_a_citizen_sends_becomes_words(name: str, text: str) -> None:
    assert (read(name).text, read(name).payload, read(name).files) == (text, None, ())


def test_a_picture_is_fetched_later_and_encrypted_on_its_way() -> None:
    address = "https://talk.phinf.naver.net/20261123_20/photo_01.PNG?type=w640"
    assert read("image").text == "(사진을 보냈습니다)"
    assert read("image").files == (InboundFile("사진.png", "image/png", reference=address),)


def test_coming_in_is_greeted() -> None:
    assert (read("open").text, read("open").payload) == ("시작하기", "greet")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("standby", "standby"),
        ("standby_in_options", "standby"),
        ("echo", "echo"),
        ("leave", "leave"),
        ("friend", "friend"),
        ("typing_off", "action"),
        ("persistent_menu", "persistentMenu"),
        ("profile", "profile"),
        ("profile_disagree", "profile"),
        ("profile_cancel", "profile"),
        ("handover_taken", "handover"),
        ("open_from_list", "opened to read on"),
    ],
)
def test_what_needs_no_answer_is_ignored_with_a_reason(name: str, reason: str) -> None:
    assert parse(name) == Ignored(reason)


def test_a_citizen_who_is_writing_is_seen_to() -> None:
    assert parse("typing_on") == Typing("naver", CITIZEN)


def test_who_takes_the_consent_back_is_forgotten() -> None:
    assert parse("profile_withdraw") == Forget("naver", CITIZEN)


def test_whom_the_partner_centres_people_are_done_with_comes_back() -> None:
    assert parse("handover") == HandedBack("naver", CITIZEN)


def test_an_event_that_nobody_knows_is_ignored() -> None:
    [event] = NAVER.parse(Request(b'{"event": "brandNew"}'))
    assert event == Ignored("unknown event")


@pytest.mark.parametrize("content", [{}, {"textContent": {}}, {"textContent": None}, {"imageContent": None}])
def test_a_message_without_content_is_ignored(content: dict[str, Any]) -> None:
    [event] = NAVER.parse(Request(json.dumps({"event": "send", "user": "u", **content}).encode()))
    assert event == Ignored("a message without content")


@pytest.mark.parametrize(
    "change",
    [
        {"user": ""},
        {"user": "u\x00"},
        {"user": "u" * 81},
        {"user": 7},
        {"event": None},
        {"textContent": "네"},
        {"options": []},
    ],
)
def test_an_event_of_another_shape_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        NAVER.parse(Request(json.dumps(json.loads(body("text")) | change).encode()))


@given(st.text())
def test_no_address_of_a_picture_breaks_the_parser(address: str) -> None:
    event = {"event": "send", "user": "u", "imageContent": {"imageUrl": address}}
    [read] = NAVER.parse(Request(json.dumps(event).encode()))
    assert isinstance(read, Inbound)
    assert read.files[0].name.startswith("사진.")


@pytest.mark.parametrize(
    "address",
    ["http://evil.example/a.png", "http://pstatic.net.evil.example/a.png", "http://evilnaver.net/a"],
)
async def test_a_picture_that_does_not_lie_at_naver_is_not_fetched(address: str) -> None:
    with pytest.raises(Invalid):
        await NAVER.fetch(InboundFile("a.png", reference=address.replace("http:", "https:")))


def test_the_same_words_at_once_are_one_delivery_and_later_another() -> None:
    """Naver gives a message no id, and doesn't deliver twice."""

    def at(seconds: float) -> str:
        [event] = NAVER.parse(Request(body("text"), at=NOW + timedelta(seconds=seconds)))
        assert isinstance(event, Inbound)
        return event.message_id

    assert at(0) == at(1.9) != at(2.1)
    assert at(1.99) != at(2.01)  # as the README says: nothing in a request tells these apart


@pytest.mark.parametrize(
    "address", ["211.249.40.1", "211.249.68.30", "220.230.168.31", "::ffff:211.249.40.1"]
)
def test_naver_itself_is_let_in(address: str) -> None:
    NAVER.verify(Request(b"{}", address=address))


@pytest.mark.parametrize(
    "address",
    ["", "-", "localhost", "127.0.0.1", "211.249.40.32", "220.230.167.255", "::1", "::ffff:10.0.0.1"],
)
def test_nobody_else_is(address: str) -> None:
    with pytest.raises(Forbidden):
        NAVER.verify(Request(b"{}", {"x-forwarded-for": "211.249.40.1"}, address=address))


def test_the_operator_names_other_addresses() -> None:
    settings = NaverSettings(_env_file=None, enabled=True, networks="10.0.0.0/8,2001:db8::/32")
    channel = NaverChannel(TABLE["naver"], settings, httpx.AsyncClient())
    channel.verify(Request(b"{}", address="10.1.2.3"))
    channel.verify(Request(b"{}", address="2001:db8::7"))
    with pytest.raises(Forbidden):
        channel.verify(Request(b"{}", address="211.249.40.1"))


@pytest.mark.parametrize("value", ["", "211.249.40.0/27,", "211.249.40.1/27", "naver"])
def test_addresses_that_are_none_are_named_at_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("EUNGDAE_NAVER_NETWORKS", value)
    with pytest.raises(Invalid, match="EUNGDAE_NAVER_NETWORKS"):
        NaverSettings.load()


def test_a_handover_without_a_token_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUNGDAE_NAVER_HANDOVER", "true")
    with pytest.raises(Invalid, match="EUNGDAE_NAVER_HANDOVER"):
        NaverSettings.load()
