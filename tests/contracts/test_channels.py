"""What every channel promises by itself (`channels.protocol`): requests in, replies out, inside its limits.

What it does together with the program stands in `test_channel_delivery`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.fake import FakeCloud, Hook, Said, Shown
from channels.protocol import Button, Channel, Delivery, Event, Ignored, Inbound, Outcome, Reply, Request
from channels.registry import TABLE, build_channels
from channels.text import length
from channels.web.adapter import WebChannel
from core.clock import FixedClock
from core.errors import Forbidden, Malformed, Unauthorized
from core.secrets import Secrets
from core.settings import Settings
from core.tokens import Signer
from tests.contracts.doors import STRANGER, Vendor, clouds, configure

CLOCK = FixedClock(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
SIGNER = Signer("key", CLOCK)
SECRETS = Secrets("a", "b", "c", "d", "kakao-secret")
KINDS = ["text", "answer", "choices", "feedback", "offer", "form", "ticket", "status", "staff"]
MESSENGERS = sorted(set(clouds()) - {"email"})
NAMES = [*MESSENGERS, "email", "web"]


@dataclass(frozen=True)
class Harness:
    """A channel, and how its genuine requests are made."""

    channel: Channel
    hook: Callable[[Said], Hook]
    fake: FakeCloud | None = None

    def request(self, said: Said, body: bytes | None = None) -> Request:
        """As it comes; with another `body`, under the same headers."""
        hook = self.hook(said)
        headers = {"content-type": "application/json"} | {k.lower(): v for k, v in hook.headers.items()}
        return Request(hook.body if body is None else body, headers, address="127.0.0.1", at=CLOCK.now())

    def read(self, said: Said) -> Inbound:
        """The one message that it is."""
        [inbound] = [one for one in self.channel.parse(self.request(said)) if isinstance(one, Inbound)]
        return inbound


@cache
def harness_of(name: str) -> Harness:
    """Made once: no test changes it."""
    vendor = Vendor()
    with pytest.MonkeyPatch.context() as patch:
        if name in clouds():
            configure(patch, name)
        built = build_channels(Settings(_env_file=None), SECRETS, SIGNER, httpx.AsyncClient(transport=vendor))
        if name == "web":
            return _web(built["web"])
        fake = clouds()[name].opened(f"http://house.test/channels/{name}", SECRETS)
    fake.clock = CLOCK
    vendor.inner = fake.transport()
    return Harness(built[name], fake.hook, fake)


def _web(channel: Channel) -> Harness:
    assert isinstance(channel, WebChannel)
    proof = {"authorization": f"Bearer {channel.issue()}"}

    def hook(said: Said) -> Hook:
        body = {"id": said.message_id, "text": said.text, "payload": said.payload}
        return Hook(json.dumps(body).encode(), proof)

    return Harness(channel, hook)


def said(text: str = "네", payload: str | None = None, message_id: str = "message-1") -> Said:
    return Said("1001", text, payload, message_id, None, CLOCK.now())


@pytest.fixture(params=NAMES)
def harness(request: pytest.FixtureRequest) -> Harness:
    return harness_of(request.param)


def test_every_channel_of_the_table_is_tried_here() -> None:
    assert set(NAMES) >= set(TABLE)


# What comes in


def test_a_genuine_request_is_let_in(harness: Harness) -> None:
    harness.channel.verify(harness.request(said()))


@pytest.mark.parametrize(
    "damage", [None, lambda v: "", lambda v: v[:-3], lambda v: v + "x", lambda v: "é" + v, lambda v: v[::-1]]
)
def test_a_request_without_proof_or_with_a_forged_one_is_refused(
    harness: Harness, damage: Callable[[str], str] | None
) -> None:
    hook = harness.hook(said())
    forged = {name.lower(): damage(value) for name, value in hook.headers.items()} if damage else {}
    with pytest.raises((Unauthorized, Forbidden)):
        harness.channel.verify(Request(hook.body, forged, address=STRANGER[0], at=CLOCK.now()))


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
        harness.channel.parse(harness.request(said(), raw))


@pytest.mark.parametrize("name", NAMES)
@given(raw=st.binary(max_size=200))
def test_no_bytes_at_all_break_a_parser(name: str, raw: bytes) -> None:
    harness = harness_of(name)
    with suppress(Malformed):
        harness.channel.parse(harness.request(said(), raw))


ODD = st.sampled_from(
    [None, 0, -1, 1.5, True, "", "x" * 300, "\u0000", "\ud800", [], {}, [None], [{}], {"text": 7}, 10**30]
)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_no_odd_value_anywhere_in_a_body_breaks_a_parser(name: str, data: st.DataObject) -> None:
    harness = harness_of(name)
    try:
        body = json.loads(harness.hook(said("복사기 써도 되나요?")).body)
    except ValueError:
        return
    for _ in range(data.draw(st.integers(1, 3))):
        parent, key = data.draw(st.sampled_from(_places(body)))
        parent[key] = deepcopy(data.draw(ODD))
    raw = json.dumps(body).encode()
    with suppress(Malformed, Forbidden):
        _require_fit(harness.channel.parse(harness.request(said(), raw)))


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Everything in it that can be replaced, as container and key."""
    keys = range(len(value)) if isinstance(value, list) else list(value) if isinstance(value, dict) else []
    return [place for key in keys for place in [(value, key), *_places(value[key])]]


def _require_fit(events: Any) -> None:
    """Whatever comes through can be kept by a database."""
    for event in events:
        if isinstance(event, Inbound):
            assert 1 <= len(event.sender) <= 80
            assert event.sender.isprintable()
            assert 1 <= len(event.message_id) <= 80
            assert event.message_id.isprintable()


@pytest.mark.parametrize("name", NAMES)
@given(message_id=st.text(max_size=100))
def test_an_id_that_no_database_keeps_never_comes_through(name: str, message_id: str) -> None:
    harness = harness_of(name)
    try:
        request = harness.request(said(message_id=message_id))
    except ValueError:
        return  # the vendor couldn't have it
    with suppress(Malformed):
        _require_fit(harness.channel.parse(request))


def test_a_text_arrives_as_it_was_typed(harness: Harness) -> None:
    inbound = harness.read(said("복사기 써도\n되나요? 👋🏽 <b>&amp;"))
    assert inbound.channel == harness.channel.name
    assert (inbound.text, inbound.payload) == ("복사기 써도\n되나요? 👋🏽 <b>&amp;", None)


def test_a_pressed_button_arrives_with_its_payload(harness: Harness) -> None:
    if harness.channel.abilities.letters:
        return  # nothing can be pressed in a letter
    assert harness.read(said("네", "affirm")).payload == "affirm"


def test_a_second_delivery_carries_the_same_message_id_and_another_message_another(harness: Harness) -> None:
    first, again = harness.read(said()), harness.read(said())
    other = harness.read(said("아니요", message_id="message-2"))
    assert first.message_id == again.message_id != other.message_id
    assert first.sender == again.sender == other.sender


UNKNOWN_EVENTS = {
    "kakao": {"isInSlotFilling": True, "value": {"origin": "내일", "resolved": None}},
    "naver": {"event": "brandNew", "options": {}, "user": "1001"},
    "telegram": {"update_id": 7, "poll_answer": {"poll_id": "1"}},
    "line": {
        "destination": "U1",
        "events": [
            {
                "type": "videoPlayComplete",
                "webhookEventId": "e1",
                "mode": "active",
                "timestamp": 1764000000000,
                "source": {"type": "user", "userId": "1001"},
                "deliveryContext": {"isRedelivery": False},
            }
        ],
    },
    "messenger": {
        "object": "page",
        "entry": [
            {
                "id": "1",
                "time": 1764000000000,
                "messaging": [
                    {
                        "sender": {"id": "1001"},
                        "recipient": {"id": "1"},
                        "timestamp": 1764000000000,
                        "reaction": {"reaction": "love", "action": "react", "mid": "m1"},
                    }
                ],
            }
        ],
    },
    "slack": {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event": {"type": "channel_created", "channel": {"id": "C1"}},
    },
}
OWN_ECHOES = {
    "naver": {"event": "echo", "echoedEvent": "send", "user": "1001", "textContent": {"text": "안녕하세요"}},
    "telegram": {
        "update_id": 8,
        "message": {
            "message_id": 1,
            "date": 1764000000,
            "chat": {"id": 1001, "type": "private"},
            "from": {"id": 5, "is_bot": True, "first_name": "응대"},
            "text": "안녕하세요",
        },
    },
    "messenger": {
        "object": "page",
        "entry": [
            {
                "id": "1",
                "time": 1764000000000,
                "messaging": [
                    {
                        "sender": {"id": "1"},
                        "recipient": {"id": "1001"},
                        "timestamp": 1764000000000,
                        "message": {"mid": "m2", "is_echo": True, "app_id": 7, "text": "안녕하세요"},
                    }
                ],
            }
        ],
    },
    "slack": {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev2",
        "event": {
            "type": "message",
            "channel_type": "im",
            "channel": "D1",
            "bot_id": "B1",
            "text": "안녕하세요",
            "ts": "1764000000.000100",
        },
    },
}


def parsed(name: str, body: object) -> list[Event]:
    harness = harness_of(name)
    return list(harness.channel.parse(harness.request(said(), json.dumps(body).encode())))


@pytest.mark.parametrize("name", MESSENGERS)
def test_an_event_that_nobody_knows_is_ignored_with_a_reason(name: str) -> None:
    [event] = parsed(name, UNKNOWN_EVENTS[name])
    assert isinstance(event, Ignored)
    assert event.reason


@pytest.mark.parametrize("name", sorted(OWN_ECHOES.keys() & set(MESSENGERS)))
def test_our_own_echo_is_ignored(name: str) -> None:
    [event] = parsed(name, OWN_ECHOES[name])
    assert isinstance(event, Ignored)


# What goes out

PIECES = [
    "가나다 ",
    "각",
    "é",
    "👩‍👩‍👧",
    "🇰🇷",
    "👋🏽",
    "<b>&*_",
    "문의가 접수되었습니다. ",
    "\n",
    "a" * 90,
    "긴 설명입니다. " * 40,
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map(lambda p: "".join(["말", *p]))
LABELS = st.lists(st.sampled_from(["네", "정부광고 수수료는 ", "👩‍👩‍👧", "각"]), min_size=1, max_size=12).map(
    "".join
)
PERSON = {"name": "김담당", "title": "과장", "department": "고객지원팀", "phone": "02-000-1001"}
DATA = [
    {},
    {"department": {"name": "총무팀", "phone": "02-000-1100"}},
    {"signed": PERSON},
    {"number": "E-20261124-ABCD", "calendar": "https://help.example.kr/calendar/token"},
    {"files": [{"name": "안내문.pdf", "size": 8, "href": "https://help.example.kr/files/token"}]},
]
REPLIES = st.lists(
    st.builds(
        Reply,
        kind=st.sampled_from(KINDS),
        text=TEXTS,
        buttons=st.lists(
            st.builds(
                Button, label=LABELS, payload=st.sampled_from(["affirm", "deny", "faq:a", "faq:" + "b" * 70])
            ),
            max_size=14,
        ),
        data=st.sampled_from(DATA),
    ),
    min_size=1,
    max_size=6,
)
_COMBINED = {c for piece in PIECES for c in regex.findall(r"\X", piece) if len(c) > 1}
_PARTS = {character for cluster in _COMBINED for character in cluster} - set("e")


def test_the_widget_shows_everything_that_is_said() -> None:
    replies = [Reply(kind="text", text="말", buttons=[Button(label="네", payload="affirm")])]
    body = harness_of("web").channel.render(replies)
    assert [Reply.model_validate(reply) for reply in body["replies"]] == replies


@pytest.mark.parametrize("name", MESSENGERS)
@settings(max_examples=60)
@given(replies=REPLIES)
async def test_whatever_is_said_is_shown_inside_the_channels_limits(name: str, replies: list[Reply]) -> None:
    _require_readable(name, await _seen(name, replies))


@pytest.mark.parametrize("name", [name for name in MESSENGERS if TABLE[name].inline])
async def test_an_answer_with_nothing_to_say_is_still_one_that_the_vendor_takes(name: str) -> None:
    await _seen(name, [])


async def _seen(name: str, replies: list[Reply]) -> list[Shown]:
    """What a citizen gets to see, who sees it for the first time."""
    harness = harness_of(name)
    assert harness.fake
    citizen = f"{2000 + len(harness.fake._threads)}"
    if harness.channel.abilities.inline:
        answer = json.dumps(harness.channel.render(replies))
        harness.fake.heard(Said(citizen, "네", message_id=citizen), httpx.Response(200, text=answer))
    else:
        now = CLOCK.now()
        delivery = Delivery(f"{len(harness.fake._threads):032x}", citizen, replies, written_at=now, at=now)
        receipt = await harness.channel.send(delivery)
        assert receipt.outcome is Outcome.SENT, receipt.reason
    assert not harness.fake.flaws
    return harness.fake.shown(citizen)


def _require_readable(name: str, shown: list[Shown]) -> None:
    can = TABLE[name]
    assert shown
    assert can.bubbles is None or can.bubbles >= len(shown) or not can.inline
    for bubble in shown:
        assert bubble.title or bubble.text
        assert length(bubble.text, can.unit) <= can.text
        assert len([button for button in bubble.buttons if not button.link]) <= can.buttons
        # What stands under a title is a list, whose entries are as long as the vendor's fake lets them be.
        longest = can.text if bubble.title else can.label
        assert all(1 <= length(button.label, can.unit) <= longest for button in bubble.buttons)
        for text in [bubble.title, bubble.text, *(button.label for button in bubble.buttons)]:
            halves = {c for c in regex.findall(r"\X", text) if set(c) & _PARTS} - _COMBINED
            assert not halves, f"half a character: {halves}"
