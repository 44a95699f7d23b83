"""What Slack sends: let in by its signature, and read into what it tells."""

from __future__ import annotations

import contextlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from channels.protocol import Answered, Ignored, Inbound, InboundFile, Request, StaffAct
from channels.slack.adapter import signature
from core.errors import Malformed, Unauthorized
from tests.channels.slack.shapes import NAMES, NOW, SECRET, SLACK, body, parse, request

SECONDS = int(NOW.timestamp())


class OurClock(Clock):
    def now(self) -> float:
        return NOW.timestamp()


ORACLE = SignatureVerifier(SECRET, OurClock())


# Proof


@pytest.mark.parametrize("name", NAMES)
def test_what_slack_signed_is_let_in(name: str) -> None:
    SLACK.verify(request(body(name)))


@given(st.text(max_size=200), st.integers(SECONDS - 600, SECONDS + 600), st.sampled_from(["", "x", "=", "v"]))
def test_slacks_own_library_judges_alike(words: str, at: int, damage: str) -> None:
    raw = words.encode()
    given = signature(SECRET.encode(), str(at), raw) + damage
    ours = Request(raw, {"x-slack-request-timestamp": str(at), "x-slack-signature": given}, at=NOW)
    if ORACLE.is_valid(raw, str(at), given):
        SLACK.verify(ours)
    else:
        with pytest.raises(Unauthorized):
            SLACK.verify(ours)


def test_a_signature_is_made_as_slacks_guide_makes_it() -> None:
    """The example of "Verifying requests from Slack"."""
    raw = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature(SECRET.encode(), "1531420618", raw) == expected


@pytest.mark.parametrize("seconds", [-301, 301, -86400])
def test_a_request_played_again_later_is_refused(seconds: int) -> None:
    with pytest.raises(Unauthorized):
        SLACK.verify(request(body("message_im"), str(SECONDS + seconds)))


@pytest.mark.parametrize(
    "at", ["", "now", "nan", "1e9", "１７９５４８２０００", "-5", "1_795_482_000", "9" * 400]
)
def test_a_time_that_is_no_number_is_refused(at: str) -> None:
    with pytest.raises(Unauthorized):
        SLACK.verify(request(body("message_im"), at))


def test_a_body_that_was_changed_on_the_way_is_refused() -> None:
    genuine = request(body("message_im"))
    with pytest.raises(Unauthorized):
        SLACK.verify(Request(genuine.body + b" ", genuine.headers, at=NOW))


@pytest.mark.parametrize("headers", [{}, {"x-slack-signature": "v0=é"}, {"x-slack-request-timestamp": "1"}])
def test_a_request_without_a_whole_proof_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorized):
        SLACK.verify(Request(body("message_im"), headers, at=NOW))


# Citizens


def test_the_challenge_of_the_settings_page_is_answered() -> None:
    challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
    assert parse("url_verification") == Answered({"challenge": challenge})


def test_a_direct_message_comes_with_its_sender_and_event() -> None:
    said = parse("message_im")
    assert said == Inbound("slack", "U061F1EUR", "Ev08MFMKH6", "복사기 써도 되나요?", thread="D024BE91L")


def test_a_message_of_a_thread_stays_in_it_and_slacks_marks_become_words() -> None:
    said = parse("message_im_thread")
    assert isinstance(said, Inbound)
    assert said.thread == "D024BE91L:1795482000.000200"
    assert said.text == (
        "수수료는 <10> %인가요? 요금표 (https://example.or.kr/fee) a@example.kr & 감사합니다"
    )


def test_a_mention_begins_a_thread_and_calls_nobody() -> None:
    said = parse("app_mention")
    assert isinstance(said, Inbound)
    assert (said.text, said.thread) == ("복사기 써도 되나요?", "C123ABC456:1795482100.000400")


def test_a_mere_mention_is_a_greeting() -> None:
    said = parse("empty_mention")
    assert isinstance(said, Inbound)
    assert (said.text, said.payload, said.thread) == ("시작하기", "greet", "C123ABC456:1795482100.000400")


def test_a_picture_alone_says_that_it_is_one() -> None:
    said = parse("file_share")
    assert isinstance(said, Inbound)
    link = "https://files.slack.com/files-pri/T061EG9RZ-F0RDC39U1/photo.png"
    assert said.files == (InboundFile("현장 사진.png", "image/png", reference=link),)
    assert said.text == "(사진을 보냈습니다)"


def test_another_file_is_no_picture_and_words_beside_it_count() -> None:
    files = [{"id": "F1", "mimetype": "application/pdf", "file_access": "check_file_info"}]
    alone, with_words = (
        parse("file_share", files=files),
        parse("file_share", files=files, text="계약서입니다"),
    )
    assert isinstance(alone, Inbound)
    assert isinstance(with_words, Inbound)
    assert (alone.text, alone.files) == ("(파일을 보냈습니다)", (InboundFile("파일", "application/pdf"),))
    assert with_words.text == "계약서입니다"


def test_a_pressed_button_carries_its_payload() -> None:
    pressed = parse("button")
    assert isinstance(pressed, Inbound)
    assert (pressed.sender, pressed.text, pressed.payload) == ("U061F1EUR", "네", "affirm")
    assert pressed.thread == "D024BE91L"


def test_a_button_of_a_public_thread_is_answered_there() -> None:
    pressed = parse("button_in_thread")
    assert isinstance(pressed, Inbound)
    assert pressed.thread == "C123ABC456:1795482100.000400"


def test_the_same_press_delivered_twice_is_one_message_and_another_press_another() -> None:
    first, again = parse("button"), parse("button", trigger_id="another try")
    actions = [
        {"action_id": "choice:0", "value": "affirm", "action_ts": "1795482011.1", "text": {"text": "네"}}
    ]
    later = parse("button", actions=actions)
    assert isinstance(first, Inbound)
    assert isinstance(again, Inbound)
    assert isinstance(later, Inbound)
    assert first.message_id == again.message_id != later.message_id


# What is left alone


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("own_message", "said by a bot"),
        ("bot_message", "said by a bot"),
        ("message_changed", "a message that was changed"),
        ("message_deleted", "a message that was changed"),
        ("message_in_channel", "not said to us"),
        ("channel_created", "another event"),
        ("app_home_opened", "another event"),
        ("app_rate_limited", "news about the app"),
        ("shortcut", "another interaction"),
        ("button_link", "a link"),
    ],
)
def test_what_needs_no_answer_is_ignored_for_a_reason(name: str, reason: str) -> None:
    assert parse(name) == Ignored(reason)


def test_a_mention_in_a_direct_message_of_two_events_is_no_second_question() -> None:
    assert parse("app_mention", bot_id="B0LAN0Z80") == Ignored("said by a bot")


@pytest.mark.parametrize("raw", [b"ssl_check=1&token=x", b"command=%2Fhelp&text=hi", b""])
def test_a_form_that_is_no_interaction_is_ignored(raw: bytes) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert SLACK.parse(request(raw, **kind)) == [Ignored("no interaction")]


# Staff


def test_the_claim_button_is_an_act_of_staff() -> None:
    act = parse("claim")
    way_back = "13345224609.738474920.8088930838d88f008e0"
    assert act == StaffAct("slack", "USTAFF", "claim", "E-20261124-7F3K", way_back=way_back)


def test_a_dialog_that_was_sent_off_carries_the_answer_and_what_was_known() -> None:
    act = parse("answer")
    assert isinstance(act, StaffAct)
    assert (act.act, act.number, act.text, act.seen) == (
        "answer", "E-20261124-7F3K", "확인하여 처리하였습니다.", 7,
    )  # fmt: skip


def test_an_empty_answer_is_an_act_too_so_that_it_can_be_refused() -> None:
    view = {"callback_id": "answer", "private_metadata": '{"number": "E-20261124-7F3K"}'}
    act = parse("answer", view=view)
    assert isinstance(act, StaffAct)
    assert (act.text, act.seen) == ("", None)


def test_a_dialog_of_somebody_else_is_ignored() -> None:
    assert parse("answer", view={"callback_id": "survey"}) == Ignored("another dialog")


# What can't be read


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"null", b"[]", b"{}", b"\xff", b"[" * 10_000, b'{"type": "event_callback", "event": 7}',
        b"payload=", b"payload=%7B", b"payload=[]", b"payload=%FF",
        urlencode({"payload": '{"type": "block_actions"}'}).encode(),
        urlencode({"payload": '{"type": "view_submission", "user": {"id": "U1"}, "view": 3}'}).encode(),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        SLACK.parse(request(raw))


@pytest.mark.parametrize(
    "changes",
    [
        {"user": None}, {"user": "U\x00"}, {"user": "U" * 100}, {"channel": ""}, {"channel": "D:1"},
        {"ts": ""}, {"ts": "１.１"}, {"thread_ts": "1"}, {"text": 7}, {"files": [7]},
    ],
)  # fmt: skip
def test_a_message_with_an_impossible_part_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        parse("message_im", **changes)


def test_a_dialog_without_its_ticket_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse("answer", view={"callback_id": "answer", "private_metadata": "{}"})


FIELDS = [
    "type", "user", "channel", "ts", "thread_ts", "text", "subtype", "bot_id", "files", "actions", "view",
    "message",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(NAMES), st.sampled_from(FIELDS), JSON)
def test_no_strange_value_does_more_than_being_malformed(name: str, field: str, value: object) -> None:
    with contextlib.suppress(Malformed):
        SLACK.parse(request(body(name, **{field: value})))


@given(st.binary(max_size=100))
def test_no_bytes_at_all_break_the_parser(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        SLACK.parse(request(b"payload=" + raw))
