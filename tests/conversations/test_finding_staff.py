"""Who is in charge? The department first, then its telephone, and names only where they may be shown."""

from __future__ import annotations

import pytest

from conversations.contacts import Contacts
from conversations.speech import Speech
from tests.conversations.world import World


def told(world: World, *, names: bool) -> str:
    contacts = Contacts(world.database, world.clock, names)
    return Speech(world.faq, contacts, "02-000-1000").staff(["ads-planning"]).text


@pytest.mark.parametrize("names", [False, True])
def test_the_department_comes_first_then_its_telephone(world: World, names: bool) -> None:
    first = told(world, names=names).splitlines()[0]
    assert first == "정부광고기획팀 02-000-2000"


def test_names_come_last_and_only_where_the_setting_allows_them(world: World) -> None:
    people = [line for line in told(world, names=True).splitlines() if line.startswith("담당자: ")]
    assert people
    assert told(world, names=True).splitlines()[-len(people) :] == people
    assert "담당자: " not in told(world, names=False)


async def test_who_has_a_ticket_and_names_no_duty_is_told_who_has_that_ticket(world: World) -> None:
    await world.conversations.submit("web", "u1", world.form())
    await world.say("담당자 찾기")
    assert world.dialogue.heard[-1].intent == "own_tickets"
    await world.say("정부광고 담당자 전화번호")
    assert world.dialogue.heard[-1].intent == "find_staff"
    await world.say("담당자 찾기", "find_staff")
    assert world.dialogue.heard[-1].intent == "find_staff"


async def test_who_has_no_ticket_is_asked_for_the_duty(world: World) -> None:
    await world.say("담당자 찾기")
    assert world.dialogue.heard[-1].intent == "find_staff"
