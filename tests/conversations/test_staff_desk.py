"""What staff do in a conversation, and how it reaches the citizen."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import Conflict, Invalid, NotFound
from tests.conversations.world import COPIER, UNKNOWN, World, asks, texts

KIM, LEE = "kim", "lee"


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    """Two people of the directory."""
    from desk.models import Staff

    with world.database.session() as session:
        for one in (KIM, LEE):
            assert session.get(Staff, one)


async def opened(world: World, channel: str = "web") -> str:
    """A conversation; its id."""
    await world.say(COPIER, channel=channel)
    return world.conversation(channel=channel).id


async def test_while_a_person_has_the_conversation_the_bot_is_silent(world: World) -> None:
    talk = await opened(world)
    await world.staff.take_over(talk, KIM)
    asked = len(world.dialogue.heard)
    outcome = await world.send("사람이 계신가요?")
    assert outcome.replies == []
    assert len(world.dialogue.heard) == asked
    assert world.stored()[-1] == "사람이 계신가요?"
    assert await world.restarted().recover() == 0


async def test_the_citizen_is_told_who_is_there_and_when_they_leave(world: World) -> None:
    talk = await opened(world)
    await world.staff.take_over(talk, KIM)
    history = await world.conversations.history("web", "u1", 0)
    assert history.person
    assert history.person["name"] == "김담당"
    assert history.messages[-1].author == "system"
    assert "김담당" in history.messages[-1].text
    await world.staff.give_back(talk, KIM)
    history = await world.conversations.history("web", "u1", 0)
    assert history.person is None
    assert "자동 응대" in history.messages[-1].text


async def test_after_giving_back_the_bot_answers_in_a_fresh_session(world: World) -> None:
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket")
    talk = world.conversation().id
    await world.staff.take_over(talk, KIM)
    await world.staff.give_back(talk, KIM)
    assert (await world.say(COPIER))[0] == "네, 쓰실 수 있습니다."
    assert world.dialogue.heard[-1].sender == f"{talk}.2"
    assert world.vault_values() == {}


async def test_what_a_person_says_is_signed(world: World) -> None:
    talk = await opened(world)
    await world.staff.take_over(talk, KIM)
    await world.staff.say(talk, KIM, " 네, 말씀하십시오. ")
    said = (await world.conversations.history("web", "u1", 0)).messages[-1].for_citizen()
    assert (said["author"], said["kind"], said["text"]) == ("staff", "staff", "네, 말씀하십시오.")
    assert said["person"]["name"] == "김담당"
    assert said["person"]["department"] == "고객지원팀"
    assert said["person"]["phone"] == "02-000-1001"


async def test_taking_over_twice_is_told_once(world: World) -> None:
    talk = await opened(world)
    await world.staff.take_over(talk, KIM)
    before = await world.staff.version(talk)
    await world.staff.take_over(talk, KIM)
    assert await world.staff.version(talk) == before


async def test_a_colleagues_conversation_is_not_taken_unless_by_force(world: World) -> None:
    talk = await opened(world)
    await world.staff.take_over(talk, KIM)
    with pytest.raises(Conflict):
        await world.staff.take_over(talk, LEE)
    with pytest.raises(Conflict):
        await world.staff.say(talk, LEE, "안녕하세요")
    with pytest.raises(Conflict):
        await world.staff.give_back(talk, LEE)
    await world.staff.take_over(talk, LEE, force=True)
    await world.staff.say(talk, LEE, "안녕하세요")
    with pytest.raises(Conflict):
        await world.staff.say(talk, KIM, "안녕하세요")


async def test_of_two_who_take_over_at_once_one_gets_it(world: World) -> None:
    talk = await opened(world)
    results = await asyncio.gather(
        world.staff.take_over(talk, KIM), world.staff.take_over(talk, LEE), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]


async def test_bot_and_person_speaking_in_the_same_moment_both_are_kept(world: World) -> None:
    await world.conversations.submit("web", "u1", world.form())
    talk = world.conversation().id
    await world.staff.take_over(talk, KIM)
    said = [world.staff.say(talk, KIM, f"{n}번째 말씀") for n in range(4)]
    asked = [world.say(f"{n}번째 질문") for n in range(4)]
    await asyncio.gather(*said, *asked, world.casework.answer(world.tickets()[0].number, LEE, "답변입니다"))
    history = await world.conversations.history("web", "u1", 3)
    assert [said.seq for said in history.messages] == list(range(4, 13))


async def test_a_reply_that_is_kept_while_a_person_takes_over_loses_nothing(world: World) -> None:
    talk = await opened(world)
    for _ in range(5):
        await asyncio.gather(world.say(COPIER), world.staff.take_over(talk, KIM))
        await asyncio.gather(world.say(COPIER), world.staff.give_back(talk, KIM))
    history = await world.conversations.history("web", "u1", 0)
    assert [said.seq for said in history.messages] == list(range(1, len(history.messages) + 1))
    assert await world.restarted().recover() == 0


async def test_nobody_speaks_in_a_conversation_that_the_bot_has(world: World) -> None:
    talk = await opened(world)
    with pytest.raises(Conflict):
        await world.staff.say(talk, KIM, "안녕하세요")
    with pytest.raises(Conflict):
        await world.staff.give_back(talk, KIM)


async def test_what_is_unknown_is_not_found(world: World) -> None:
    for call in (
        world.staff.conversation("0" * 32, KIM),
        world.staff.version("0" * 32),
        world.staff.take_over("0" * 32, KIM),
        world.staff.give_back("0" * 32, KIM),
        world.staff.say("0" * 32, KIM, "안녕하세요"),
        world.casework.answer("E-20261124-2222", KIM, "안녕하세요"),
    ):
        with pytest.raises(NotFound):
            await call


@pytest.mark.parametrize("text", ["", "  \n", "가" * 5001])
async def test_an_empty_or_endless_reply_is_refused(world: World, text: str) -> None:
    talk = await opened(world)
    await world.staff.take_over(talk, KIM)
    with pytest.raises(Invalid):
        await world.staff.say(talk, KIM, text)


async def test_the_transcript_shows_everything_with_how_it_was_understood(world: World) -> None:
    await world.say(COPIER)
    await world.say(f"{UNKNOWN} 010-1234-5678")
    transcript = await world.staff.conversation(world.conversation().id, KIM)
    assert [message.author for message in transcript.messages] == ["citizen", "bot", "bot", "citizen", "bot"]
    assert transcript.messages[3].text == f"{UNKNOWN} 010-1234-5678"
    assert [message.decision for message in transcript.messages] == ["answer", None, None, "no_answer", None]
    assert transcript.messages[1].faq_id == "visit.copier"
    assert (transcript.state, transcript.person) == ("bot", None)


async def test_live_lists_the_last_day_newest_first_without_personal_data(world: World) -> None:
    await world.say(COPIER, sender="old")
    world.later(hours=25)
    await world.say("제 번호는 010-1234-5678", sender="u1")
    world.later(minutes=1)
    await world.conversations.submit("web", "u2", world.form())
    await world.staff.take_over(world.conversation("u1").id, KIM)
    live = await world.staff.live()
    assert len(live) == 2
    assert {line.person_name for line in live} == {"김담당", None}
    assert [line.ticket_number for line in live if line.ticket_number] == [world.tickets()[0].number]
    assert "1234-5678" not in str(live)


async def test_whoever_watches_the_conversation_hears_of_it_at_once(world: World) -> None:
    talk = await opened(world)
    with world.hub.watch("web:u1") as changed, world.hub.watch("web:u2") as other:
        await world.staff.take_over(talk, KIM)
        async with asyncio.timeout(5):
            await changed.wait()
        assert not other.is_set()


async def test_what_staff_say_on_kakao_waits_for_the_next_message(world: World) -> None:
    talk = await opened(world, "kakao")
    await world.staff.take_over(talk, KIM)
    await world.staff.say(talk, KIM, "첫째")
    await world.staff.say(talk, KIM, "둘째")
    said = await world.say("네", channel="kakao")
    assert said[1:] == ["첫째", "둘째"]
    assert "김담당" in said[0]
    assert await world.say("네?", channel="kakao") == []


async def test_what_waited_comes_before_the_bots_reply(world: World) -> None:
    await world.conversations.submit("kakao", "u1", world.form())
    await world.casework.answer(world.tickets()[0].number, KIM, "확인했습니다.")
    assert await world.say(COPIER, channel="kakao") == [
        "확인했습니다.",
        "네, 쓰실 수 있습니다.",
        "도움이 되었나요?",
    ]
    assert await world.say(COPIER, channel="kakao") == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]


async def test_on_the_web_nothing_waits_since_it_was_pushed(world: World) -> None:
    talk = await opened(world)
    await world.staff.take_over(talk, KIM)
    await world.staff.say(talk, KIM, "네")
    assert await world.say("네") == []


async def test_a_late_reply_waits_for_the_next_message_and_comes_once(world: World) -> None:
    world.dialogue.gate = asyncio.Event()
    inbound = world.inbound(COPIER, channel="kakao")
    assert await world.conversations.receive_within(inbound, 0.05) is None
    world.dialogue.gate.set()
    await world.conversations.drain()
    assert await world.say("안녕하세요", channel="kakao") == [
        "네, 쓰실 수 있습니다.", "도움이 되었나요?", "안녕하세요. 무엇을 도와드릴까요?",
    ]  # fmt: skip
    assert await world.say("안녕하세요", channel="kakao") == ["안녕하세요. 무엇을 도와드릴까요?"]


async def test_a_late_reply_asked_for_again_is_not_told_twice(world: World) -> None:
    world.dialogue.gate = asyncio.Event()
    inbound = world.inbound(COPIER, channel="kakao", message_id="message-a")
    assert await world.conversations.receive_within(inbound, 0.05) is None
    world.dialogue.gate.set()
    await world.conversations.drain()
    again = await world.conversations.receive_within(inbound, 5)
    assert again
    assert texts(again) == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    assert await world.say("안녕하세요", channel="kakao") == ["안녕하세요. 무엇을 도와드릴까요?"]


async def test_a_reply_in_time_does_not_wait(world: World) -> None:
    outcome = await world.conversations.receive_within(world.inbound(COPIER, channel="kakao"), 5)
    assert outcome
    assert texts(outcome) == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    assert await world.say("안녕하세요", channel="kakao") == ["안녕하세요. 무엇을 도와드릴까요?"]
