"""Staff see one thread for one citizen, whichever doors were used, and speak where the citizen wrote last."""

from __future__ import annotations

import pytest

from conversations import citizens, doors, live, store
from core.errors import Conflict
from desk import tickets
from tests.conversations.test_citizens_files import picture, with_files
from tests.conversations.world import COPIER, UNKNOWN, World

KAKAO = {"sender": "k1", "channel": "kakao"}


async def two_doors(world: World) -> str:
    """A ticket from the website whose citizen went on in KakaoTalk; its number."""
    await world.say(COPIER)
    outcome = await world.conversations.submit("web", "u1", world.form())
    number = str(outcome.replies[-1].data["number"])
    world.later(minutes=1)
    await world.say("안녕하세요", **KAKAO)
    join(world, number)
    return number


def join(world: World, number: str) -> None:
    """The ticket's citizen is known in KakaoTalk from now on."""
    with world.database.session() as session:
        talk, ticket = store.find_conversation(session, "kakao", "k1"), tickets.find(session, number)
        assert talk
        assert ticket
        doors.join(session, talk, ticket)


def kim(world: World) -> str:
    return world.tickets()[0].staff_id


async def test_it_reads_in_the_order_of_time_with_the_channel_named(world: World) -> None:
    await two_doors(world)
    world.later(minutes=1)
    await world.say(UNKNOWN)
    for talk in (world.conversation(), world.conversation(**KAKAO)):
        thread = await world.staff.conversation(talk.id, "kim")
        said = [(line.channel, line.text) for line in thread.messages if line.author == "citizen"]
        assert [channel for channel, _ in said] == ["web", "web", "kakao", "web"]
        assert said[-1] == ("web", UNKNOWN)
        assert [line.at for line in thread.messages] == sorted(line.at for line in thread.messages)
        assert [line.seq for line in thread.messages] == list(range(1, len(thread.messages) + 1))
        assert thread.channels == ["web", "kakao"]
        assert await world.staff.version(talk.id) == thread.messages[-1].seq


async def test_whoever_takes_it_over_has_every_door_and_speaks_at_the_last_one(world: World) -> None:
    await two_doors(world)
    there, here = world.conversation(), world.conversation(**KAKAO)
    await world.staff.take_over(there.id, kim(world))
    await world.say("카카오톡에서 여쭙니다", **KAKAO)
    assert world.dialogue.heard[-1].text != "카카오톡에서 여쭙니다"
    await world.staff.say(there.id, kim(world), "카카오톡으로 답합니다.")
    assert any("카카오톡으로 답합니다." in text for text in await world.say("네", **KAKAO))
    with pytest.raises(Conflict):
        await world.staff.take_over(here.id, "somebody-else")
    await world.staff.give_back(here.id, kim(world))
    assert world.conversation().staff_id is None
    assert world.conversation(**KAKAO).staff_id is None


async def test_who_is_joined_while_a_person_is_there_stays_with_that_person(world: World) -> None:
    await world.conversations.submit("web", "u1", world.form())
    await world.staff.take_over(world.conversation().id, kim(world))
    await world.say("안녕하세요", **KAKAO)
    join(world, world.tickets()[0].number)
    assert world.conversation(**KAKAO).staff_id == kim(world)


async def test_a_whisper_is_in_the_thread_and_at_no_door(world: World) -> None:
    await two_doors(world)
    await world.staff.whisper(world.conversation().id, kim(world), "같은 분입니다.")
    thread = await world.staff.conversation(world.conversation(**KAKAO).id, "kim")
    assert thread.messages[-1].author == "whisper"
    assert not any("같은 분" in text for text in await world.say("네", **KAKAO))


async def test_the_list_shows_one_citizen_once(world: World) -> None:
    await two_doors(world)
    await world.say("안녕하세요", sender="stranger")
    with world.database.session() as session:
        lines = live.conversations(session, world.vault.cipher, world.clock.now())
    assert len(lines) == 2


async def test_files_stand_under_the_message_they_came_with(world: World) -> None:
    await two_doors(world)
    await world.conversations.receive(with_files(world, picture("영수증.jpg")))
    thread = await world.staff.conversation(world.conversation().id, "kim")
    [line] = [line for line in thread.messages if line.files]
    assert [file.name for file in line.files] == ["영수증.jpg"]
    assert line.channel == "kakao"


async def test_strangers_stay_apart(world: World) -> None:
    await two_doors(world)
    await world.say("안녕하세요", sender="stranger")
    stranger = world.conversation("stranger")
    assert len((await world.staff.conversation(stranger.id, "kim")).messages) == 2
    with world.database.session() as session:
        assert citizens.circle(session, stranger.id) == [stranger.id]


async def test_tickets_of_both_doors_can_be_merged_whatever_telephone_was_left(world: World) -> None:
    number = await two_doors(world)
    form = world.form(id="form-00000002", phone="010-9999-8888")
    outcome = await world.conversations.submit("kakao", "k1", form)
    second = str(outcome.replies[-1].data["number"])
    await world.casework.merge(second, kim(world), number)
    assert {one.number: one.state for one in world.tickets()}[second] == "merged"
