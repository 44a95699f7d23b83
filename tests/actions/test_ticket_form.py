"""The ticket's form, step by step, as text-only channels have it."""

from __future__ import annotations

from typing import Any

import pytest

from core.privacy import references
from tests.actions.conftest import Rasa
from tests.conversations.world import UNKNOWN


async def test_each_field_is_asked_for_with_its_own_words(rasa: Rasa) -> None:
    for slot, words in {
        "consent": "동의하십니까?",
        "contact_name": "성함",
        "contact": "전화번호나 전자우편",
        "matter": "문의하실 내용",
        "reply_needed": "회신이 필요하십니까?",
    }.items():
        assert words in (await rasa.run(f"action_ask_{slot}")).texts[0]


async def test_the_consent_shows_all_four_points_before_anything_is_asked(rasa: Rasa) -> None:
    said = await rasa.run("action_ask_consent")
    for point in ("목적", "항목", "보유 기간", "거부할 권리"):
        assert point in said.texts[0]
    assert [button["payload"] for button in said.replies[0]["buttons"]] == ["affirm", "deny"]


@pytest.mark.parametrize(
    ("kind", "value"), [("phone", "010-1234-5678"), ("phone", "1588-1234"), ("email", "hong@example.kr")]
)
async def test_a_good_contact_is_taken(rasa: Rasa, kind: str, value: str) -> None:
    reference = rasa.vaulted(kind, value)
    said = await rasa.run("validate_ticket_form", form="ticket_form", given={"contact": reference})
    assert said.slots["contact"] == reference
    assert said.replies == []


@pytest.mark.parametrize(
    "typed", ["그냥 이메일로요", "[[phone:invalid:{id}]]", "[[name:valid:{id}]]", "{ref} {ref}"]
)
async def test_a_wrong_contact_gets_a_friendly_hint(rasa: Rasa, typed: str) -> None:
    reference = rasa.vaulted("phone", "010-12")
    value = typed.format(id=references(reference)[0].id, ref=reference)
    said = await rasa.run("validate_ticket_form", form="ticket_form", given={"contact": value})
    assert said.slots["contact"] is None
    assert said.slots["contact_tries"] == 1
    assert "올바르지 않은 것 같습니다" in said.texts[0]


async def test_the_third_wrong_number_leaves_the_form_with_a_telephone_to_call(rasa: Rasa) -> None:
    slots: dict[str, Any] = {"requested_slot": "contact"}
    for tries in (1, 2):
        said = await rasa.run("validate_ticket_form", slots, form="ticket_form", given={"contact": "몰라요"})
        assert said.slots["contact_tries"] == tries
        assert not said.slots.get("gave_up")
        slots |= said.slots
    said = await rasa.run("validate_ticket_form", slots, form="ticket_form", given={"contact": "몰라요"})
    assert said.slots["gave_up"] is True
    assert said.slots["requested_slot"] is None
    assert said.slots["contact_tries"] is None
    assert "02-2001-7114" in said.texts[0]
    assert len(said.replies) == 1


@pytest.mark.parametrize("slot", ["contact_name", "matter"])
async def test_a_button_that_is_pressed_once_more_answers_no_question_for_words(
    rasa: Rasa, slot: str
) -> None:
    said = await rasa.run(
        "validate_ticket_form", {"requested_slot": slot}, form="ticket_form", given={slot: "동의합니다"}
    )
    assert said.slots[slot] is None


async def test_what_was_typed_as_a_name_is_taken(rasa: Rasa) -> None:
    name = rasa.vaulted("name", "동의합니다")  # whatever it is
    said = await rasa.run("validate_ticket_form", form="ticket_form", given={"contact_name": name})
    assert said.slots["contact_name"] == name


async def test_who_answers_with_a_question_is_asked_for_the_name_alone(rasa: Rasa) -> None:
    question = rasa.vaulted("name", "복사기 써도 되나요?").replace(":valid:", ":invalid:")
    said = await rasa.run("validate_ticket_form", form="ticket_form", given={"contact_name": question})
    assert said.slots["contact_name"] is None
    assert said.texts == ["성함만 적어 주십시오. 예: 홍길동"]


async def filled(rasa: Rasa, **changes: Any) -> dict[str, Any]:
    await rasa.world.say(UNKNOWN, channel="kakao")
    values = {
        "consent": True,
        "contact_name": rasa.vaulted("name", "홍길동"),
        "contact": rasa.vaulted("phone", "010-1234-5678"),
        "matter": UNKNOWN,
        "reply_needed": True,
    }
    return values | changes


async def open_ticket(rasa: Rasa, slots: dict[str, Any]) -> Any:
    talk = rasa.world.conversation(channel="kakao").id
    return await rasa.run("action_open_ticket", slots, sender=talk)


async def test_the_finished_form_opens_a_ticket_and_clears_its_slots(rasa: Rasa) -> None:
    said = await open_ticket(rasa, await filled(rasa))
    [ticket] = rasa.world.tickets()
    assert ticket.number in said.texts[0]
    assert said.replies[0]["data"]["promised_on"] == "2026-11-27"
    assert ticket.channel == "kakao"
    assert ticket.reply_needed
    assert set(said.slots.values()) == {None}
    assert {"contact_name", "contact", "matter", "consent", "pending"} <= set(said.slots)


async def test_the_ticket_holds_what_the_references_stood_for(rasa: Rasa) -> None:
    from desk import tickets

    phone = rasa.vaulted("phone", "010-9876-5432")
    await open_ticket(rasa, await filled(rasa, matter=f"제 번호 {phone}로 회신 바랍니다"))
    with rasa.world.database.session() as session:
        ticket = tickets.find(session, rasa.world.tickets()[0].number)
        assert ticket
        details = tickets.details(session, rasa.world.vault, ticket)
    assert (details.name, details.phone, details.email) == ("홍길동", "010-1234-5678", None)
    assert details.matter == "제 번호 010-9876-5432로 회신 바랍니다"


async def test_an_email_is_a_contact_too(rasa: Rasa) -> None:
    await open_ticket(
        rasa, await filled(rasa, contact=rasa.vaulted("email", "hong@example.kr"), reply_needed=False)
    )
    [ticket] = rasa.world.tickets()
    assert ticket.phone_ref is None
    assert ticket.email_ref
    assert not ticket.reply_needed


async def test_a_matter_that_the_desk_refuses_is_told_and_no_ticket_claimed(rasa: Rasa) -> None:
    said = await open_ticket(rasa, await filled(rasa, matter=""))
    assert rasa.world.tickets() == []
    assert "접수되었습니다" not in said.texts[0]
    assert "문의 내용" in said.texts[0]


async def test_cancelling_destroys_what_was_given_and_clears_the_slots(rasa: Rasa) -> None:
    slots = await filled(rasa)
    said = await rasa.run("action_cancelled", slots, form="ticket_form", intent="stop")
    assert "취소" in said.texts[0]
    assert rasa.world.vault_values() == {}
    assert set(said.slots.values()) == {None}


async def test_after_giving_up_cancelling_says_nothing_more_but_destroys(rasa: Rasa) -> None:
    slots = await filled(rasa, gave_up=True)
    said = await rasa.run("action_cancelled", slots, form="ticket_form")
    assert said.replies == []
    assert rasa.world.vault_values() == {}


async def test_stop_outside_a_form_is_taken_kindly(rasa: Rasa) -> None:
    assert "알겠습니다" in (await rasa.run("action_cancelled", intent="stop")).texts[0]
