"""New tickets in the staff's channel: what stands there, and that it follows the ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from channels.slack.fake import ROOM
from conversations.announcements import Announcements
from core.clock import SystemClock
from core.errors import Invalid
from core.privacy import Cipher, Vault
from core.settings import Settings
from desk.consent import current_notice
from desk.models import Staff
from desk.schemas import TicketRequest
from ops.doctor import State
from tests.channels.slack.office import CLAIM, WRITE, Office
from tests.channels.slack.shapes import channel
from tests.conversations.post import notices
from tests.conversations.world import UNKNOWN
from web.cli.channel_checks import examine_announcements


def call(**changes: Any) -> TicketRequest:
    values = {
        "conversation_id": None, "channel": "phone", "name": "홍길동", "phone": "010-1234-5678",
        "email": None, "matter": UNKNOWN, "reply_needed": True, "consent_version": current_notice().version,
    }  # fmt: skip
    return TicketRequest(**(values | changes))


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


async def test_administrators_hear_once_a_day_that_announcements_fail(office: Office) -> None:
    settings = Settings(database_url=office.world.database.engine.url.render_as_string(hide_password=False))
    assert [check.state for check in examine_announcements(settings)] == [State.OK]
    with office.world.database.session() as session:
        session.get_one(Staff, "lee").role = "admin"
    for form in ("form-00000001", "form-00000002"):
        office.fake.fail("refuse")
        ticket = await office.file(id=form)
    told = notices(office.world, "unannounced")
    assert [notice.staff_id for notice in told] == ["lee"]
    [check] = examine_announcements(settings)
    assert check.state is State.WARNING
    assert " 2건" in check.detail
    assert ticket.number not in check.detail
