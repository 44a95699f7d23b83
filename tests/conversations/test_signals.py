"""What citizens click says which entry answers their question; nothing of what they wrote is copied."""

from __future__ import annotations

import pytest

from conversations.models import Message
from faq import pairs
from tests.conversations.world import COPIER, FEE, UNKNOWN, World, asks

FEE_TITLE = "정부광고 수수료는 얼마인가요?"


def clicks(world: World) -> list[tuple[str, str, str | None]]:
    """The question as it was asked, what was said about it, and the entry."""
    with world.database.session() as session:
        return [
            (asked(world, session, pair.subject), pair.signal, pair.faq_id)
            for pair in pairs.all_pairs(session)
        ]


def asked(world: World, session, subject: str) -> str:
    message = session.get_one(Message, subject.removeprefix("message:"))
    return world.vault.cipher.decrypt(message.text)


@pytest.mark.parametrize(
    ("payload", "typed", "signal"),
    [("affirm", "네", "helpful"), ("deny", "아니요", "unhelpful"), (None, "네", "helpful")],
)
async def test_yes_and_no_after_an_answer_are_about_the_question(
    world: World, payload, typed, signal
) -> None:
    await world.say(COPIER)
    await world.say(typed, payload)
    assert clicks(world) == [(COPIER, signal, "visit.copier")]


async def test_a_chosen_choice_is_about_the_question_that_got_the_choices(world: World) -> None:
    await world.say(FEE)
    await world.say("1")
    assert clicks(world) == [(FEE, "chosen", "ads.fee")]


async def test_a_yes_after_a_chosen_choice_is_about_the_same_question(world: World) -> None:
    await world.say(FEE)
    await world.say(FEE_TITLE, "faq:ads.fee")
    await world.say("네", "affirm")
    assert clicks(world) == [(FEE, "helpful", "ads.fee")]


async def test_who_says_no_and_picks_another_has_said_both(world: World) -> None:
    await world.say(FEE)
    await world.say(FEE_TITLE, "faq:ads.fee")
    await world.say("아니요", "deny")
    await world.say(FEE)
    await world.say("2")
    assert [click[1:] for click in clicks(world)] == [("unhelpful", "ads.fee"), ("chosen", "ads.refund")]


async def test_the_same_message_delivered_twice_says_it_once(world: World) -> None:
    await world.say(COPIER)
    for _ in range(2):
        await world.say("네", "affirm", message_id="twice-0001")
    assert len(clicks(world)) == 1


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (UNKNOWN, ("네", "affirm")),  # yes to the offer of a ticket
        (FEE, ("복사기", "faq:visit.copier")),  # an entry that was not among the choices
        ("복사기", ("복사기 써도 되나요?", "faq:visit.copier")),  # a button of the home page
    ],
)
async def test_what_is_no_answer_to_our_question_says_nothing(world: World, first, then) -> None:
    await world.say(first)
    await world.say(*then)
    assert clicks(world) == []


async def test_a_yes_to_a_popular_question_is_about_no_words_of_the_citizen(world: World) -> None:
    await world.say("복사기", "faq:visit.copier")
    await world.say("네", "affirm")
    assert clicks(world) == []


async def test_a_yes_in_a_form_is_an_answer_to_the_form(world: World) -> None:
    world.dialogue.turns.append(asks("consent"))
    await world.say("문의 접수하기", "open_ticket")
    world.dialogue.down = True  # a sure answer is given nevertheless, with "did it help?" behind it
    await world.say(COPIER)
    await world.say("네", "affirm")
    assert clicks(world) == []


async def test_a_pair_holds_no_word_of_the_citizen(world: World) -> None:
    await world.say(COPIER)
    await world.say("네", "affirm")
    with world.database.session() as session:
        (pair,) = pairs.all_pairs(session)
        assert (pair.text, pair.staff_id) == (None, None)


async def test_the_citizen_s_own_channel_is_not_told_what_was_noted(world: World) -> None:
    await world.say(FEE)
    chosen = await world.send("1")
    assert chosen.message.data["about"]
    assert "about" not in chosen.message.for_citizen()["data"]
