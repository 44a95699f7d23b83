"""Slack's own ways through the whole program."""

from __future__ import annotations

import json
from typing import Any

from channels.fake import Hook
from channels.slack.fake import ROOM, FakeSlack
from tests.channels.slack.office import Office
from tests.conversations.world import COPIER, UNKNOWN
from web import webhooks


def mention(office: Office, words: str, event_id: str) -> Hook:
    """Somebody calls the app in a channel that all may read."""
    event = {
        "type": "app_mention", "user": "U1", "channel": "C1", "ts": "1795482100.000400",
        "text": f"<@UBOT> {words}", "event_ts": "1795482100.000400",
    }  # fmt: skip
    return signed(office.fake, {"type": "event_callback", "event_id": event_id, "event": event})


def signed(fake: FakeSlack, body: dict[str, Any], **headers: str) -> Hook:
    hook = fake.signed(json.dumps(body).encode(), str(int(fake.clock.now().timestamp())))
    return Hook(hook.body, dict(hook.headers) | headers)


async def test_the_address_is_verified_by_its_challenge(office: Office) -> None:
    answer = await office.door.knock(signed(office.fake, {"type": "url_verification", "challenge": "c-1"}))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "c-1"})


async def test_a_mention_is_answered_in_its_thread_and_whatever_becomes_private_elsewhere(
    office: Office,
) -> None:
    await office.door.knock(mention(office, COPIER, "Ev1"))
    await office.door.deliver()
    assert [one.text for one in office.fake.shown("C1")] == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    await office.world.conversations.submit("slack", "U1", office.world.form(matter=UNKNOWN))
    await office.world.casework.answer(office.ticket().number, "kim", "확인했습니다.")
    await office.door.deliver()
    assert len(office.fake.shown("C1")) == 2
    assert "확인했습니다." in office.fake.shown("U1")[-1].text


async def test_an_event_that_slack_sends_again_is_answered_once(office: Office) -> None:
    first = mention(office, COPIER, "Ev1")
    again = Hook(
        first.body, dict(first.headers) | {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    )
    answers = [await office.door.knock(one) for one in (first, again)]
    await office.door.deliver()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(office.world.dialogue.heard) == 1
    assert len(office.fake.shown("C1")) == 2


async def test_what_staff_say_to_each_other_is_left_alone_and_counted(office: Office) -> None:
    before = webhooks.ignored["slack: not said to us"]
    await office.door.say("점심 드셨어요?", sender=ROOM)
    assert office.room == []
    assert office.world.stored() == []
    assert webhooks.ignored["slack: not said to us"] == before + 1
