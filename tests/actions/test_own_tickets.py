"""Own tickets through the dialogue: how far, words to add, objections, withdrawals, answers to staff."""

from __future__ import annotations

from typing import Any

import pytest

from desk import tickets
from tests.actions.conftest import Rasa, Said
from tests.conversations.world import COPIER

NOBODYS = "E-20261122-2222"


async def opened(rasa: Rasa) -> tuple[str, str]:
    """Number and conversation of a new ticket."""
    outcome = await rasa.world.conversations.submit("web", "u1", rasa.world.form())
    return outcome.replies[0].data["number"], rasa.world.conversation().id


async def run(rasa: Rasa, action: str, number: str, sender: str, text: str = "…", **more: Any) -> Said:
    """Run an action after a button about the ticket, or after words."""
    body = rasa.call(action, more.pop("slots", None), sender=sender, **more)
    latest = body["tracker"]["latest_message"]
    latest["entities"], latest["text"] = [{"entity": "ticket", "value": number}], text
    response = await rasa.post(body)
    assert response.status_code == 200, response.text
    told = response.json()
    slots = {event["name"]: event["value"] for event in told["events"] if event["event"] == "slot"}
    return Said([reply["custom"] for reply in told["responses"]], slots)


def state(rasa: Rasa, number: str) -> str:
    with rasa.world.database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        return ticket.state


async def test_how_far_the_tickets_are_is_told_with_what_can_be_done(rasa: Rasa) -> None:
    number, sender = await opened(rasa)
    said = await rasa.run("action_own_tickets", sender=sender)
    assert said.replies[0]["kind"] == "status"
    assert number in said.texts[0]


@pytest.mark.parametrize("what", ["add", "objection"])
async def test_the_form_asks_for_words_and_nothing_else(rasa: Rasa, what: str) -> None:
    said = await rasa.run("action_ask_words", {"ticket": NOBODYS, "follow_up": what})
    assert NOBODYS in said.texts[0]
    assert ("만족스럽지" in said.texts[0]) == (what == "objection")


async def test_a_ticket_that_can_be_added_to_is_taken(rasa: Rasa) -> None:
    number, sender = await opened(rasa)
    slots = {"follow_up": "add"}
    said = await rasa.run(
        "validate_follow_up_form", slots, form="follow_up_form", given={"ticket": number}, sender=sender
    )
    assert (said.slots["ticket"], said.replies) == (number, [])


@pytest.mark.parametrize(("what", "whose"), [("objection", "own"), ("add", "nobody's")])
async def test_where_it_is_not_possible_the_form_ends_with_the_reason(
    rasa: Rasa, what: str, whose: str
) -> None:
    number, sender = await opened(rasa)
    given = {"ticket": number if whose == "own" else NOBODYS}
    slots = {"follow_up": what}
    said = await rasa.run("validate_follow_up_form", slots, form="follow_up_form", given=given, sender=sender)
    assert (said.slots["gave_up"], said.slots["requested_slot"], said.slots["ticket"]) == (True, None, None)
    assert said.texts[0]


async def test_the_words_reach_the_ticket_and_the_slots_are_emptied(rasa: Rasa) -> None:
    number, sender = await opened(rasa)
    slots = {"ticket": number, "follow_up": "add", "words": "내일 가겠습니다"}
    said = await rasa.run("action_follow_up", slots, sender=sender)
    assert "전달했습니다" in said.texts[0]
    assert {"ticket", "follow_up", "words"} <= set(said.slots)
    assert set(said.slots.values()) == {None}


async def test_a_withdrawal_is_asked_about_first(rasa: Rasa) -> None:
    number, sender = await opened(rasa)
    asked = await run(rasa, "action_ask_withdraw", number, sender)
    assert asked.slots == {"pending": "withdraw", "ticket": number}
    assert [button["payload"] for button in asked.replies[0]["buttons"]] == ["affirm", "deny"]
    assert state(rasa, number) != "withdrawn"
    done = await rasa.run("action_withdraw", {"ticket": number}, sender=sender)
    assert done.slots == {"pending": None, "ticket": None}
    assert state(rasa, number) == "withdrawn"


async def test_nobody_is_asked_about_a_withdrawal_that_is_not_possible(rasa: Rasa) -> None:
    _, sender = await opened(rasa)
    asked = await run(rasa, "action_ask_withdraw", NOBODYS, sender)
    assert asked.slots["pending"] is None
    assert asked.replies[0]["buttons"] == []


@pytest.mark.parametrize(
    ("text", "faq_id", "count"),
    [("화요일입니다", None, 1), (COPIER, "visit.copier", 2), ("복사기입니다", "visit.copier", 1)],
)
async def test_an_answer_for_staff_is_handed_over_and_a_question_in_it_answered(
    rasa: Rasa, text: str, faq_id: str | None, count: int
) -> None:
    number, sender = await opened(rasa)
    said = await run(rasa, "action_tell_staff", number, sender, text, faq={"faq_id": faq_id})
    assert "전달했습니다" in said.texts[0]
    assert len(said.replies) == count
    assert said.slots == {"pending": None, "ticket": None}
