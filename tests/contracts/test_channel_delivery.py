"""What every messenger does between its vendor and the whole program: each message exactly once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.fake import FaultKind, Hook, Said
from channels.registry import TABLE
from conversations import outbox
from conversations.dialogue import Turn
from conversations.models import Arrival, Conversation
from conversations.outbox import BACKOFF
from tests.contracts.doors import Door, clouds, opened
from tests.conversations.world import COPIER, FEE, UNKNOWN

MESSENGERS = sorted(set(clouds()) - {"email"})
TELLS_REPETITIONS = {"line", "slack"}
"""Vendors that know a call again by its key."""


@pytest.fixture(params=MESSENGERS)
async def door(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Door]:
    async with opened(request.param, tmp_path, monkeypatch) as door:
        yield door


@pytest.fixture(params=[name for name in MESSENGERS if TABLE[name].reach == "push"])
async def pushing(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Door]:
    """Where staff's words go out by themselves; one word of the citizen's and a ticket are there already."""
    async with opened(request.param, tmp_path, monkeypatch) as door:
        await staff_answer(door, "접수했습니다.")
        assert "접수했습니다." in door.texts()
        yield door


def hook(door: Door, words: str = COPIER, message_id: str = "m-1") -> Hook:
    return door.fake.hook(Said("1001", words, None, message_id, None, door.world.clock.now()))


# What comes in


async def test_a_question_is_answered_with_its_buttons(door: Door) -> None:
    assert (await door.say(COPIER)).status_code == 200
    assert "네, 쓰실 수 있습니다." in door.texts()
    assert "도움이 되었나요?" in door.texts()
    assert {"네", "아니요"} <= {button.label for one in door.shown() for button in one.buttons}


async def test_a_button_is_pressed_or_its_number_typed(door: Door) -> None:
    await door.say(FEE)
    [pressed] = [b for one in door.shown() for b in one.buttons if b.payload and "ads.fee" in b.payload]
    await door.say(pressed.said or pressed.label, pressed.payload)
    assert "10 %입니다." in door.texts()
    await door.say(FEE, sender="1002")
    await door.say("1", sender="1002")
    assert "10 %입니다." in door.texts("1002")


async def test_a_request_without_proof_or_with_a_forged_one_stores_nothing(door: Door) -> None:
    genuine = hook(door)
    damages = [lambda v: "", lambda v: v[:-3], lambda v: v + "x", lambda v: v.swapcase() + "0"]
    forged = [Hook(genuine.body)]
    forged += [
        Hook(genuine.body, {name: damage(value) for name, value in genuine.headers.items()})
        for damage in damages
    ]
    for one in forged:
        assert (await door.knock(one, stranger=True)).status_code in (401, 403)
    assert door.nothing_is_stored()


async def test_another_body_under_a_genuine_signature_is_refused(door: Door) -> None:
    other = Hook(hook(door, "다른 말").body, hook(door).headers)
    refused = (await door.knock(other)).status_code in (401, 403)
    assert refused is door.channel.abilities.signed
    assert not refused or door.nothing_is_stored()


async def test_a_second_delivery_is_handled_once_and_gets_the_same_response(door: Door) -> None:
    first = await door.say(COPIER, message_id="m-1")
    seen = door.texts()
    again = await door.knock(hook(door, COPIER, "m-1"))
    await door.deliver()
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(door.world.dialogue.heard) == 1
    assert door.world.stored() == [COPIER]
    assert door.texts() == seen


async def test_the_same_message_twice_at_once_is_handled_once(door: Door) -> None:
    answers = await asyncio.gather(*(door.knock(hook(door)) for _ in range(4)))
    await door.deliver()
    assert {answer.status_code for answer in answers} == {200}
    assert len(door.world.dialogue.heard) == 1
    assert door.world.stored() == [COPIER]


async def test_a_redelivery_after_a_crash_between_storing_and_answering_opens_one_ticket(door: Door) -> None:
    world = door.world

    async def opens(sender: str, message_id: str, *_: object, **__: object) -> Turn:
        form = world.form(id=message_id)
        route = world.opening.route(form.matter, form.kind)
        with world.database.session() as session:
            talk = session.get_one(Conversation, sender.partition(".")[0])
            ticket = world.opening.open_for(session, talk, form, route)
            return Turn(replies=world.opening.confirmation(ticket, True))

    world.dialogue.turn = opens  # type: ignore[method-assign]
    await _die_before_answering(door, hook(door, UNKNOWN))
    assert (len(world.tickets()), door.count(Arrival)) == (1, 1)
    _restart(door)
    await asyncio.gather(world.conversations.recover(), door.knock(hook(door, UNKNOWN)))
    await door.knock(hook(door, UNKNOWN))
    await door.deliver()
    assert world.stored() == [UNKNOWN]
    assert (len(world.tickets()), door.count(Arrival)) == (1, 0)
    if door.pushes:
        assert door.texts().count(world.tickets()[0].number) == 1


async def test_what_a_crash_left_is_answered_after_the_restart_and_once(door: Door) -> None:
    await _die_before_answering(door, hook(door))
    _restart(door)
    assert await door.world.conversations.recover() == 1
    assert await door.world.conversations.recover() == 0
    await door.deliver()
    if not door.pushes:
        await door.say("안녕하세요", message_id="m-2")
    assert door.texts().count("네, 쓰실 수 있습니다.") == 1


async def _die_before_answering(door: Door, hook: Hook) -> None:
    def dies(*_: object) -> None:
        raise RuntimeError("the process ends here")

    door.world.conversations._completion.finish = dies  # type: ignore[method-assign]
    with suppress(RuntimeError):
        await door.knock(hook)
    await door.world.conversations.drain()


def _talk(door: Door) -> str:
    """The citizen as the channel names them."""
    with door.world.database.session() as session:
        return session.scalars(select(Conversation.sender)).one()


def _restart(door: Door) -> None:
    """The old process is gone; its objects are those of a new one."""
    new = door.world.restarted()
    door.world.conversations.__dict__.clear()
    door.world.conversations.__dict__.update(new.__dict__)


async def test_a_slow_bot_never_makes_the_vendor_wait(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door.channel, "abilities", replace(door.channel.abilities, seconds=0.1))
    door.world.dialogue.gate = asyncio.Event()
    async with asyncio.timeout(30):  # the bot itself would say nothing at all
        assert (await door.say(COPIER)).status_code == 200
    assert "네, 쓰실 수 있습니다." not in door.texts()
    door.world.dialogue.gate.set()
    await door.world.conversations.drain()
    await door.deliver()
    if "네, 쓰실 수 있습니다." not in door.texts():
        await door.say("안녕하세요")
    assert door.texts().count("네, 쓰실 수 있습니다.") == 1


async def test_rasa_down_still_answers(door: Door) -> None:
    door.world.dialogue.down = True
    await door.say(COPIER)
    assert "네, 쓰실 수 있습니다." in door.texts()
    assert "02-000-1100" in door.texts()


async def test_what_cannot_be_taken_is_refused_in_words_and_not_stored(door: Door) -> None:
    assert (await door.say("가" * 2500)).status_code == 200
    assert "2,000자" in door.texts()
    assert door.world.stored() == []


async def test_messages_of_one_citizen_at_once_are_answered_in_their_order(door: Door) -> None:
    await asyncio.gather(*(door.knock(hook(door, f"질문 {n}", f"m-{n}")) for n in range(4)))
    await door.deliver()
    assert door.world.dialogue.most_at_once == 1
    assert len(door.world.stored()) == 4


async def test_nothing_personal_stands_in_the_clear_in_the_database(door: Door) -> None:
    await door.say("제 번호는 010-8765-4321입니다")
    assert "8765-4321" not in door.world.everything_written()


# What goes out


async def staff_answer(door: Door, words: str) -> str:
    """A member of staff answers a new ticket of the citizen; its number."""
    if not door.world.stored():
        await door.say(UNKNOWN)
    if not door.world.tickets():
        await door.world.conversations.submit(door.name, _talk(door), door.world.form())
        await door.deliver()
    number = door.world.tickets()[0].number
    await door.world.casework.answer(number, "kim", words)
    await door.deliver()
    return number


async def test_staffs_words_reach_the_citizen_signed(door: Door) -> None:
    await staff_answer(door, "확인했습니다.")
    if "확인했습니다." not in door.texts():
        await door.say("안녕하세요")
    assert door.texts().count("확인했습니다.") == 1
    assert "김담당" in door.texts()


@pytest.mark.parametrize("kind", ["timeout", "429", "500", "cut"])
async def test_a_failing_vendor_gets_it_again_in_order_and_the_citizen_sees_it_once(
    pushing: Door, kind: FaultKind
) -> None:
    pushing.fake.fail(kind, 2, retry_after=5.0)
    await staff_answer(pushing, "첫째입니다.")
    await staff_answer(pushing, "둘째입니다.")
    for _ in range(len(BACKOFF)):
        pushing.world.later(hours=1)
        await pushing.deliver()
    seen = pushing.texts()
    assert [seen.count(words) for words in ("첫째입니다.", "둘째입니다.")] == [1, 1]
    assert seen.index("첫째입니다.") < seen.index("둘째입니다.")
    assert {item.state for item in pushing.items()} == {outbox.SENT}


async def test_a_busy_vendor_is_left_alone_as_long_as_it_asks(pushing: Door) -> None:
    pushing.fake.fail("429", 1, retry_after=120.0)
    await staff_answer(pushing, "확인했습니다.")
    before = len(pushing.fake.received)
    pushing.world.later(seconds=100)
    await pushing.deliver()
    assert len(pushing.fake.received) == before
    pushing.world.later(seconds=30)
    await pushing.deliver()
    assert "확인했습니다." in pushing.texts()


@pytest.mark.parametrize("kind", ["timeout", "cut"])
async def test_what_arrived_although_we_were_not_told_is_seen_once_or_marked(
    pushing: Door, kind: FaultKind
) -> None:
    pushing.fake.fail(kind, taken=True)
    await staff_answer(pushing, "확인했습니다.")
    pushing.world.later(minutes=1)
    await pushing.deliver()
    assert pushing.items()[-1].state == outbox.SENT
    assert pushing.items()[-1].uncertain
    assert pushing.texts().count("확인했습니다.") in ((1,) if pushing.name in TELLS_REPETITIONS else (1, 2))


async def test_a_delivery_that_never_succeeds_ends_as_failed_with_a_reason_for_staff(pushing: Door) -> None:
    pushing.fake.fail("500", 100)
    await staff_answer(pushing, "확인했습니다.")
    for _ in range(len(BACKOFF) + 1):
        pushing.world.later(hours=4)
        await pushing.deliver()
    assert pushing.items()[-1].state == outbox.FAILED
    assert re.search("[가-힣]", pushing.items()[-1].reason)


async def test_a_refusal_for_good_is_not_tried_again(pushing: Door) -> None:
    pushing.fake.fail("refuse", 20)
    await staff_answer(pushing, "확인했습니다.")
    calls = len(pushing.fake.received)
    pushing.world.later(hours=1)
    await pushing.deliver()
    assert len(pushing.fake.received) == calls
    assert pushing.items()[-1].state in (outbox.FAILED, outbox.WAITS)
    assert re.search("[가-힣]", pushing.items()[-1].reason)


async def test_a_crash_while_sending_loses_nothing(pushing: Door) -> None:
    world = pushing.world
    await world.casework.answer(world.tickets()[0].number, "kim", "확인했습니다.")
    with world.database.session() as session:
        assert outbox.claim(session, world.vault, world.clock.now())
    await pushing.deliver()
    assert "확인했습니다." not in pushing.texts()
    world.clock.at += outbox.LEASE + timedelta(seconds=1)
    await pushing.deliver()
    assert pushing.texts().count("확인했습니다.") == 1
    assert pushing.items()[-1].uncertain
