"""Webhook calls as Facebook really sends them, and messages inside the Send API's limits."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messenger.adapter import MessengerChannel, signature
from channels.messenger.settings import MessengerSettings
from channels.protocol import Answered, Button, Ignored, Inbound, Reply, Request
from channels.registry import TABLE
from channels.text import length
from core.errors import Forbidden, Malformed, Unauthorized

FIXTURES = Path(__file__).parent / "fixtures"
CITIZEN, PAGE = "7461820353910274", "100012345678901"
SECRET = "s3cret"
CHECK = {"hub.mode": "subscribe", "hub.verify_token": "our word", "hub.challenge": "1158201444"}


def channel(page_id: str = "") -> MessengerChannel:
    settings = MessengerSettings(
        _env_file=None, app_secret=SECRET, page_token="token", verify_token="our word", page_id=page_id
    )
    return MessengerChannel(TABLE["messenger"], settings, httpx.AsyncClient())


MESSENGER = channel()


def body(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def parse(raw: bytes, channel: MessengerChannel = MESSENGER) -> list[Any]:
    return channel.parse(Request(raw))


def only(name: str) -> Any:
    [event] = parse(body(name))
    return event


def test_the_first_check_is_answered_with_its_challenge() -> None:
    request = Request(b"", method="GET", query=CHECK)
    MESSENGER.verify(request)
    assert MESSENGER.parse(request) == [Answered("1158201444")]


@pytest.mark.parametrize(
    "change", [{"hub.verify_token": "guess"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}]
)
def test_a_check_without_our_word_is_refused(change: dict[str, str]) -> None:
    for query in (CHECK | change, {}):
        with pytest.raises(Forbidden):
            MESSENGER.verify(Request(b"", method="GET", query=query))


def test_the_signature_is_the_one_of_facebooks_guide() -> None:
    raw = body("text")
    expected = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert signature(SECRET.encode(), raw) == expected
    MESSENGER.verify(Request(raw, {"x-hub-signature-256": expected}))


@given(st.binary(max_size=60), st.text(max_size=40))
def test_a_forged_signature_never_passes(raw: bytes, guess: str) -> None:
    right = signature(SECRET.encode(), raw)
    others = {guess, "", right.removeprefix("sha256="), right[:-1], right.upper(), signature(b"x", raw)}
    for forged in others - {right}:
        with pytest.raises(Unauthorized):
            MESSENGER.verify(
                Request(raw, {"x-hub-signature-256": forged.encode("utf-8", "replace").decode()})
            )


def test_a_signature_of_another_body_is_refused() -> None:
    with pytest.raises(Unauthorized):
        MESSENGER.verify(
            Request(body("image"), {"x-hub-signature-256": signature(SECRET.encode(), body("text"))})
        )


@pytest.mark.parametrize("name", ["text", "text_with_nlp_and_reply"])
def test_a_typed_text_comes_with_its_sender(name: str) -> None:
    inbound = only(name)
    assert isinstance(inbound, Inbound)
    assert (inbound.channel, inbound.sender, inbound.text) == ("messenger", CITIZEN, "복사기 써도 되나요?")
    assert (inbound.payload, inbound.files) == (None, ())
    assert len(inbound.message_id) == 64


def test_a_pressed_quick_reply_brings_its_payload() -> None:
    assert (only("quick_reply").text, only("quick_reply").payload) == ("네", "affirm")


@pytest.mark.parametrize(
    ("name", "text", "payload"),
    [
        ("get_started", "시작하기", "greet"),
        ("menu_button", "접수번호로 조회", "check_ticket"),
        ("old_postback", "담당자 찾기", "find_staff"),
    ],
)
def test_a_pages_own_buttons_are_pressed_like_ours(name: str, text: str, payload: str) -> None:
    assert (only(name).text, only(name).payload) == (text, payload)


def test_an_old_button_without_an_id_is_told_apart_by_its_moment() -> None:
    later = json.loads(body("old_postback"))
    later["entry"][0]["messaging"][0]["timestamp"] += 1
    [other] = parse(json.dumps(later).encode())
    assert only("old_postback").message_id == only("old_postback").message_id != other.message_id


@pytest.mark.parametrize(
    ("name", "text", "files"),
    [
        ("image", "(사진을 보냈습니다)", ["사진"]),
        ("two_pictures", "(사진을 보냈습니다)", ["사진", "사진"]),
        ("file_with_text", "신청서입니다", ["신청서.pdf"]),
        ("video", "(영상을 보냈습니다)", ["영상"]),
        ("voice", "(음성을 보냈습니다)", ["음성"]),
        ("location", "(위치를 보냈습니다)", []),
        ("shared_link", "이 글 보세요 https://example.com/a", []),
    ],
)
def test_what_came_along_is_named(name: str, text: str, files: list[str]) -> None:
    inbound = only(name)
    assert (inbound.text, [file.name for file in inbound.files]) == (text, files)


def test_where_somebody_is_isnt_kept() -> None:
    assert "37.56" not in repr(only("location"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("echo", "echo"),
        ("standby", "standby"),
        ("like", "a message without words"),
        ("sticker", "a message without words"),
        ("shared_post", "a message without words"),
        ("delivery", "neither a message nor a button"),
        ("read", "neither a message nor a button"),
        ("reaction", "neither a message nor a button"),
        ("handover", "neither a message nor a button"),
        ("feed_change", "no message"),
        ("instagram", "not about a page"),
    ],
)
def test_what_needs_no_answer_is_deliberately_ignored(name: str, reason: str) -> None:
    assert only(name) == Ignored(reason)


def test_a_broken_event_of_a_batch_hides_none_of_the_others() -> None:
    events = parse(body("batch"))
    assert [event.text for event in events if isinstance(event, Inbound)] == ["복사기 써도 되나요?", "둘째"]
    assert events.count(Ignored("unreadable event")) == 3
    assert len(events) == 6


def test_only_the_registered_page_is_heard_where_one_is() -> None:
    assert parse(body("another_page"), channel(PAGE)) == [Ignored("another page")]
    assert isinstance(parse(body("text"), channel(PAGE))[0], Inbound)


@pytest.mark.parametrize(
    "change",
    [
        {"sender": {"id": ""}},
        {"sender": {"id": "7\u0000"}},
        {"sender": {"id": 7}},
        {"sender": None},
        {"message": {"text": "네"}},
        {"message": {"mid": "", "text": "네"}},
        {"message": {"mid": "m", "text": ["네"]}},
        {"timestamp": "soon"},
    ],
)
def test_an_event_that_stands_alone_and_cannot_be_read_is_malformed(change: dict[str, Any]) -> None:
    call = json.loads(body("text"))
    call["entry"][0]["messaging"][0] |= change
    with pytest.raises(Malformed):
        parse(json.dumps(call).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("http://["),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "url", "type", "mid", "text", "payload"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from(["sender", "message", "postback", "timestamp"]), JSON)
def test_no_shape_of_an_event_breaks_the_parser(field: str, value: object) -> None:
    call = json.loads(body("image"))
    call["entry"][0]["messaging"] += [call["entry"][0]["messaging"][0] | {field: value}]
    first, _ = parse(json.dumps(call).encode())
    assert isinstance(first, Inbound)


WORDS = st.lists(
    st.sampled_from(["가나다 ", "각", "👩‍👩‍👧", "🇰🇷", "접수되었습니다. ", "긴 설명입니다. " * 90, "\n"]),
    min_size=1, max_size=40,
).map(lambda pieces: "말" + "".join(pieces))  # fmt: skip
LABELS = st.lists(st.sampled_from(["네", "정부광고 수수료는 ", "👩‍👩‍👧"]), min_size=1, max_size=30).map(
    "".join
)
BUTTONS = st.lists(st.builds(Button, label=LABELS, payload=st.sampled_from(["affirm", "faq:a"])), max_size=15)


@given(st.lists(st.builds(Reply, kind=st.just("text"), text=WORDS, buttons=BUTTONS), max_size=5))
def test_whatever_is_said_is_inside_the_limits(replies: list[Reply]) -> None:
    messages = MESSENGER.render(replies)["messages"]
    assert all(1 <= length(message["text"], "utf16") <= 2000 for message in messages)
    assert not any("quick_replies" in message for message in messages[:-1])
    offered = messages[-1].get("quick_replies", []) if messages else []
    assert len(offered) <= 13
    assert all(1 <= length(one["title"], "utf16") <= 20 for one in offered)
