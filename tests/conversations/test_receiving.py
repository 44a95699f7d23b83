"""Each message is handled exactly once, in its conversation's order, and survives a crash."""

from __future__ import annotations

import asyncio

import pytest

from conversations.dialogue import DialogueError
from core.errors import Invalid
from tests.conversations.world import COPIER, FEE, UNKNOWN, World, texts, until


async def test_a_sure_question_is_answered_at_once(world: World) -> None:
    assert await world.say(COPIER) == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    heard = world.dialogue.heard[0]
    assert (heard.intent, heard.metadata["faq"]["faq_id"], heard.retry) == ("faq", "visit.copier", False)
    assert heard.sender == f"{world.conversation().id}.1"


async def test_a_second_delivery_gets_the_same_replies_and_is_stored_once(world: World) -> None:
    first = await world.send(COPIER, message_id="message-a")
    again = await world.send(COPIER, message_id="message-a")
    assert again.replies == first.replies
    assert again.message == first.message
    assert len(world.dialogue.heard) == 1
    assert world.stored() == [COPIER]


async def test_the_same_message_delivered_twice_at_the_same_time_is_handled_once(world: World) -> None:
    outcomes = await asyncio.gather(*(world.send(COPIER, message_id="message-a") for _ in range(5)))
    assert len(world.dialogue.heard) == 1
    assert all(outcome.replies == outcomes[0].replies for outcome in outcomes)
    assert world.stored() == [COPIER]


async def test_the_same_id_from_another_citizen_is_another_message(world: World) -> None:
    await world.say(COPIER, message_id="message-a", sender="u1")
    await world.say(COPIER, message_id="message-a", sender="u2")
    await world.say(COPIER, message_id="message-a", sender="u1", channel="kakao")
    assert len(world.dialogue.heard) == 3


async def test_messages_sent_at_once_are_answered_in_order_one_at_a_time(world: World) -> None:
    asked = [f"질문 {n}" for n in range(6)]
    await asyncio.gather(*(world.say(text) for text in asked))
    assert [heard.text for heard in world.dialogue.heard] == asked
    assert world.dialogue.most_at_once == 1
    history = await world.conversations.history("web", "u1", 0)
    assert [said.author for said in history.messages] == ["citizen", "bot"] * 6
    assert [said.seq for said in history.messages] == list(range(1, 13))


async def test_different_conversations_do_not_wait_for_each_other(world: World) -> None:
    world.dialogue.gate = asyncio.Event()
    first = asyncio.create_task(world.send(COPIER, sender="u1"))
    second = asyncio.create_task(world.send(COPIER, sender="u2"))
    await until(lambda: world.dialogue.most_at_once == 2)
    world.dialogue.gate.set()
    assert texts(await first) == texts(await second)


async def test_the_work_goes_on_when_the_citizen_hangs_up(world: World) -> None:
    world.dialogue.gate = asyncio.Event()
    call = asyncio.create_task(world.send(COPIER, message_id="message-a"))
    await until(lambda: bool(world.dialogue.heard))
    call.cancel()
    world.dialogue.gate.set()
    await world.conversations.drain()
    history = await world.conversations.history("web", "u1", 0)
    assert [said.kind for said in history.messages] == ["text", "answer", "feedback"]


class Crash(BaseException):
    """The process ends here."""


async def crash_before_answering(world: World, text: str, **more: str) -> None:
    """Store the message, and die before anything is said to it."""

    async def dies(*_: object, **__: object) -> None:
        raise Crash

    world.conversations.dialogue = type("Dies", (), {"turn": dies})()
    with pytest.raises(Crash):
        await world.say(text, **more)
    world.conversations = world.restarted()


async def test_what_a_crash_left_is_handled_once_after_the_restart(world: World) -> None:
    await crash_before_answering(world, COPIER, message_id="message-a")
    assert await world.conversations.recover() == 1
    assert await world.conversations.recover() == 0
    assert [heard.retry for heard in world.dialogue.heard] == [True]
    history = await world.conversations.history("web", "u1", 0)
    assert [said.kind for said in history.messages] == ["text", "answer", "feedback"]


async def test_rasa_is_asked_for_what_it_already_said_before_the_crash(world: World) -> None:
    await world.send(COPIER, message_id="message-a")
    said_before = list(world.dialogue.handled.values())
    # The turn was taken, but the process died before the replies were kept.
    with world.database.session() as session:
        from conversations.models import Message

        message = session.query(Message).filter_by(channel_message_id="message-a").one()
        message.handled = False
        session.query(Message).filter_by(in_reply_to=message.id).delete()
    assert await world.restarted().recover() == 1
    assert world.dialogue.heard[-1].retry
    assert list(world.dialogue.handled.values()) == said_before


async def test_recovering_a_pressed_button_presses_it_again(world: World) -> None:
    await world.say(FEE)
    world.conversations.dialogue, kept = world.dialogue, world.dialogue
    inbound = world.inbound("정부광고 수수료는 얼마인가요?", "faq:ads.fee", message_id="pressed-1")
    from core.threads import in_thread

    await in_thread(world.conversations.intake.take_in, inbound)
    assert await world.restarted().recover() == 1
    assert kept.heard[-1].metadata["faq"]["faq_id"] == "ads.fee"


async def test_one_message_that_cannot_be_recovered_does_not_keep_the_house_shut(world: World) -> None:
    # Parting the brackets made the stored text longer than a citizen may send.
    await crash_before_answering(world, "[" * 2000, message_id="message-a")
    await crash_before_answering(world, COPIER, message_id="message-b", sender="u2")
    assert await world.conversations.recover() == 2
    assert [heard.text for heard in world.dialogue.heard] == [COPIER]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x07", "\u0085"])
async def test_an_empty_message_is_refused_with_a_word_and_not_stored(world: World, text: str) -> None:
    with pytest.raises(Invalid, match="내용을 입력"):
        await world.say(text)
    assert world.stored() == []


async def test_a_message_that_is_too_long_is_refused_with_its_limit(world: World) -> None:
    with pytest.raises(Invalid, match="2,000자"):
        await world.say("가" * 2001)
    assert await world.say("가" * 2000)


@pytest.mark.parametrize(
    "text",
    ["😀😀", "👩‍👩‍👧", "…", "1", "/restart", "[[", "\ud800가", "가\x00나", "<script>alert(1)</script>"],
)
async def test_odd_messages_get_an_answer(world: World, text: str) -> None:
    assert await world.say(text)


async def test_control_characters_are_taken_out_and_line_breaks_stay(world: World) -> None:
    await world.say(" 복사기\x00를\n씁니다\x1b[0m ")
    assert world.stored() == ["복사기를\n씁니다[0m"]


async def test_a_typed_text_never_looks_like_an_order_to_rasa(world: World) -> None:
    """Rasa takes a leading slash for an intent."""
    await world.say("/affirm")
    assert world.dialogue.heard[0].intent == "unknown"


async def test_a_failing_turn_leaves_nothing_unhandled(world: World) -> None:
    world.dialogue.turns.append(DialogueError("ReadTimeout"))
    await world.say(UNKNOWN)
    assert await world.restarted().recover() == 0


async def test_what_was_accepted_and_failed_is_tried_again_after_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.conversations.intake, "take_in", lambda inbound: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await world.conversations.receive_within(world.inbound(COPIER, channel="kakao"), 4.0)
    monkeypatch.undo()
    assert await world.conversations.retry() == 0
    world.later(minutes=2)
    assert await world.conversations.retry() == 1
    assert world.stored() == [COPIER]
    outcome = await world.conversations.receive_within(world.inbound("안녕하세요", channel="kakao"), 4.0)
    assert outcome
    assert outcome.waited[0].text == "네, 쓰실 수 있습니다."
    assert await world.conversations.retry() == 0
