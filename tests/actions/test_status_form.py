"""How far is my ticket? Number and telephone must both fit, and guessing tires."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.actions.conftest import Rasa


async def ticket(rasa: Rasa) -> str:
    await rasa.world.conversations.submit("web", "u1", rasa.world.form())
    return rasa.world.tickets()[0].number


async def look_up(rasa: Rasa, number: str, phone: str, sender: str = "asker") -> str:
    reference = rasa.vaulted("phone", phone)
    said = await rasa.run(
        "action_check_ticket", {"ticket_number": number, "ticket_phone": reference}, sender=sender
    )
    assert set(said.slots.values()) == {None}
    return said.texts[0]


async def test_number_and_telephone_together_tell_the_state(rasa: Rasa) -> None:
    number = await ticket(rasa)
    told = await look_up(rasa, number, "+82 10 1234 5678")
    assert number in told
    assert "11월 27일(금)까지" in told


async def test_from_another_door_joining_is_offered_and_in_the_own_one_not(rasa: Rasa) -> None:
    number = await ticket(rasa)
    own = rasa.world.conversation().id
    for sender, offered in (("asker", True), (own, False)):
        slots = {"ticket_number": number, "ticket_phone": rasa.vaulted("phone", "010-1234-5678")}
        said = await rasa.run("action_check_ticket", slots, sender=sender)
        payloads = [button["payload"] for button in said.replies[0]["buttons"]]
        assert (f"join:{number}" in payloads) is offered


async def test_a_wrong_number_and_a_wrong_telephone_are_told_alike(rasa: Rasa) -> None:
    number = await ticket(rasa)
    wrong_phone = await look_up(rasa, number, "010-9999-9999")
    wrong_number = await look_up(rasa, "E-20261124-2222", "010-1234-5678")
    assert wrong_phone == wrong_number
    assert "찾지 못했습니다" in wrong_phone
    assert number not in wrong_phone


async def test_guessing_is_stopped_and_allowed_again_later(rasa: Rasa) -> None:
    number = await ticket(rasa)
    for _ in range(10):
        await look_up(rasa, number, "010-9999-9999")
    assert "요청이 너무 많습니다" in await look_up(rasa, number, "010-1234-5678")
    assert number in await look_up(rasa, number, "010-1234-5678", sender="somebody-else")
    rasa.world.clock.at += timedelta(hours=1, seconds=1)
    assert number in await look_up(rasa, number, "010-1234-5678")


async def test_guessing_one_ticket_from_many_conversations_is_stopped_too(rasa: Rasa) -> None:
    number = await ticket(rasa)
    for guess in range(30):
        await look_up(rasa, number, "010-9999-9999", sender=f"guesser-{guess}")
    assert "요청이 너무 많습니다" in await look_up(rasa, number, "010-1234-5678", sender="another")


@pytest.mark.parametrize(
    "typed",
    ["e-20261124-7f3k", "E 20261124 7F3K", "２０２６１１２４７F３K", "제 번호는 E-20261124-7F3K 입니다"],
)
async def test_a_ticket_number_is_taken_in_any_spacing(rasa: Rasa, typed: str) -> None:
    said = await rasa.run("validate_status_form", form="status_form", given={"ticket_number": typed})
    assert said.slots["ticket_number"] == "E-20261124-7F3K"


async def test_three_wrong_ticket_numbers_leave_the_form(rasa: Rasa) -> None:
    slots: dict[str, object] = {"requested_slot": "ticket_number"}
    for _ in range(2):
        said = await rasa.run(
            "validate_status_form", slots, form="status_form", given={"ticket_number": "몰라요"}
        )
        assert "접수번호가 올바르지 않은 것 같습니다" in said.texts[0]
        slots |= said.slots
    said = await rasa.run(
        "validate_status_form", slots, form="status_form", given={"ticket_number": "몰라요"}
    )
    assert said.slots["gave_up"] is True
    assert "02-2001-7114" in said.texts[0]


async def test_a_wrong_telephone_gets_a_hint(rasa: Rasa) -> None:
    wrong = rasa.vaulted("phone", "010-12", valid=False)
    said = await rasa.run("validate_status_form", form="status_form", given={"ticket_phone": wrong})
    assert said.slots["ticket_phone"] is None
    assert "올바르지 않은 것 같습니다" in said.texts[0]


async def test_the_form_asks_for_both(rasa: Rasa) -> None:
    assert "접수번호" in (await rasa.run("action_ask_ticket_number")).texts[0]
    assert "전화번호" in (await rasa.run("action_ask_ticket_phone")).texts[0]
