"""A button is pressed, or its label or number is typed; nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations.world import COPIER, FEE, World, asks


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough here: nothing depends on it."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


async def test_a_pressed_choice_is_answered_without_being_understood_again(world: World) -> None:
    await world.say(FEE)
    world.faq.asked.clear()
    assert (await world.say("정부광고 수수료는 얼마인가요?", "faq:ads.fee"))[0] == "10 %입니다."
    assert world.faq.asked == []


@pytest.mark.parametrize(
    "typed", ["1", " 1 ", "１", "1번", "1번이요", "1 번", "1.", "1)", "①", "정부광고 수수료는 얼마인가요?"]
)
async def test_a_typed_label_or_number_presses_the_button(world: World, typed: str) -> None:
    await world.say(FEE)
    assert (await world.say(typed))[0] == "10 %입니다."


async def test_the_second_number_presses_the_second_button(world: World) -> None:
    await world.say(FEE)
    await world.say("2")
    assert world.dialogue.heard[-1].metadata["faq"]["faq_id"] == "ads.refund"


@pytest.mark.parametrize(
    "typed",
    [
        "0",
        "4",
        "99999999999999999999",
        "-1",
        "1.5",
        "²",
        "⑩",
        "1번 출구",
        "1번째",
        "4번",
        "affirm",
        "faq:ads.fee",
    ],
)
async def test_a_number_or_payload_that_is_not_offered_presses_nothing(world: World, typed: str) -> None:
    await world.say(FEE)
    await world.say(typed)
    assert world.dialogue.heard[-1].intent == "unknown"


async def test_buttons_of_an_earlier_reply_can_no_longer_be_typed(world: World) -> None:
    await world.say(FEE)
    await world.say("안녕하세요")
    await world.say("1")
    assert world.dialogue.heard[-1].intent == "unknown"


async def test_none_of_these_leads_to_a_person(world: World) -> None:
    await world.say(FEE)
    await world.say("찾는 내용이 없습니다")
    assert world.dialogue.heard[-1].intent == "handoff"


@pytest.mark.parametrize(
    "payload", ["admin", "/restart", "faq:", "department:", "requested_slot", "unknown", ":", "x" * 80]
)
async def test_a_forged_payload_is_ignored_and_the_text_counts(world: World, payload: str) -> None:
    await world.say(COPIER, payload)
    assert world.dialogue.heard[-1].intent == "faq"
    assert world.dialogue.heard[-1].metadata["faq"]["faq_id"] == "visit.copier"


async def test_a_payload_that_names_no_entry_offers_a_person_and_is_not_noted_as_tried(world: World) -> None:
    world.dialogue.down = True
    assert "접수하시겠습니까" in (await world.say("네", "faq:made.up"))[0]
    assert world.conversation().tried == []


async def test_a_department_button_asks_for_that_department(world: World) -> None:
    await world.say("정부광고기획팀", "department:ads-planning")
    heard = world.dialogue.heard[-1]
    assert (heard.intent, heard.metadata["departments"]) == ("find_staff", ["ads-planning"])


async def test_a_number_typed_where_a_form_asks_for_a_name_is_the_name(world: World) -> None:
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket")
    await world.say("1")
    assert world.vault_values() == {"name": ["1"]}


@pytest.mark.parametrize(
    ("payload", "intent"),
    [
        ("objection:E-20261122-7F3K", "objection"),
        ("add:E-20261122-7F3K", "add"),
        ("withdraw:E-20261122-7F3K", "withdraw"),
        ("check_ticket", "check_ticket"),
        ("open_ticket", "open_ticket"),
        ("find_staff", "find_staff"),
        ("department:ads-planning", "find_staff"),
        ("faq:visit.copier", "faq"),
    ],
)
@pytest.mark.parametrize("slot", ["ticket_number", "ticket_phone"])
async def test_a_button_pressed_in_the_look_up_does_its_own_thing(
    world: World, slot: str, payload: str, intent: str
) -> None:
    world.dialogue.turns.append(asks(slot, form="status_form"))
    await world.say("접수번호로 조회", "check_ticket")
    await world.say("어느 버튼", payload)
    asked, pressed = world.dialogue.heard
    assert pressed.intent == intent
    assert pressed.sender != asked.sender  # where nothing waits for a number
    assert world.conversation().awaiting_form is None


@pytest.mark.parametrize(("text", "payload"), [("E-20261122-7F3K", None), ("취소", "stop"), ("네", "affirm")])
async def test_the_look_up_goes_on_with_what_is_meant_for_it(
    world: World, text: str, payload: str | None
) -> None:
    world.dialogue.turns.append(asks("ticket_number", form="status_form"))
    await world.say("접수번호로 조회", "check_ticket")
    await world.say(text, payload)
    asked, told = world.dialogue.heard
    assert told.sender == asked.sender


async def test_a_messengers_start_button_is_a_greeting(world: World) -> None:
    assert await world.say("시작하기", "greet") == ["안녕하세요. 무엇을 도와드릴까요?"]
    assert world.faq.asked == []
