"""Who asks for a person is seen to wait for one; and who writes is seen to write."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from conversations.presence import CITIZEN
from desk.models import Notice, Staff
from tests.conversations.world import COPIER, FEE, NOW, UNKNOWN, World, asks

KIM = "kim"


async def test_who_asks_for_a_person_waits_from_then_on(world: World) -> None:
    await world.say(COPIER)
    assert world.conversation().waiting_since is None
    await world.say("상담원 연결", "handoff")
    world.later(minutes=3)
    await world.say("상담원 연결")
    assert world.conversation().waiting_since == NOW


async def test_whoever_would_be_responsible_is_called_once(world: World) -> None:
    await world.say("상담원 연결", "handoff")
    await world.say("상담원 연결")
    with world.database.session() as session:
        (told,) = session.scalars(select(Notice))
        department = session.get_one(Staff, told.staff_id).department_id
    assert (told.kind, department) == ("talk", "customer-support")


async def test_whom_none_of_the_choices_suits_has_asked_for_nobody(world: World) -> None:
    await world.say(FEE)
    await world.say("찾는 내용이 없습니다")
    assert world.conversation().waiting_since is None


async def test_a_wish_for_a_person_in_mid_form_counts_too(world: World) -> None:
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket")
    await world.say("상담원 연결")
    assert world.conversation().waiting_since == NOW


async def test_with_a_ticket_nobody_is_waited_for(world: World) -> None:
    await world.say("상담원 연결")
    await world.conversations.submit("web", "u1", world.form())
    assert world.conversation().waiting_since is None


async def test_who_asks_the_person_who_is_there_does_not_wait(world: World) -> None:
    await world.say(COPIER)
    await world.staff.take_over(world.conversation().id, KIM)
    await world.say("상담원 연결")
    assert world.conversation().waiting_since is None


@pytest.mark.parametrize(("who", "seen"), [(KIM, True), ("lee", False), (CITIZEN, False)])
async def test_the_citizen_sees_only_the_person_in_the_conversation_write(
    world: World, who: str, seen: bool
) -> None:
    await world.say(COPIER)
    talk = world.conversation().id
    await world.staff.take_over(talk, KIM)
    world.presence.typing(talk, who)
    assert (await world.conversations.history("web", "u1", 0)).typing is seen
    world.later(seconds=7)
    assert not (await world.conversations.history("web", "u1", 0)).typing


async def test_staff_who_only_read_are_not_seen_to_write(world: World) -> None:
    await world.say(COPIER)
    world.presence.typing(world.conversation().id, KIM)
    assert not (await world.conversations.history("web", "u1", 0)).typing


async def test_the_citizen_writes_until_the_message_is_there(world: World) -> None:
    await world.conversations.typing("web", "nobody")
    await world.say(COPIER)
    talk = world.conversation().id
    await world.conversations.typing("web", "u1")
    assert world.presence.typists(talk) == [CITIZEN]
    await world.say("안녕하세요")
    assert world.presence.typists(talk) == []


async def test_the_list_shows_first_who_waits_longest_and_what_each_asked(world: World) -> None:
    await world.say(UNKNOWN, sender="late")
    await world.say(UNKNOWN, sender="early")
    await world.say("상담원 연결", sender="early")
    world.later(hours=30)
    await world.say("상담원 연결", sender="late")
    await world.say(f"{COPIER} 010-1234-5678", sender="bot")
    early, late, bot = await world.staff.live()
    assert [one.state for one in (early, late, bot)] == ["waiting", "waiting", "bot"]
    assert (early.last_text, bot.last_text) == (UNKNOWN, f"{COPIER} (전화번호)")
    assert early.waiting_since
    assert late.waiting_since
    assert early.waiting_since < late.waiting_since
