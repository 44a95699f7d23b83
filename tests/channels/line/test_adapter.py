"""Webhook calls as LINE really sends them, and messages inside LINE's limits; LINE's own SDK as the judge."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3 import SignatureValidator, WebhookParser
from linebot.v3.messaging.models import PushMessageRequest
from linebot.v3.models.events import UnknownEvent

from channels.line.adapter import LineChannel, signature
from channels.line.settings import LineSettings
from channels.protocol import Button, Ignored, Inbound, InboundFile, Reply, Request
from channels.registry import TABLE
from channels.text import length
from core.errors import Malformed, Unauthorized

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
CITIZEN = "U4af4980629e7a3c1b0d2f4e6a8c0b2d4"
CAME_AT = datetime(2026, 11, 24, 1, 0, 1, tzinfo=UTC)
SECRET = "s3cret"
LINE = LineChannel(
    TABLE["line"],
    LineSettings(_env_file=None, channel_secret=SECRET, access_token="token"),
    httpx.AsyncClient(),
)


def body(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def parse(raw: bytes) -> list[Inbound | Ignored]:
    return LINE.parse(Request(raw, at=CAME_AT))


def only(name: str) -> Any:
    [event] = parse(body(name))
    return event


def test_a_typed_text_comes_with_its_sender_and_the_token_for_its_answer() -> None:
    inbound = only("text")
    assert (inbound.channel, inbound.sender, inbound.text) == ("line", CITIZEN, "복사기 써도 되나요?")
    assert inbound.payload is None
    assert inbound.way_back == "1795482000001.nHuyWiB7yP5Zw52FIkcQobQuGDXCTA01"


def test_a_redelivery_is_the_same_message_and_another_event_is_not() -> None:
    assert only("redelivery") == only("text")
    assert only("text").message_id != only("emoji_and_mention").message_id


def test_a_token_is_never_taken_for_younger_than_our_own_clock_saw_it() -> None:
    """LINE's clock may run ahead of ours; a redelivered event keeps its first moment."""
    early = Request(body("text"), at=datetime(2026, 1, 1, tzinfo=UTC))
    [event] = LINE.parse(early)
    assert isinstance(event, Inbound)
    assert event.way_back.startswith(f"{int(early.at.timestamp() * 1000)}.")


def test_a_pressed_button_tells_its_payload_and_what_it_says() -> None:
    inbound = only("postback")
    assert (inbound.text, inbound.payload) == ("네", "affirm")


def test_a_rich_menus_button_needs_no_words() -> None:
    inbound = only("rich_menu_postback")
    assert (inbound.text, inbound.payload) == ("check_ticket", "check_ticket")


def test_who_becomes_a_friend_is_greeted() -> None:
    inbound = only("follow")
    assert (inbound.text, inbound.payload) == ("시작하기", "greet")


def test_emoji_and_mentions_stay_in_the_text() -> None:
    assert only("emoji_and_mention").text == "@담당자 (hello) 안녕하세요"


@pytest.mark.parametrize(
    ("name", "text", "files"),
    [
        ("image", "(사진을 보냈습니다)", (InboundFile("사진", reference="444009687503"),)),
        ("file", "(파일을 보냈습니다)", (InboundFile("신청서.pdf", reference="444009687505"),)),
        ("video", "(영상을 보냈습니다)", (InboundFile("영상", reference="444009687506"),)),
        ("audio", "(음성을 보냈습니다)", (InboundFile("음성", reference="444009687507"),)),
        ("image_elsewhere", "(사진을 보냈습니다)", ()),
        ("location", "(위치를 보냈습니다)", ()),
    ],
)
def test_what_is_no_text_is_named_and_fetched_by_its_id_from_line_alone(
    name: str, text: str, files: tuple[InboundFile, ...]
) -> None:
    inbound = only(name)
    assert (inbound.text, inbound.files) == (text, files)


def test_where_somebody_is_isnt_kept() -> None:
    assert "어느구" not in repr(only("location"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("standby", "standby"),
        ("group", "not a talk with one person"),
        ("room", "not a talk with one person"),
        ("sticker", "message sticker"),
        ("unfollow", "unfollow"),
        ("unsend", "unsend"),
        ("account_link", "accountLink"),
        ("video_viewed", "videoPlayComplete"),
        ("unknown_event", "somethingNew"),
        ("unknown_message", "message hologram"),
        ("connection_check", "connection check"),
    ],
)
def test_what_needs_no_answer_is_deliberately_ignored(name: str, reason: str) -> None:
    assert only(name) == Ignored(reason)


def test_a_broken_event_of_a_batch_hides_none_of_the_others() -> None:
    first, broken, unfollowed, no_event, second = parse(body("batch"))
    assert isinstance(first, Inbound)
    assert isinstance(second, Inbound)
    assert [first.text, second.text, second.sender] == ["첫째", "둘째", "Uother"]
    assert broken == no_event == Ignored("unreadable event")
    assert unfollowed == Ignored("unfollow")


@pytest.mark.parametrize(
    "change",
    [
        {"webhookEventId": ""},
        {"webhookEventId": None},
        {"timestamp": "soon"},
        {"timestamp": -1},
        {"source": {"type": "user", "userId": "U\u0000"}},
        {"source": {"type": "user", "userId": "U" * 81}},
        {"message": {"type": "text", "text": ["네"]}},
        {"message": {"type": "image", "id": "../../v2/bot/info"}},
    ],
)
def test_an_event_that_stands_alone_and_cannot_be_read_is_malformed(change: dict[str, Any]) -> None:
    call = json.loads(body("text"))
    call["events"][0] |= change
    with pytest.raises(Malformed):
        parse(json.dumps(call).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "id", "userId", "text", "data"]), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = ["type", "mode", "source", "message", "postback", "timestamp", "replyToken", "webhookEventId"]


@given(st.sampled_from(FIELDS), JSON)
def test_no_shape_of_an_event_breaks_the_parser(field: str, value: object) -> None:
    call = json.loads(body("text"))
    call["events"].append(call["events"][0] | {field: value})
    first, _ = parse(json.dumps(call).encode())
    assert isinstance(first, Inbound)


@pytest.mark.parametrize("name", NAMES)
def test_a_signature_of_lines_own_sdk_is_let_in(name: str) -> None:
    raw = body(name)
    assert SignatureValidator(SECRET).validate(raw.decode(), signature(SECRET.encode(), raw))
    LINE.verify(Request(raw, {"x-line-signature": signature(SECRET.encode(), raw)}))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), st.text(max_size=40))
def test_our_signature_is_lines_for_any_body_and_a_forged_one_never_passes(text: str, given_: str) -> None:
    raw = text.encode()
    right = signature(SECRET.encode(), raw)
    assert SignatureValidator(SECRET).validate(text, right)
    for forged in {given_, right[:-1], right.swapcase(), signature(b"other", raw)} - {right}:
        with pytest.raises(Unauthorized):
            LINE.verify(Request(raw, {"x-line-signature": forged.encode("utf-8", "replace").decode()}))


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in FIXTURES.glob("*.json") if path.stem != "batch")
)
def test_lines_own_sdk_reads_the_same_out_of_a_call(name: str) -> None:
    raw = body(name)
    theirs = WebhookParser(SECRET).parse(raw.decode(), signature(SECRET.encode(), raw))
    ours = [event for event in parse(raw) if event != Ignored("connection check")]
    assert len(theirs) == len(ours)
    for event, read in zip(theirs, ours, strict=True):
        if isinstance(read, Inbound):
            assert not isinstance(event, UnknownEvent)
            assert read.sender == event.source.user_id
            assert read.way_back.endswith(f".{event.reply_token}")
            assert read.text in (getattr(getattr(event, "message", None), "text", read.text), read.text)


WORDS = st.lists(
    st.sampled_from(["가나다 ", "각", "👩‍👩‍👧", "🇰🇷", "접수되었습니다. ", "긴 설명입니다. " * 90, "\n"]),
    min_size=1, max_size=40,
).map(lambda pieces: "말" + "".join(pieces))  # fmt: skip
LABELS = st.lists(st.sampled_from(["네", "정부광고 수수료는 ", "👩‍👩‍👧"]), min_size=1, max_size=30).map(
    "".join
)
BUTTONS = st.lists(
    st.builds(Button, label=LABELS, payload=st.sampled_from(["affirm", "faq:a", "faq:" + "b" * 76])),
    max_size=15,
)


@given(st.lists(st.builds(Reply, kind=st.just("text"), text=WORDS, buttons=BUTTONS), max_size=8))
def test_whatever_is_said_is_inside_lines_limits(replies: list[Reply]) -> None:
    messages = LINE.render(replies)["messages"]
    assert len(messages) <= 5
    assert all(1 <= length(message["text"], "utf16") <= 5000 for message in messages)
    items = [item["action"] for item in messages[-1]["quickReply"]["items"]] if _offered(messages) else []
    assert 1 <= len(items) <= 13 or not _offered(messages)
    assert all(1 <= length(action["label"], "utf16") <= 20 for action in items)
    assert all(length(action["data"], "utf16") <= 300 for action in items)
    assert all(1 <= length(action["displayText"], "utf16") <= 300 for action in items)
    if messages:
        assert PushMessageRequest.from_dict({"to": CITIZEN, "messages": messages}) is not None


def _offered(messages: list[dict[str, Any]]) -> bool:
    return bool(messages) and "quickReply" in messages[-1]


@given(LABELS, st.sampled_from(["affirm", "faq:ads.fee", "none_of_these"]))
def test_a_button_comes_back_as_it_was_offered(label: str, payload: str) -> None:
    [message] = LINE.render([Reply(kind="text", text="?", buttons=[Button(label=label, payload=payload)])])[
        "messages"
    ]
    [item] = message["quickReply"]["items"]
    call = json.loads(body("postback"))
    call["events"][0]["postback"]["data"] = item["action"]["data"]
    [inbound] = parse(json.dumps(call).encode())
    assert isinstance(inbound, Inbound)
    assert inbound.payload == payload
    assert label.startswith(inbound.text.rstrip("…").rstrip())
