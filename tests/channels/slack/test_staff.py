"""What staff do from their channel: with the rights that they have in the console."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from channels.protocol import ANSWER, StaffAct
from channels.slack.fake import CLERK, ROOM, TEAM
from desk.directory import HANDLERS
from tests.channels.slack.office import CLAIM, WRITE, Office
from web.console.permissions import REFUSALS, ROLE_LABELS, may

# Taking a ticket on


async def test_who_takes_a_ticket_on_is_in_charge_and_the_citizen_hears_it(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    told = await office.press(CLAIM)
    assert told.startswith("이안내 주임님이 맡았습니다.")
    assert (office.ticket().staff_id, office.ticket().state) == ("lee", "in_progress")
    assert len(office.room) == 1
    assert "이안내" in (await office.heard())[0]


async def test_who_is_in_charge_already_begins_and_the_citizen_need_not_hear_it(office: Office) -> None:
    ticket = await office.file()
    office.becomes(ticket.staff_id)
    await office.press(CLAIM)
    assert office.ticket().state == "in_progress"
    assert await office.heard() == []


async def test_the_second_who_presses_is_told_so_and_takes_nothing_away(office: Office) -> None:
    ticket = await office.file()
    payload = office.room[0].buttons[0].payload
    office.becomes("lee")
    await office.door.say(CLAIM, payload, sender=ROOM)
    await office.door.say(CLAIM, payload, sender=ROOM)
    assert office.room[-1].title == "나에게만 보임"
    assert (office.ticket().staff_id, office.ticket().number) == ("lee", ticket.number)


async def test_a_ticket_of_another_department_has_to_be_transferred(office: Office) -> None:
    before = await office.file()
    office.becomes("park")
    assert "이관" in await office.press(CLAIM)
    assert office.ticket().staff_id == before.staff_id


# Who may


async def _refused(office: Office) -> str:
    before = await office.file()
    told = await office.press(CLAIM)
    assert (office.room[-1].title, office.ticket().state) == ("나에게만 보임", before.state)
    assert "맡았습니다" not in office.room[0].text
    return told


@pytest.mark.parametrize("changes", [{"email": "else@example.org"}, {"email": ""}, {"active": False}])
async def test_who_is_no_active_member_of_staff_is_refused(office: Office, changes: dict[str, Any]) -> None:
    office.becomes("lee", **changes)
    assert "직원 명부" in await _refused(office)


async def test_an_address_of_two_people_is_nobodys(office: Office) -> None:
    office.becomes("lee", email="kim@example.org")
    office.becomes("kim")
    assert "직원 명부" in await _refused(office)


async def test_letters_of_an_address_may_be_large(office: Office) -> None:
    await office.file()
    office.becomes("lee", email="Lee@Example.org")
    assert "이안내" in await office.press(CLAIM)


@pytest.mark.parametrize("role", sorted(set(ROLE_LABELS) - set(HANDLERS)))
async def test_a_role_that_may_not_answer_in_the_console_may_not_here(office: Office, role: str) -> None:
    office.becomes("lee", role=role)
    assert await _refused(office) == REFUSALS["answer"]


def test_the_rights_are_those_of_the_console() -> None:
    for role in ROLE_LABELS:
        assert may(role).answer == may(role).transfer == (role in HANDLERS)


@pytest.mark.parametrize(
    "member",
    [
        {"team_id": "TELSEWHERE"},
        {"is_restricted": True},
        {"is_stranger": True},
        {"deleted": True},
        {"is_bot": True},
        {"is_email_confirmed": False},
        {"profile": {}},
    ],
)
async def test_an_outsider_of_the_workspace_is_refused_whatever_address_they_show(
    office: Office, member: dict[str, Any]
) -> None:
    office.becomes("kim")
    office.fake.members[CLERK] |= member
    assert "정식 구성원" in await _refused(office)


async def test_somebody_of_the_same_organisation_is_no_outsider(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = office.world.channels["slack"].staff  # type: ignore[attr-defined]
    room._home = {"team_id": TEAM, "enterprise_id": "E1"}
    office.becomes("lee")
    office.fake.members[CLERK] |= {"team_id": "TOTHER", "enterprise_user": {"enterprise_id": "E1"}}
    await office.file()
    assert "이안내" in await office.press(CLAIM)


async def test_rights_that_end_count_at_once_though_the_address_is_remembered(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    await office.press(CLAIM)
    looked_up = [call.path for call in office.fake.received].count("/users.info")
    office.becomes("lee", active=False)
    assert "직원 명부" in await office.press(WRITE)
    assert [call.path for call in office.fake.received].count("/users.info") == looked_up


async def test_while_slack_knows_nobody_the_act_can_be_tried_again(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    office.fake.fail("500")
    assert "잠시 후" in await office.press(CLAIM)
    await office.press(CLAIM)
    assert office.ticket().staff_id == "lee"


# Answering


async def test_an_answer_from_the_dialog_reaches_the_citizen_signed(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    opened_with = await office.press(WRITE)
    assert "문의 내용은 콘솔에서" in opened_with
    await office.type("확인하여 처리하였습니다.")
    assert office.ticket().state == "answered"
    assert await office.heard() == ["확인하여 처리하였습니다."]
    assert office.room[0].text.startswith("답변 완료 상태입니다.")
    assert office.room[0].buttons == []


async def test_personal_data_in_an_answer_is_masked_like_everywhere(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    await office.press(WRITE)
    await office.type("010-9876-5432로 연락드리겠습니다.")
    assert "9876-5432" not in office.world.everything_written()


async def test_an_empty_answer_is_refused_in_the_dialog_which_stays_open(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    await office.press(WRITE)
    assert "입력해 주십시오" in await office.type(" ")
    await office.type("확인하여 처리하였습니다.")
    assert office.ticket().state == "answered"


async def test_what_a_colleague_answered_meanwhile_is_not_answered_again(office: Office) -> None:
    ticket = await office.file()
    office.becomes("lee")
    await office.press(WRITE)
    await office.world.casework.answer(ticket.number, "kim", "제가 먼저 답변드립니다.")
    assert "그사이 다른 직원이" in await office.type("확인하여 처리하였습니다.")
    assert await office.heard() == ["제가 먼저 답변드립니다."]


async def test_a_dialog_sent_off_twice_is_one_answer(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    await office.press(WRITE)
    [about] = [json.loads(call.body)["view"] for call in office.fake.received if call.path == "/views.open"]
    act = StaffAct("slack", CLERK, "answer", office.ticket().number, "확인하였습니다.")
    assert json.loads(about["private_metadata"])["number"] == act.number
    answers = [await office.world.staff_acts.take(act, 5.0) for _ in range(2)]
    assert answers[0] == {}
    assert "방금" in answers[1]["errors"]["answer"]
    assert await office.heard() == ["확인하였습니다."]


@pytest.mark.parametrize("who", ["park"])
async def test_no_dialog_is_opened_for_an_answer_that_could_not_be_sent(office: Office, who: str) -> None:
    await office.file()
    office.becomes(who)
    assert "다른 부서" in await office.press(WRITE)
    assert all(call.path != "/views.open" for call in office.fake.received)


async def test_a_ticket_that_is_over_is_not_answered(office: Office) -> None:
    ticket = await office.file()
    office.becomes("kim")
    payload = office.room[0].buttons[1].payload
    await office.world.casework.answer(ticket.number, "kim", "답변드립니다.")
    await office.world.casework.close(ticket.number, "kim")
    await office.door.say(WRITE, payload, sender=ROOM)
    assert "종결" in office.room[-1].text


async def test_a_dialog_that_slack_does_not_open_is_asked_for_again(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    await office.press(CLAIM)
    office.fake.fail("500")
    assert "다시 눌러" in await office.press(WRITE)


async def test_an_unknown_ticket_or_act_is_refused(office: Office) -> None:
    await office.file()
    for payload in ("staff:claim:E-20261124-ZZZZ", "staff:dance:E-20261124-ZZZZ"):
        before = len(office.room)
        await office.door.say("?", payload, sender=ROOM)
        assert len(office.room) == before + 1
        assert office.room[-1].title == "나에게만 보임"


async def test_what_takes_too_long_goes_on_and_the_dialog_keeps_the_text(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    act = StaffAct("slack", CLERK, ANSWER, office.ticket().number, "확인하였습니다.")
    answer = await office.world.staff_acts.take(act, 0.0)
    assert "아직 처리하고" in answer["errors"]["answer"]
    await office.world.staff_acts.drain()
    assert office.ticket().state == "answered"


async def test_a_button_that_takes_too_long_needs_no_answer(office: Office) -> None:
    await office.file()
    office.becomes("lee")
    act = StaffAct("slack", CLERK, "claim", office.ticket().number)
    assert await office.world.staff_acts.take(act, 0.0) == {}
    await asyncio.wait_for(office.world.staff_acts.drain(), 5)
    assert office.ticket().staff_id == "lee"
