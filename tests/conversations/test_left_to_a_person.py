"""A message whose handling fails each time is left to a person; one of a closed channel waits."""

from __future__ import annotations

import pytest

from channels.protocol import Inbound
from conversations.arrivals import MOST_TRIES
from tests.conversations.post import notices, opened
from tests.conversations.world import COPIER, World, asks

WITH_PHONE = "010-1234-5678로 전화해 주십시오."


async def fails(world: World, monkeypatch: pytest.MonkeyPatch, text: str, at: str = "take_in") -> Inbound:
    """A message that was accepted and can't be handled: not taken in, or not finished."""
    talks = world.conversations
    where = talks.intake if at == "take_in" else talks._completion
    monkeypatch.setattr(where, at, lambda *_: 1 / 0)
    inbound = world.inbound(text, channel="kakao", message_id="broken")
    with pytest.raises(ZeroDivisionError):
        await talks.receive_within(inbound, 4.0)
    return inbound


async def tried(world: World, times: int = MOST_TRIES) -> None:
    for _ in range(times):
        world.later(minutes=2)
        assert await world.conversations.retry() == 1


@pytest.mark.parametrize("at", ["take_in", "finish"])
async def test_what_fails_each_time_is_left_to_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    inbound = await fails(world, monkeypatch, WITH_PHONE, at)
    await tried(world)
    assert notices(world, "talk") == []
    await tried(world, 1)
    monkeypatch.undo()
    [kept] = world.stored()
    assert "1234-5678" not in kept
    assert world.conversation(channel="kakao").waiting_since == world.clock.now()
    assert len(notices(world, "talk")) == 1
    world.later(hours=1)
    assert (await world.conversations.retry(), await world.restarted().recover()) == (0, 0)
    assert (await world.conversations.receive(inbound)).replies == []


async def test_what_a_form_asked_for_is_kept_as_secret_as_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    await fails(world, monkeypatch, "홍길동")
    await tried(world, MOST_TRIES + 1)
    assert "홍길동" not in world.stored()[-1]
    assert world.vault_values()["name"] == ["홍길동"]


async def test_a_few_failures_are_forgotten_once_it_is_handled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fails(world, monkeypatch, COPIER)
    await tried(world, MOST_TRIES - 1)
    monkeypatch.undo()
    await tried(world, 1)
    assert (world.stored(), notices(world, "talk")) == ([COPIER], [])
    assert world.conversation(channel="kakao").waiting_since is None


async def test_what_came_by_a_channel_that_is_closed_now_waits_until_it_is_open_again(world: World) -> None:
    post = opened(world)
    world.conversations._accept(world.inbound(COPIER, channel="post"))
    del world.channels["post"]
    world.later(minutes=2)
    for _ in range(MOST_TRIES + 2):
        assert (await world.conversations.retry(), await world.restarted().recover()) == (0, 0)
    world.channels["post"] = post
    assert await world.conversations.retry() == 1
    assert world.stored() == [COPIER]
