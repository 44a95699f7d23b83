"""A ticket out of a conversation, from the widget's form."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import Invalid
from tests.conversations.world import COPIER, FEE, UNKNOWN, World


async def test_the_form_opens_a_ticket_with_a_named_person_and_a_promised_date(world: World) -> None:
    await world.say(FEE)
    outcome = await world.conversations.submit("web", "u1", world.form())
    [ticket] = world.tickets()
    [reply] = outcome.replies
    assert reply.kind == "ticket"
    assert reply.data["number"] == ticket.number
    assert reply.data["promised_on"] == "2026-11-27"
    assert reply.data["person"]
    assert reply.data["phone"]
    assert "11월 27일(금)까지" in reply.text
    assert ticket.department_id == "ads-planning"
    assert ticket.conversation_id == world.conversation().id


async def test_the_same_form_submitted_twice_opens_one_ticket_and_says_the_same(world: World) -> None:
    first = await world.conversations.submit("web", "u1", world.form())
    again = await world.conversations.submit("web", "u1", world.form())
    assert again.replies == first.replies
    assert len(world.tickets()) == 1


async def test_the_same_form_submitted_twice_at_once_opens_one_ticket(world: World) -> None:
    await asyncio.gather(*(world.conversations.submit("web", "u1", world.form()) for _ in range(4)))
    assert len(world.tickets()) == 1


async def test_another_form_opens_another_ticket(world: World) -> None:
    await world.conversations.submit("web", "u1", world.form())
    await world.conversations.submit("web", "u1", world.form(id="form-00000002"))
    assert len(world.tickets()) == 2


async def test_a_form_is_a_first_word_too(world: World) -> None:
    await world.conversations.submit("web", "new", world.form())
    history = await world.conversations.history("web", "new", 0)
    assert [said.kind for said in history.messages] == ["form", "ticket"]
    assert history.messages[0].text == UNKNOWN


async def test_the_ticket_knows_which_answers_were_tried(world: World) -> None:
    await world.say(COPIER)
    await world.conversations.submit("web", "u1", world.form())
    assert world.tickets()[0].tried == ["visit.copier"]


async def test_name_contact_and_matter_stand_nowhere_in_the_clear(world: World) -> None:
    await world.conversations.submit("web", "u1", world.form(email="hong@example.kr"))
    written = world.everything_written()
    for secret in ("홍길동", "1234-5678", "hong@", UNKNOWN):
        assert secret not in written


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"phone": "010-12"}, {"phone"}),
        ({"phone": None}, {"phone"}),
        ({"phone": None, "email": "hong@"}, {"email"}),
        ({"matter": ""}, {"matter"}),
        ({"name": "", "phone": "1"}, {"name", "phone"}),
        ({"consent_version": ""}, {"consent_version"}),
        ({"consent_version": "1999-01-01"}, {"consent_version"}),
    ],
)
async def test_a_wrong_form_gets_a_hint_per_field_and_leaves_nothing(
    world: World, changes: dict[str, str], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        await world.conversations.submit("web", "u1", world.form(**changes))
    assert set(refused.value.fields) == fields
    assert world.tickets() == []
    assert world.vault_values() == {}
    assert world.stored() == []


async def test_after_the_hint_the_same_form_can_be_sent_again(world: World) -> None:
    with pytest.raises(Invalid):
        await world.conversations.submit("web", "u1", world.form(phone="010-12"))
    await world.conversations.submit("web", "u1", world.form())
    assert len(world.tickets()) == 1


async def test_a_resident_number_in_the_matter_is_dropped_and_told(world: World) -> None:
    outcome = await world.conversations.submit("web", "u1", world.form(matter="제 번호 900101-1234567 확인"))
    assert "주민등록번호는 받지 않습니다" in outcome.replies[-1].text
    assert "1234567" not in str(world.vault_values())


async def test_a_ticket_without_a_reply_promises_no_reply(world: World) -> None:
    outcome = await world.conversations.submit("web", "u1", world.form(reply_needed=False))
    assert "확인하여 처리하겠습니다" in outcome.replies[0].text


async def test_a_question_sent_while_the_form_is_saved_comes_after_it(world: World) -> None:
    await asyncio.gather(world.conversations.submit("web", "u1", world.form()), world.say(COPIER))
    history = await world.conversations.history("web", "u1", 0)
    assert [said.kind for said in history.messages] == ["form", "ticket", "text", "answer", "feedback"]
