"""Whoever carries what is owed: quick, in order, and hard to stop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from channels.protocol import Abilities
from conversations import courier, outbox
from conversations.courier import Courier
from tests.conversations.post import LATER, REFUSED, Post, items, opened, owe
from tests.conversations.world import World, until


@contextlib.asynccontextmanager
async def at_work(world: World) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(world.courier.run())
    yield task
    if not task.cancelling():
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def states(world: World) -> list[str]:
    return [item.state for item in items(world)]


async def test_what_is_owed_goes_out_at_once(world: World) -> None:
    post = opened(world)
    async with at_work(world):
        owe(world, "hello")
        world.hub.changed("anything")
        await until(lambda: states(world) == [outbox.SENT])
    assert post.texts == ["hello"]


async def test_in_a_lane_one_follows_the_other_while_the_vendor_falters(world: World) -> None:
    post = opened(world)
    post.says.extend([LATER, LATER])
    for text in ("one", "two", "three"):
        owe(world, text)
    while outbox.OWED in states(world):
        await world.courier.round()
        world.later(seconds=15)
    assert post.texts == ["one", "one", "one", "two", "three"]


async def test_many_lanes_go_at_a_time(world: World) -> None:
    post = opened(world)
    post.gate = asyncio.Event()
    for number in range(30):
        owe(world, "hello", f"citizen-{number}")
    async with at_work(world):
        await until(lambda: len(post.got) >= courier.MOST_OF_A_ROUTE)
        post.gate.set()
        await until(lambda: len(post.got) == 30)
        await until(lambda: set(states(world)) == {outbox.SENT})


async def test_a_vendor_who_does_not_answer_keeps_nobody_else_waiting(world: World) -> None:
    dead, alive = opened(world), Post(Abilities(reach="push", inline=False), "alive")
    dead.gate = asyncio.Event()
    world.channels["alive"] = alive
    for number in range(40):
        owe(world, "hello", f"citizen-{number}")
    owe(world, "hers", route="alive")
    async with at_work(world):
        await until(lambda: alive.texts == ["hers"])
        assert len(dead.got) < courier.MOST_AT_ONCE
        dead.gate.set()


async def test_a_mistake_in_a_channel_is_tried_again_and_stops_nobody(world: World) -> None:
    opened(world).says.append(KeyError("personal data"))
    owe(world, "hello")
    owe(world, "hello", to="another")
    await world.courier.round()
    mistaken, fine = items(world)
    assert (mistaken.state, mistaken.uncertain) == (outbox.OWED, True)
    assert "personal" not in mistaken.reason
    assert fine.state == outbox.SENT


async def test_a_channel_that_was_taken_away_says_so(world: World) -> None:
    owe(world, "hello")
    await world.courier.round()
    assert (states(world), items(world)[0].reason) == (["failed"], "연결되어 있지 않은 채널입니다.")


async def test_where_the_citizen_can_come_back_a_refusal_waits(world: World) -> None:
    opened(world, reach="next").says.append(REFUSED)
    owe(world, "hello")
    await world.courier.round()
    assert states(world) == [outbox.WAITS]


async def test_nothing_is_sent_longer_than_its_lease_lasts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "LONGEST", 0.05)
    opened(world).gate = asyncio.Event()
    owe(world, "hello")
    await world.courier.round()
    (item,) = items(world)
    assert (item.state, item.uncertain, item.token) == (outbox.OWED, True, None)


async def test_a_database_that_is_away_for_a_moment_does_not_end_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(world)
    monkeypatch.setattr(courier, "LOOKS_EVERY", 0.01)
    troubles = iter([OSError("away"), OSError("away")])
    claim = outbox.claim

    def falters(*args: object) -> object:
        if trouble := next(troubles, None):
            raise trouble
        return claim(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "claim", falters)
    owe(world, "hello")
    async with at_work(world):
        await until(lambda: states(world) == [outbox.SENT])


class TestTheEnd:
    async def test_what_is_being_sent_may_be_finished(self, world: World) -> None:
        post = opened(world)
        post.gate = asyncio.Event()
        owe(world, "hello")
        async with at_work(world) as task:
            await until(lambda: len(post.got) == 1)
            task.cancel()
            await asyncio.sleep(0)
            post.gate.set()
        assert states(world) == [outbox.SENT]

    async def test_what_hangs_is_left_for_the_next_process_and_marked(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(courier, "GRACE", 0.1)
        post = opened(world)
        post.gate = asyncio.Event()
        owe(world, "hello")
        began = time.monotonic()
        async with at_work(world):
            await until(lambda: len(post.got) == 1)
        assert time.monotonic() - began < 3
        (item,) = items(world)
        assert (item.state, item.uncertain, item.token) == (outbox.OWED, True, None)

    async def test_with_two_processes_each_item_goes_out_once(self, world: World) -> None:
        post = opened(world)
        for number in range(40):
            owe(world, str(number), f"citizen-{number % 10}")
        other = Courier(world.database, world.vault, world.channels, world.clock, world.hub)
        async with at_work(world):
            task = asyncio.create_task(other.run())
            await until(lambda: set(states(world)) == {outbox.SENT})
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert sorted(map(int, post.texts)) == list(range(40))
        assert [text for text in post.texts if int(text) % 10 == 3] == ["3", "13", "23", "33"]
