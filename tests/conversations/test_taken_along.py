"""What waited for a citizen goes with the answer to their next message, however often that is delivered."""

from __future__ import annotations

from sqlalchemy import select

from channels.protocol import Reply
from conversations import posting, store
from desk.models import Staff
from tests.conversations.world import COPIER, World, texts

WORDS = "담당자의 답변"


async def staff_reply_waits(world: World) -> None:
    await world.say(COPIER, channel="kakao", message_id="k1")
    talk = world.conversation(channel="kakao")
    with world.database.session() as session:
        locked = store.locked(session, talk.id)
        person = session.scalars(select(Staff)).first()
        assert locked
        assert person
        reply, now = Reply(kind="staff", text=WORDS), world.clock.now()
        posting.post(session, world.vault, world.channels, locked, reply, person, now)


async def test_what_waited_is_told_again_to_whoever_delivers_the_same_message_again(world: World) -> None:
    await staff_reply_waits(world)
    asks = world.inbound("안녕하세요", channel="kakao", message_id="k2")
    first = texts(await world.conversations.receive(asks))  # the process dies before anybody gets it
    assert first[0] == WORDS
    again = world.restarted()
    assert texts(await again.receive(asks)) == first
    assert texts(await again.receive(asks)) == first
    later = texts(await again.receive(world.inbound("안녕하세요", channel="kakao")))
    assert WORDS not in later


async def test_what_an_answer_took_along_too_late_is_told_with_the_next_and_no_more(world: World) -> None:
    await staff_reply_waits(world)
    asks = world.inbound("안녕하세요", channel="kakao", message_id="k2")
    outcome = await world.conversations.receive(asks)
    world.conversations._completion.tell_later(outcome, "kakao")  # the request had ended by then
    following = world.inbound(COPIER, channel="kakao", message_id="k3")
    first = texts(await world.conversations.receive(following))
    assert first[:2] == texts(outcome)
    assert texts(await world.conversations.receive(following)) == first
    assert WORDS not in texts(await world.conversations.receive(asks))
