"""New tickets in the staff's channel, and what staff do there: with the rights they have in the console."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from channels.fake import Shown
from channels.protocol import ANSWER, StaffAct
from channels.slack.fake import CLERK, ROOM, TEAM, FakeSlack
from conversations.announcements import Announcements
from core.clock import SystemClock
from core.errors import Invalid
from core.privacy import Cipher, Vault
from desk.consent import current_notice
from desk.directory import HANDLERS
from desk.models import Staff, Ticket
from desk.schemas import TicketRequest
from tests.channels.slack.shapes import channel
from tests.contracts.doors import Door, opened
from tests.conversations.world import UNKNOWN
from web.console.permissions import REFUSALS, ROLE_LABELS, may

CLAIM, WRITE = "제가 맡겠습니다", "답변하기"


class Office:
    """The door of Slack with the staff's channel, and a citizen at the website."""

    def __init__(self, door: Door) -> None:
        assert isinstance(door.fake, FakeSlack)
        self.door, self.world, self.fake = door, door.world, door.fake

    async def file(self, **changes: Any) -> Ticket:
        """A citizen opens a ticket on the website."""
        await self.world.conversations.submit("web", "u1", self.world.form(**changes))
        await self.door.deliver()
        return self.ticket()

    def ticket(self) -> Ticket:
        return self.world.tickets()[-1]

    @property
    def room(self) -> list[Shown]:
        return self.fake.shown(ROOM)

    async def press(self, label: str) -> str:
        """The clerk presses a button of the announcement; what is shown last."""
        [button] = [one for bubble in self.room for one in bubble.buttons if one.label == label]
        await self.door.say(label, button.payload, sender=ROOM)
        return self.room[-1].text

    async def type(self, text: str) -> str:
        """The clerk sends the dialog off; what is shown last."""
        await self.door.say(text, sender=ROOM)
        return self.room[-1].text

    def becomes(self, staff_id: str, **changes: Any) -> None:
        """The clerk is that member of staff; `changes` are to their account."""
        self.fake.members[CLERK] = {"profile": {"email": f"{staff_id}@example.org"}}
        with self.world.database.session() as session:
            person = session.get_one(Staff, staff_id)
            for name, value in changes.items():
                setattr(person, name, value)

    async def heard(self) -> list[str]:
        """What the citizen reads at the website after their own form."""
        history = await self.world.conversations.history("web", "u1", 0)
        return [said.text for said in history.messages if said.author == "staff"]


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setenv("EUNGDAE_PUBLIC_URL", "https://help.example.kr/")
    async with opened("slack", tmp_path, monkeypatch) as door:
        yield Office(door)


def call(**changes: Any) -> TicketRequest:
    values = {
        "conversation_id": None, "channel": "phone", "name": "홍길동", "phone": "010-1234-5678",
        "email": None, "matter": UNKNOWN, "reply_needed": True, "consent_version": current_notice().version,
    }  # fmt: skip
    return TicketRequest(**(values | changes))


# The announcement


async def test_a_new_ticket_is_announced_without_the_citizen_and_the_matter(office: Office) -> None:
    ticket = await office.file(matter="제 통장에 입금이 안 되었습니다", email="hong@example.com")
    [told] = office.room
    assert told.text.splitlines() == [
        "새로 접수된 문의가 있습니다.",
        f"접수번호: {ticket.number}",
        "유형: 문의",
        "담당: 고객지원팀 김담당 팀장",
        "답변 약속일: 11월 27일(금)",
        f"https://help.example.kr/staff/tickets/{ticket.number}",
    ]
    assert [button.label for button in told.buttons] == [CLAIM, WRITE]
    posted = b"".join(call.body for call in office.fake.received).decode()
    assert not any(secret in posted for secret in ("홍길동", "1234-5678", "통장", "hong@"))


async def test_a_note_on_the_telephone_is_announced_too_and_answered_by_telephone(office: Office) -> None:
    await office.world.casework.open_by_staff(call(), "kim")
    await office.door.deliver()
    [told] = office.room
    assert [button.label for button in told.buttons] == [CLAIM]


async def test_a_citizen_of_slack_is_announced_like_any_other(office: Office) -> None:
    await office.door.say(UNKNOWN)
    await office.world.conversations.submit("slack", "1001", office.world.form())
    await office.door.deliver()
    assert office.ticket().number in office.room[0].text


async def test_a_form_sent_twice_is_announced_once(office: Office) -> None:
    await office.file()
    await office.file()
    assert len(office.room) == 1


async def test_a_ticket_that_could_not_be_opened_is_not_announced(office: Office) -> None:
    with pytest.raises(Invalid):
        await office.file(phone="1")
    await office.door.deliver()
    assert (office.room, office.door.items()) == ([], [])


def test_without_a_channel_nothing_is_announced() -> None:
    vault = Vault(Cipher(Fernet.generate_key().decode()), SystemClock())
    assert Announcements.through({"slack": channel(staff_channel="")}, vault, "").room == ""
    assert Announcements.through({"slack": channel()}, vault, "").room == ROOM


async def test_a_step_in_the_console_changes_what_stands_there(office: Office) -> None:
    ticket = await office.file()
    await office.world.casework.claim(ticket.number, "lee")
    await office.door.deliver()
    [told] = office.room
    assert told.text.startswith("이안내 주임님이 맡았습니다.")
    assert [button.label for button in told.buttons] == [WRITE]


async def test_what_the_citizen_takes_back_needs_nobody_any_more(office: Office) -> None:
    ticket = await office.file()
    talk = office.world.conversation("u1", "web").id
    office.world.own.do(talk, "withdraw", ticket.number)
    await office.door.deliver()
    [told] = office.room
    assert (told.text.splitlines()[0], told.buttons) == ("취하 상태입니다.", [])


async def test_an_objection_stands_there_as_a_ticket_to_be_taken_on(office: Office) -> None:
    ticket = await office.file()
    talk = office.world.conversation("u1", "web").id
    await office.world.casework.answer(ticket.number, "kim", "답변드립니다.")
    office.world.own.do(talk, "objection", ticket.number, "다시 살펴봐 주십시오")
    await office.door.deliver()
    [told] = office.room
    assert told.text.startswith("다시 접수된 문의가 있습니다.")
    assert [button.label for button in told.buttons] == [CLAIM, WRITE]


async def test_a_step_that_changes_nothing_there_sends_nothing(office: Office) -> None:
    ticket = await office.file()
    await office.world.casework.note(ticket.number, "kim", "전화해 볼 것")
    await office.door.deliver()
    assert len(office.door.items()) == 1


async def test_what_failed_to_be_announced_is_posted_as_it_stands_by_then(office: Office) -> None:
    office.fake.fail("refuse")
    ticket = await office.file()
    assert office.room == []
    await office.world.casework.start(ticket.number, ticket.staff_id)
    await office.door.deliver()
    [told] = office.room
    assert "맡았습니다" in told.text


async def test_an_announcement_is_tried_again_and_stands_there_once(office: Office) -> None:
    office.fake.fail("cut", taken=True)
    await office.file()
    office.world.clock.at += timedelta(minutes=1)
    await office.door.deliver()
    assert len(office.room) == 1


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
    assert "9876" not in office.world.everything_written()


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
