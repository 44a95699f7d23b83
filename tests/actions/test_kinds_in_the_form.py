"""Kinds and times in the step-by-step form, and what an earlier ticket already told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from actions.asking_ticket import LATER, NO_SLOT, spread
from conversations.kinds import examples
from core.privacy import references
from desk.slots import LENGTH, Slot
from tests.actions.conftest import Rasa, Said
from tests.conversations.world import UNKNOWN

COMPLAINT, RESERVATION, CALLBACK = (examples()[kind][0] for kind in ("complaint", "reservation", "callback"))


async def validated(rasa: Rasa, slots: dict[str, Any] | None = None, **given: Any) -> Said:
    return await rasa.run("validate_ticket_form", slots, form="ticket_form", given=given)


async def talk(rasa: Rasa) -> str:
    """A conversation in which a ticket was opened; its id."""
    await rasa.world.conversations.submit("web", "u1", rasa.world.form())
    return rasa.world.conversation().id


@pytest.mark.parametrize(
    ("matter", "kind", "appointment"),
    [(UNKNOWN, "inquiry", NO_SLOT), (COMPLAINT, "complaint", NO_SLOT), (RESERVATION, "reservation", None)],
)
async def test_the_kind_follows_from_the_matter_and_only_a_reservation_is_asked_for_a_time(
    rasa: Rasa, matter: str, kind: str, appointment: str | None
) -> None:
    said = await validated(rasa, matter=rasa.vaulted("matter", matter))
    assert (said.slots["kind"], said.slots["appointment"]) == (kind, appointment)


async def test_a_kind_that_was_picked_stays(rasa: Rasa) -> None:
    said = await validated(rasa, {"kind": "praise"}, matter=rasa.vaulted("matter", COMPLAINT))
    assert "kind" not in said.slots


async def test_a_kind_that_there_is_not_is_asked_for_again(rasa: Rasa) -> None:
    assert (await validated(rasa, kind="nonsense")).slots["kind"] is None


async def test_who_wants_to_be_called_back_must_leave_a_telephone_number(rasa: Rasa) -> None:
    said = await validated(rasa, {"contact": rasa.vaulted("email", "hong@example.kr")}, kind="callback")
    assert said.slots["contact"] is None
    assert said.slots["kind"] == "callback"
    assert "전화번호가 필요합니다" in said.texts[0]
    said = await validated(rasa, {"contact": rasa.vaulted("phone", "010-1234-5678")}, kind="callback")
    assert (said.slots["kind"], said.replies) == ("callback", [])


async def test_a_suggested_callback_without_a_telephone_number_is_an_inquiry(rasa: Rasa) -> None:
    slots = {"kind": "callback", "contact": rasa.vaulted("email", "hong@example.kr"), "matter": CALLBACK}
    assert "접수 종류: 문의" in (await rasa.run("action_ask_reply_needed", slots)).texts[0]


async def test_what_will_be_sent_is_shown_first_and_can_be_changed(rasa: Rasa) -> None:
    said = await rasa.run("action_ask_reply_needed", {"kind": "complaint", "matter": COMPLAINT})
    assert "접수 종류: 불만·불친절" in said.texts[0]
    assert COMPLAINT in said.texts[0]
    assert [button["payload"] for button in said.replies[0]["buttons"]] == ["affirm", "deny", "change_kind"]


async def test_all_kinds_can_be_picked(rasa: Rasa) -> None:
    buttons = (await rasa.run("action_ask_kind")).replies[0]["buttons"]
    assert len(buttons) == 7
    assert all(button["payload"].startswith("kind:") and len(button["label"]) <= 14 for button in buttons)
    assert (await rasa.run("action_change_kind")).slots == {"kind": None, "appointment": None}


async def test_times_are_offered_with_the_department_and_one_of_them_is_taken(rasa: Rasa) -> None:
    matter = {"matter": rasa.vaulted("matter", RESERVATION)}
    said = await rasa.run("action_ask_appointment", matter)
    buttons = said.replies[0]["buttons"]
    assert "고객지원팀(02-" in said.texts[0]
    assert 2 <= len(buttons) <= 9
    assert all(len(button["label"]) <= 14 for button in buttons)
    start = buttons[0]["payload"].removeprefix("slot:")
    assert (await validated(rasa, matter, appointment=start)).slots["appointment"] == start
    assert (await validated(rasa, matter, appointment=LATER)).slots["appointment"] == LATER


@pytest.mark.parametrize("start", ["2026-11-28T10:00:00+09:00", "2020-01-01T10:00:00+09:00", "nonsense"])
async def test_a_time_that_is_not_free_is_asked_for_again(rasa: Rasa, start: str) -> None:
    said = await validated(rasa, {"matter": rasa.vaulted("matter", RESERVATION)}, appointment=start)
    assert said.slots["appointment"] is None
    assert "다른 시간" in said.texts[0]


async def test_a_no_to_is_all_this_right_sends_nothing_and_asks_again(rasa: Rasa) -> None:
    slots = {"kind": "callback", "contact": rasa.vaulted("phone", "010-1234-5678")}
    said = await validated(rasa, slots, reply_needed=False)
    assert said.slots["reply_needed"] is None
    assert "접수하지 않았습니다" in said.texts[0]
    assert (await validated(rasa, {"kind": "inquiry"}, reply_needed=False)).slots["reply_needed"] is False


async def test_a_time_taken_meanwhile_is_the_only_thing_that_is_asked_again(rasa: Rasa) -> None:
    await rasa.world.say(UNKNOWN, channel="kakao")
    conversation = rasa.world.conversation(channel="kakao").id
    start = "2026-11-25T10:00:00+09:00"

    def slots() -> dict[str, Any]:
        return {
            "consent": True, "contact_name": rasa.vaulted("name", "홍길동"), "matter": RESERVATION,
            "contact": rasa.vaulted("phone", "010-1234-5678"), "reply_needed": True, "kind": "reservation",
            "appointment": start,
        }  # fmt: skip

    first = await rasa.run("action_open_ticket", slots(), sender=conversation)
    assert "상담 시간: 11월 25일(수) 오전 10시" in first.texts[0]
    body = rasa.call("action_open_ticket", slots(), sender=conversation)
    events = (await rasa.post(body)).json()["events"]
    assert [event.get("name") for event in events] == ["appointment", "reply_needed", "ticket_form"]
    assert events[-1]["event"] == "followup"
    assert len(rasa.world.tickets()) == 1


async def test_the_apology_comes_before_the_number(rasa: Rasa) -> None:
    await rasa.world.say(UNKNOWN, channel="kakao")
    slots = {
        "contact_name": rasa.vaulted("name", "홍길동"), "contact": rasa.vaulted("phone", "010-1234-5678"),
        "matter": COMPLAINT, "reply_needed": True, "kind": "complaint", "appointment": NO_SLOT,
    }  # fmt: skip
    said = await rasa.run("action_open_ticket", slots, sender=rasa.world.conversation(channel="kakao").id)
    assert "사과드립니다" in said.texts[0]
    assert "불만·불친절이 접수되었습니다" in said.texts[1]


async def test_name_and_contact_of_an_earlier_ticket_are_used_and_said(rasa: Rasa) -> None:
    said = await rasa.run("action_ask_consent", sender=await talk(rasa))
    assert references(said.slots["contact_name"])[0].kind == "name"
    assert references(said.slots["contact"])[0].kind == "phone"
    assert said.slots["contact"] in said.texts[0]  # a reference: only the citizen's own eyes see the number
    assert "010-1234-5678" not in said.texts[0]


async def test_asked_once_more_nothing_is_filled_in_twice(rasa: Rasa) -> None:
    conversation = await talk(rasa)
    first = await rasa.run("action_ask_consent", sender=conversation)
    again = await rasa.run("action_ask_consent", dict(first.slots), sender=conversation)
    assert again.slots == {}


async def test_refusing_the_second_consent_destroys_only_the_copies(rasa: Rasa) -> None:
    conversation = await talk(rasa)
    before = rasa.world.vault_values()
    first = await rasa.run("action_ask_consent", sender=conversation)
    await rasa.run("action_cancelled", dict(first.slots), form="ticket_form", intent="deny")
    assert rasa.world.vault_values() == before


def test_offered_times_are_spread_over_days_and_halves_of_days() -> None:
    hours = [datetime(2026, 11, day, hour) for day in range(23, 28) for hour in (9, 10, 14, 15)]  # noqa: DTZ001
    chosen = spread([Slot(hour, hour + LENGTH) for hour in hours])
    assert [slot.start.hour for slot in chosen] == [9, 14] * 4
