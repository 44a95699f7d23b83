"""Two processes over one database: a message that both have in hand is answered once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from channels.protocol import Inbound
from conversations.dialogue import DialogueError
from conversations.service import Conversations
from tests.conversations.post import items, opened
from tests.conversations.world import COPIER, World, texts, until

ANSWER = ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
Takes = Callable[[World, Conversations, Inbound], Awaitable[object]]


async def recovers(world: World, other: Conversations, inbound: Inbound) -> None:
    await other.recover()


async def retries(world: World, other: Conversations, inbound: Inbound) -> None:
    world.later(seconds=61)
    await other.retry()


async def is_asked_again(world: World, other: Conversations, inbound: Inbound) -> None:
    await other.receive_within(inbound, 5)


async def both_have_it(world: World, channel: str, takes: Takes) -> Conversations:
    """One process is still at work, for nobody who waits, when the other takes the message too."""
    world.dialogue.gate = asyncio.Event()
    inbound = world.inbound(COPIER, channel=channel, message_id="message-a")
    other = world.restarted()
    assert await world.conversations.receive_within(inbound, 0.02) is None
    await until(lambda: len(world.dialogue.heard) == 1)
    second = asyncio.ensure_future(takes(world, other, inbound))
    await until(lambda: len(world.dialogue.heard) == 2)
    world.dialogue.gate.set()
    await second
    await world.conversations.drain()
    await other.drain()
    world.dialogue.gate = None
    return other


@pytest.mark.parametrize("takes", [recovers, retries, is_asked_again])
async def test_what_two_processes_handle_is_pushed_once(world: World, takes: Takes) -> None:
    post = opened(world)
    other = await both_have_it(world, "post", takes)
    await world.courier.round()
    await world.courier.round()
    assert (world.stored(), world.stored("bot"), post.texts) == ([COPIER], ANSWER, ANSWER)
    assert await other.recover() == 0


@pytest.mark.parametrize("takes", [recovers, retries])
async def test_what_two_processes_handle_too_late_is_told_once_with_the_next_answer(
    world: World, takes: Takes
) -> None:
    other = await both_have_it(world, "kakao", takes)
    assert world.stored("bot") == ANSWER
    assert len(items(world)) == 1
    said = texts(await other.receive(world.inbound("안녕하세요", channel="kakao")))
    assert said[:2] == ANSWER
    assert said.count(ANSWER[0]) == 1


async def test_the_slower_process_says_what_the_faster_one_said(world: World) -> None:
    world.dialogue.gate = asyncio.Event()
    inbound, other = world.inbound(COPIER), world.restarted()
    both = [asyncio.create_task(each.receive(inbound)) for each in (world.conversations, other)]
    await until(lambda: len(world.dialogue.heard) == 2)
    world.dialogue.turns.extend([DialogueError("ReadTimeout")])  # the two would say different things
    world.dialogue.gate.set()
    first, second = [texts(await each) for each in both]
    assert first == second == world.stored("bot")


async def test_a_first_message_that_two_processes_accept_at_once_is_refused_by_neither(world: World) -> None:
    opened(world)
    inbound, other = world.inbound(COPIER, channel="post"), world.restarted()
    both = await asyncio.gather(
        *(each.receive_within(inbound, 5) for each in (world.conversations, other, world.restarted()))
    )
    assert all(outcome and texts(outcome) == ANSWER for outcome in both)
    assert (world.stored(), world.stored("bot")) == ([COPIER], ANSWER)
    assert await other.recover() == 0


async def test_what_the_other_process_answered_meanwhile_is_not_said_once_more(world: World) -> None:
    inbound, other = world.inbound(COPIER, channel="kakao"), world.restarted()
    outcome = await world.conversations.receive_within(inbound, 5)
    assert outcome
    assert texts(outcome) == ANSWER
    await other._again([inbound])  # found before the answer, taken up after it
    assert ANSWER[0] not in texts(await other.receive(world.inbound("안녕하세요", channel="kakao")))
