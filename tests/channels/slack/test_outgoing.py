"""What Slack gets from us: inside its limits, to the right eyes, once, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, PlainTextObject, SectionBlock

from channels.fake import Said
from channels.protocol import Button, Delivery, InboundFile, Outcome, Reply, Request
from channels.slack.adapter import SlackChannel
from channels.slack.fake import FakeSlack
from channels.slack.mrkdwn import escaped, plain, sections
from channels.text import length
from core.errors import Invalid
from tests.channels.slack.shapes import channel

KEY = "0123456789abcdef" * 2
ANSWER = Reply(kind="answer", text="네, 쓰실 수 있습니다.")
HELPED = Reply(
    kind="feedback",
    text="도움이 되었나요?",
    buttons=[Button(label="네", payload="affirm"), Button(label="아니요", payload="deny")],
)
ASKS = Reply(kind="text", text="성함을 알려 주십시오.")


@pytest.fixture
def fake() -> FakeSlack:
    return FakeSlack("http://house.test/channels/slack")


@pytest.fixture
async def slack(fake: FakeSlack) -> AsyncIterator[SlackChannel]:
    async with httpx.AsyncClient(transport=fake.transport()) as client:
        yield channel(client)


def delivery(*replies: Reply, **more: Any) -> Delivery:
    return Delivery(KEY, "U1", replies or (ANSWER, HELPED), **more)


def posted(fake: FakeSlack) -> list[dict[str, Any]]:
    return [json.loads(call.body) for call in fake.received if call.path == "/chat.postMessage"]


# What is said


async def test_an_answer_arrives_with_its_buttons(slack: SlackChannel, fake: FakeSlack) -> None:
    receipt = await slack.send(delivery())
    assert (receipt.outcome, receipt.done) == (Outcome.SENT, 2)
    [answer, helped] = fake.shown("U1")
    assert (answer.text, helped.text) == ("네, 쓰실 수 있습니다.", "도움이 되었나요?")
    assert [(button.label, button.payload) for button in helped.buttons] == [
        ("네", "affirm"),
        ("아니요", "deny"),
    ]


async def test_the_same_delivery_again_is_shown_once(slack: SlackChannel, fake: FakeSlack) -> None:
    first, again = await slack.send(delivery()), await slack.send(delivery())
    assert first == again
    assert len(fake.shown("U1")) == 2


async def test_what_was_taken_before_is_left_out_of_the_next_try(
    slack: SlackChannel, fake: FakeSlack
) -> None:
    fake.fail("429", retry_after=7)
    receipt = await slack.send(delivery())
    assert (receipt.outcome, receipt.retry_after, receipt.done) == (Outcome.LATER, 7.0, 0)
    await slack.send(delivery(done=1))
    assert [one.text for one in fake.shown("U1")] == ["도움이 되었나요?"]


def test_a_name_of_the_foundation_calls_nobody() -> None:
    [message] = channel().render([Reply(kind="text", text="<!channel> R&D <@U1>")])["messages"]
    assert message["blocks"][0]["text"]["text"] == "&lt;!channel&gt; R&amp;D &lt;@U1&gt;"
    assert "<!" not in message["text"]


TEXTS = st.text(alphabet=st.sampled_from("가나 &<>\n👩‍👩‍👧각a.*_"), min_size=1, max_size=4000).filter(
    str.strip
)


@given(TEXTS)
def test_every_text_arrives_whole_in_sections_that_slack_takes(text: str) -> None:
    parts = sections(text)
    assert all(1 <= length(part, "utf16") <= 3000 for part in parts)
    assert "".join("".join(map(plain, parts)).split()) == "".join(text.split())


@given(st.text(alphabet=st.sampled_from("가 &<>|@#!mailto:tel"), max_size=60))
def test_what_is_escaped_is_read_back_as_it_was(text: str) -> None:
    assert plain(escaped(text)) == text.strip()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("<@U0LAN0Z89> 안녕하세요", "안녕하세요"),
        ("<@U1|김담당>께", "@김담당께"),
        ("<#C1|일반> <#C2>", "#일반"),
        ("<!here> <!subteam^S1|@상담>", "@here @상담"),
        ("<tel:+82-2-2001-7114|02-2001-7114>", "02-2001-7114"),
        ("<mailto:a@example.kr|a@example.kr>", "a@example.kr"),
        ("<http://example.kr|example.kr>", "http://example.kr"),
        ("<https://example.kr>", "https://example.kr"),
        ("1 &lt; 2 &amp;amp;", "1 < 2 &amp;"),
    ],
)
def test_slacks_marks_become_words(typed: str, words: str) -> None:
    assert plain(typed) == words


@given(
    st.lists(
        st.builds(
            Reply,
            kind=st.just("choices"),
            text=TEXTS,
            buttons=st.lists(
                st.builds(Button, label=st.text("가나다👩‍👩‍👧 ", min_size=1, max_size=90).filter(str.strip),
                          payload=st.just("faq:a")),
                max_size=30,
            ),
        ),
        min_size=1,
        max_size=4,
    )
)  # fmt: skip
def test_slacks_own_library_finds_nothing_wrong_with_our_blocks(replies: list[Reply]) -> None:
    for message in channel().render(replies)["messages"]:
        assert len(message["blocks"]) <= 50
        for block in message["blocks"]:
            if block["type"] == "section":
                SectionBlock(text=block["text"]).validate_json()
                continue
            elements = [
                ButtonElement(
                    text=PlainTextObject(text=one["text"]["text"]),
                    action_id=one["action_id"],
                    value=one["value"],
                )
                for one in block["elements"]
            ]
            ActionsBlock(elements=elements).validate_json()
            assert len({one.action_id for one in elements}) == len(elements)


# Where it is said


async def test_a_direct_message_is_answered_in_its_thread(slack: SlackChannel, fake: FakeSlack) -> None:
    await slack.send(delivery(ASKS, thread="D1:1795482000.000200"))
    [post] = posted(fake)
    assert (post["channel"], post["thread_ts"]) == ("D1", "1795482000.000200")


async def test_a_mention_is_answered_in_public_with_what_everybody_may_read(
    slack: SlackChannel, fake: FakeSlack
) -> None:
    await slack.send(delivery(thread="C1:1795482100.000400"))
    assert {(post["channel"], post["thread_ts"]) for post in posted(fake)} == {("C1", "1795482100.000400")}


@pytest.mark.parametrize(
    "private",
    [
        delivery(ASKS, thread="C1:1.1"),
        delivery(ANSWER, ASKS, thread="C1:1.1"),
        delivery(Reply(kind="ticket", text="접수되었습니다."), thread="C1:1.1"),
        delivery(Reply(kind="staff", text="확인했습니다."), thread="C1:1.1", by_person=True),
        delivery(ANSWER, thread="C1:1.1", by_person=True),
        delivery(ANSWER),
    ],
)
async def test_what_others_need_not_read_goes_into_the_direct_message(
    slack: SlackChannel, fake: FakeSlack, private: Delivery
) -> None:
    await slack.send(private)
    assert all(post["channel"] == "U1" and "thread_ts" not in post for post in posted(fake))


# What stands there is changed


async def test_what_was_sent_is_said_differently_where_it_stands(
    slack: SlackChannel, fake: FakeSlack
) -> None:
    first = await slack.send(delivery(ASKS))
    receipt = await slack.send(replace(delivery(ANSWER, replaces=first.id), key="f" * 32))
    assert (receipt.outcome, receipt.id) == (Outcome.SENT, first.id)
    assert [one.text for one in fake.shown("U1")] == ["네, 쓰실 수 있습니다."]


async def test_a_change_whose_answer_was_lost_repeats_nothing(slack: SlackChannel, fake: FakeSlack) -> None:
    first = await slack.send(delivery(ASKS))
    fake.fail("cut", taken=True)
    receipt = await slack.send(delivery(ANSWER, replaces=first.id))
    assert (receipt.outcome, receipt.uncertain) == (Outcome.LATER, False)


async def test_what_was_deleted_meanwhile_needs_no_change(slack: SlackChannel) -> None:
    receipt = await slack.send(delivery(ANSWER, replaces="C1:1.1"))
    assert receipt.outcome is Outcome.SENT


# What comes of it


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        ({"ok": False, "error": "channel_not_found"}, Outcome.REFUSED, "찾을 수 없습니다"),
        ({"ok": False, "error": "user_disabled"}, Outcome.REFUSED, "비활성화"),
        ({"ok": False, "error": "something_new"}, Outcome.REFUSED, "받지 않았습니다"),
        ({"ok": False, "error": "invalid_auth"}, Outcome.LATER, "토큰"),
        ({"ok": False, "error": "missing_scope"}, Outcome.LATER, "권한"),
        ({"ok": False, "error": "not_in_channel"}, Outcome.LATER, "초대"),
        ({"ok": False, "error": "ratelimited"}, Outcome.LATER, "너무 많다"),
        ({"ok": False, "error": "fatal_error"}, Outcome.LATER, "장애"),
        ({"ok": False, "error": "duplicate_message_not_found"}, Outcome.SENT, ""),
        ({"ok": "yes"}, Outcome.LATER, "장애"),
        (["ok"], Outcome.LATER, "장애"),
        ("<html>", Outcome.LATER, "장애"),
    ],
)
async def test_a_200_is_judged_by_what_it_says(body: object, outcome: Outcome, reason: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    async with httpx.AsyncClient(transport=transport) as client:
        receipt = await channel(client).send(delivery(ASKS))
    assert receipt.outcome is outcome
    assert reason in receipt.reason
    assert receipt.uncertain == (reason == "장애")


async def test_a_refusal_is_no_repetition(slack: SlackChannel, fake: FakeSlack) -> None:
    fake.fail("refuse")
    receipt = await slack.send(delivery(ASKS))
    assert (receipt.outcome, receipt.uncertain, receipt.done) == (Outcome.REFUSED, False, 0)
    assert fake.shown("U1") == []


async def test_a_call_that_was_cut_may_have_arrived_and_is_shown_once(
    slack: SlackChannel, fake: FakeSlack
) -> None:
    fake.fail("cut", taken=True)
    receipt = await slack.send(delivery(ASKS))
    assert (receipt.outcome, receipt.uncertain) == (Outcome.LATER, True)
    assert (await slack.send(delivery(ASKS, uncertain=True))).outcome is Outcome.SENT
    assert len(fake.shown("U1")) == 1


# Files


async def test_a_citizens_file_is_fetched_with_the_token(slack: SlackChannel, fake: FakeSlack) -> None:
    fake.address = "http://vendor.test"
    file = InboundFile("현장 사진.png", "image/png", b"\x89PNG")
    hook = fake.hook(Said("U1", "", None, "Ev1", file, fake.clock.now()))
    [inbound] = slack.parse(Request(hook.body, hook.headers))
    assert await slack.fetch(inbound.files[0]) == b"\x89PNG"


@pytest.mark.parametrize("link", ["", "https://evil.example/x", "http://vendor.test.evil.example/x", "/../x"])
async def test_no_other_address_is_asked_whatever_a_message_says(slack: SlackChannel, link: str) -> None:
    with pytest.raises(Invalid):
        await slack.fetch(InboundFile("x", reference=link))


def test_files_lie_at_slacks_own_address_unless_somebody_stands_in() -> None:
    assert channel()._files._address == "http://vendor.test"
    assert channel(api="https://slack.com/api")._files._address == "https://files.slack.com"
