"""What a citizen types is masked before Rasa, the index, the log or a row in the clear can hold it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.privacy import references
from tests.conversations.world import UNKNOWN, World, asks


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough here: nothing depends on it."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


NAME, PHONE, MAIL = "홍길동", "010-1234-5678", "hong@example.kr"


async def test_a_number_typed_into_the_chat_reaches_rasa_and_the_search_only_as_a_reference(
    world: World,
) -> None:
    outcome = await world.send(f"제 번호는 {PHONE}, 메일은 {MAIL}입니다")
    heard = world.dialogue.heard[0]
    assert [r.kind for r in references(heard.text)] == ["phone", "email"]
    assert PHONE not in str(heard)
    assert MAIL not in str(heard)
    assert world.faq.asked == ["제 번호는 (전화번호), 메일은 (전자우편)입니다"]
    # The citizen sees what they typed.
    assert outcome.message.text == f"제 번호는 {PHONE}, 메일은 {MAIL}입니다"


async def test_no_row_of_any_table_holds_what_was_typed(world: World) -> None:
    await world.say(f"제 번호는 {PHONE}이고 이름은 {NAME}입니다")
    await world.say(UNKNOWN)
    assert "1234-5678" not in world.everything_written()
    assert UNKNOWN not in world.everything_written()
    assert NAME not in world.everything_written()


@pytest.mark.parametrize(
    ("slot", "kind", "typed"),
    [
        ("contact_name", "name", NAME),
        ("contact_name", "name", f"{NAME} ({PHONE})"),
        ("contact", "phone", PHONE),
        ("contact", "phone", "공일공 일이삼사 오육칠팔"),
        ("contact", "email", MAIL),
        ("matter", "matter", f"저 {NAME}인데요, {PHONE}로 연락 주세요"),
        ("ticket_phone", "phone", PHONE),
    ],
)
async def test_while_a_form_asks_for_it_the_whole_text_goes_to_the_vault(
    world: World, slot: str, kind: str, typed: str
) -> None:
    world.dialogue.turns.append(asks(slot))
    await world.say("문의 접수하기", "open_ticket")
    outcome = await world.send(typed)
    heard = world.dialogue.heard[-1]
    [reference] = references(heard.text)
    assert heard.text == str(reference)
    assert reference.kind == kind
    assert heard.intent == "unknown"
    assert outcome.message.text == typed
    assert world.vault_values() == {kind: [typed]}, "one item, so that cancelling leaves nothing behind"
    assert typed not in world.everything_written()


@pytest.mark.parametrize(
    ("typed", "valid"),
    [
        (PHONE, True),
        ("1588-1234", True),
        ("02-123-4567", True),
        ("010-12", False),
        (MAIL, True),
        ("hong@", False),
        ("몰라요", False),
    ],
)
async def test_the_reference_tells_the_form_whether_a_contact_is_well_formed(
    world: World, typed: str, valid: bool
) -> None:
    world.dialogue.turns.append(asks("contact"))
    await world.say("문의 접수하기", "open_ticket")
    await world.say(typed)
    assert references(world.dialogue.heard[-1].text)[0].valid is valid


@pytest.mark.parametrize("word", ["취소", "상담원 연결"])
async def test_a_wish_to_leave_a_free_text_field_is_heard(world: World, word: str) -> None:
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket")
    await world.say(word)
    assert world.dialogue.heard[-1].intent in ("stop", "handoff")
    assert world.vault_values() == {}


async def test_a_ticket_number_is_read_by_the_form_as_it_was_typed(world: World) -> None:
    world.dialogue.turns.append(asks("ticket_number", form="status_form"))
    await world.say("접수번호로 조회", "check_ticket")
    await world.say("e 20261122 2345")
    assert world.dialogue.heard[-1].text == "e 20261122 2345"


async def test_a_resident_number_is_dropped_unkept_and_the_citizen_told(world: World) -> None:
    said = await world.say("제 주민번호는 900101-1234567입니다")
    assert "주민등록번호는 받지 않습니다" in said[0]
    assert "1234567" not in str(world.dialogue.heard)
    assert world.vault_values() == {}
    assert world.stored() == ["제 주민번호는 [[rrn:invalid:dropped]]입니다"]


@pytest.mark.parametrize("slot", ["contact_name", "matter", "contact", "ticket_phone"])
async def test_a_resident_number_in_a_forms_field_is_dropped_too(world: World, slot: str) -> None:
    world.dialogue.turns.append(asks(slot))
    await world.say("문의 접수하기", "open_ticket")
    said = await world.say("홍길동 900101-1234567")
    assert "주민등록번호는 받지 않습니다" in said[0]
    assert "1234567" not in str(world.vault_values())


async def test_a_reference_that_is_typed_reveals_nothing(world: World) -> None:
    await world.say(f"제 번호는 {PHONE}", sender="victim")
    [reference] = references(world.dialogue.heard[0].text)
    outcome = await world.send(f"이게 뭔가요 {reference}", sender="attacker")
    assert PHONE not in outcome.message.text
    assert references(world.dialogue.heard[-1].text) == []


async def test_the_matter_that_rasa_gets_is_masked(world: World) -> None:
    await world.say(f"{UNKNOWN} {PHONE}")
    matter = world.dialogue.heard[0].metadata["matter"]
    assert matter.startswith(UNKNOWN)
    assert PHONE not in matter


async def test_a_number_that_staff_type_is_put_away_too_and_the_citizen_reads_it(world: World) -> None:
    await world.say("상담원 연결")
    talk = world.conversation().id
    await world.staff.take_over(talk, "kim")
    await world.staff.say(talk, "kim", f"{PHONE}로 전화드리겠습니다.")
    assert [one.kind for text in world.stored("staff") for one in references(text)] == ["phone"]
    heard = (await world.conversations.history("web", "u1", 0)).messages[-1]
    assert heard.text == f"{PHONE}로 전화드리겠습니다."
