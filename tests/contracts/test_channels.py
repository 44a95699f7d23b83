"""What every channel promises (`channels.protocol`), tried on each of them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from channels.kakao.adapter import KakaoChannel
from channels.kakao.settings import KakaoSettings
from channels.protocol import Button, Channel, Ignored, Inbound, Reply, Request
from channels.registry import TABLE, build_channels
from channels.web.adapter import WebChannel
from core.clock import FixedClock
from core.errors import Forbidden, Malformed, Unauthorized
from core.secrets import Secrets
from core.settings import Settings
from core.tokens import Signer

SIGNER = Signer("key", FixedClock(datetime(2026, 11, 24, 1, 0, tzinfo=UTC)))
WEB = WebChannel(TABLE["web"], SIGNER, days=30)
KAKAO = KakaoChannel(TABLE["kakao"], "s3cret", KakaoSettings(_env_file=None))
TOKEN = WEB.issue()
KINDS = ["text", "answer", "choices", "feedback", "offer", "form", "ticket", "status", "staff"]


@dataclass(frozen=True)
class Harness:
    """How a channel's requests are made, and what its limits are."""

    channel: Channel
    proof: Mapping[str, str]
    body: Callable[[str, str, str | None], dict[str, Any]]
    """Message id, text and payload as the channel's JSON."""
    within_limits: Callable[[dict[str, Any], list[Reply]], None]

    def request(self, body: object, headers: Mapping[str, str] | None = None) -> Request:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Request(raw, self.proof if headers is None else headers)

    def parse(self, message_id: str, text: str, payload: str | None = None) -> Inbound | Ignored:
        [event] = self.channel.parse(self.request(self.body(message_id, text, payload)))
        return event


def web_body(message_id: str, text: str, payload: str | None) -> dict[str, Any]:
    return {"id": message_id, "text": text, "payload": payload}


def web_limits(body: dict[str, Any], replies: list[Reply]) -> None:
    """The widget shows everything: what goes in comes out."""
    assert [Reply.model_validate(reply) for reply in body["replies"]] == replies


def kakao_body(message_id: str, text: str, payload: str | None) -> dict[str, Any]:
    extra = {"payload": payload} if payload else None
    return {
        "userRequest": {"user": {"id": "u-1"}, "utterance": text, "block": {"id": message_id}},
        "bot": {"id": "5f2a"},
        "action": {"clientExtra": extra},
    }


def kakao_limits(body: dict[str, Any], replies: list[Reply]) -> None:
    assert body["version"] == "2.0"
    texts = [output["simpleText"]["text"] for output in body["template"]["outputs"]]
    quick = body["template"]["quickReplies"]
    assert 1 <= len(texts) <= 3
    assert all(1 <= len(text) <= 1000 for text in texts)
    assert len(quick) <= 10
    assert all(1 <= len(reply["label"]) <= 14 for reply in quick)
    assert len({reply["messageText"] for reply in quick}) == len(quick)
    payloads = {button.payload for reply in replies for button in reply.buttons}
    assert {reply["extra"]["payload"] for reply in quick} <= payloads
    assert len(json.dumps(body["template"]["outputs"], ensure_ascii=False).encode()) <= 30_720


HARNESSES = {
    "web": Harness(WEB, {"authorization": f"Bearer {TOKEN}"}, web_body, web_limits),
    "kakao": Harness(KAKAO, {"x-eungdae-secret": "s3cret"}, kakao_body, kakao_limits),
}


@pytest.fixture(params=sorted(HARNESSES))
def harness(request: pytest.FixtureRequest) -> Harness:
    return HARNESSES[request.param]


def test_every_registered_channel_is_tried_here() -> None:
    secrets = Secrets("a", "b", "c", "d", "e")
    assert set(build_channels(Settings(_env_file=None), secrets, SIGNER, httpx.AsyncClient())) == set(
        HARNESSES
    )


def test_a_genuine_request_is_let_in(harness: Harness) -> None:
    harness.channel.verify(harness.request(harness.body("message-1", "안녕하세요", None)))


def test_a_request_without_proof_is_refused(harness: Harness) -> None:
    with pytest.raises((Unauthorized, Forbidden)):
        harness.channel.verify(harness.request(harness.body("message-1", "안녕하세요", None), {}))


@pytest.mark.parametrize(
    "damage", [lambda v: "", lambda v: v[:-3], lambda v: v + "x", lambda v: v.swapcase(), lambda v: "é" + v]
)
def test_a_request_with_a_forged_proof_is_refused(harness: Harness, damage: Callable[[str], str]) -> None:
    forged = {name: damage(value) for name, value in harness.proof.items()}
    with pytest.raises((Unauthorized, Forbidden)):
        harness.channel.verify(harness.request(harness.body("message-1", "안녕하세요", None), forged))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"{}",
        b"\xff\xfe",
        b'{"id": 1}',
        b"[" * 10_000,
        b'{"text": "\\ud800"}',
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(harness: Harness, raw: bytes) -> None:
    with pytest.raises(Malformed):
        harness.channel.parse(harness.request(raw))


@given(st.sampled_from(sorted(HARNESSES)), st.binary(max_size=200))
def test_no_bytes_at_all_break_a_parser(name: str, raw: bytes) -> None:
    harness = HARNESSES[name]
    with contextlib.suppress(Malformed):
        harness.channel.parse(harness.request(raw))


def test_a_text_arrives_as_it_was_typed(harness: Harness) -> None:
    inbound = harness.parse("message-1", "복사기 써도\n되나요? 👋🏽")
    assert isinstance(inbound, Inbound)
    assert (inbound.channel, inbound.text, inbound.payload) == (
        harness.channel.name,
        "복사기 써도\n되나요? 👋🏽",
        None,
    )
    assert inbound.sender


def test_a_pressed_button_arrives_with_its_payload(harness: Harness) -> None:
    inbound = harness.parse("message-1", "네", "affirm")
    assert isinstance(inbound, Inbound)
    assert inbound.payload == "affirm"


def test_a_second_delivery_carries_the_same_message_id_and_another_message_another(harness: Harness) -> None:
    first, again = harness.parse("message-1", "네"), harness.parse("message-1", "네")
    other = harness.parse("message-2", "네")
    assert isinstance(first, Inbound)
    assert isinstance(again, Inbound)
    assert isinstance(other, Inbound)
    assert first.message_id == again.message_id != other.message_id
    assert first.sender == other.sender


def test_ids_fit_the_columns_that_keep_them(harness: Harness) -> None:
    inbound = harness.parse("m" * 64, "네")
    assert isinstance(inbound, Inbound)
    assert len(inbound.message_id) <= 80
    assert len(inbound.sender) <= 80


@given(st.sampled_from(sorted(HARNESSES)), st.text(max_size=100))
def test_an_id_that_no_database_keeps_never_comes_through(name: str, message_id: str) -> None:
    with contextlib.suppress(Malformed):
        inbound = HARNESSES[name].parse(message_id, "네")
        assert isinstance(inbound, Inbound)
        assert len(inbound.message_id) <= 80
        assert inbound.message_id.isprintable()


PIECES = [
    "가나다 ",
    "각",
    "é",
    "👩‍👩‍👧",
    "🇰🇷",
    "문의가 접수되었습니다. ",
    "\n",
    "a" * 90,
    "긴 설명입니다. " * 40,
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map(lambda p: "".join(["말", *p]))
LABELS = st.lists(st.sampled_from(["네", "정부광고 수수료는 ", "👩‍👩‍👧", "각"]), min_size=1, max_size=12).map(
    "".join
)
REPLIES = st.lists(
    st.builds(
        Reply,
        kind=st.sampled_from(KINDS),
        text=TEXTS,
        buttons=st.lists(
            st.builds(Button, label=LABELS, payload=st.sampled_from(["affirm", "deny", "faq:a"])), max_size=14
        ),
        data=st.sampled_from(
            [
                {},
                {"department": {"name": "총무팀", "phone": "02-000-1100"}},
                {
                    "signed": {
                        "name": "김담당",
                        "title": "과장",
                        "department": "고객지원팀",
                        "phone": "02-000-1001",
                    }
                },
            ]
        ),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("name", sorted(HARNESSES))
@given(replies=REPLIES)
def test_whatever_is_said_is_rendered_inside_the_channels_limits(name: str, replies: list[Reply]) -> None:
    harness = HARNESSES[name]
    body = harness.channel.render(replies)
    harness.within_limits(json.loads(json.dumps(body)), replies)


def test_nothing_to_say_is_rendered_inside_the_limits_too(harness: Harness) -> None:
    harness.within_limits(harness.channel.render([]), [])


@given(text=TEXTS)
def test_kakao_never_shows_half_a_character(text: str) -> None:
    body = HARNESSES["kakao"].channel.render([Reply(kind="text", text=text)])
    shown = [output["simpleText"]["text"] for output in body["template"]["outputs"]]
    whole = set(regex.findall(r"\X", text)) | {"…"}
    assert {c for part in shown for c in regex.findall(r"\X", part) if c.strip()} <= whole
