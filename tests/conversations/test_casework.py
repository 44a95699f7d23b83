"""What staff do with a ticket, and how the citizen hears of it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.clock import SEOUL
from core.errors import Conflict, Invalid, NotFound
from desk import cards, tickets
from desk.consent import current_notice
from desk.directory import Contact, contact
from desk.models import Staff, Ticket
from desk.schemas import TicketRequest
from tests.conversations.world import COPIER, World

PROMISED = date(2026, 11, 27)


async def opened(world: World, channel: str = "web", **form: Any) -> Ticket:
    """A ticket out of a conversation."""
    world.later(seconds=1)
    form = {"id": f"form-{world.clock.at.timestamp():.0f}"} | form
    await world.conversations.submit(channel, "u1", world.form(**form))
    return world.tickets()[-1]


async def last(world: World, channel: str = "web") -> dict[str, Any]:
    """What the citizen was told last, as their channel gets it."""
    history = await world.conversations.history(channel, "u1", 0)
    return history.messages[-1].for_citizen()


def row(world: World, ticket: Ticket) -> Ticket:
    return next(one for one in world.tickets() if one.id == ticket.id)


def colleague(world: World, ticket: Ticket, *, same: bool) -> Staff:
    """Somebody else who answers, of the ticket's department or of another one."""
    with world.database.session() as session:
        people = session.query(Staff).filter(Staff.role == "agent", Staff.id != ticket.staff_id)
        return next(one for one in people if (one.department_id == ticket.department_id) == same)


def in_charge(world: World, ticket: Ticket) -> Contact:
    with world.database.session() as session:
        return contact(session.get_one(Staff, ticket.staff_id))


async def test_an_answer_is_signed_whatever_stands_in_it(world: World) -> None:
    ticket = await opened(world)
    await world.casework.answer(ticket.number, "kim", "확인했습니다. — 서명 없음")
    told = await last(world)
    assert (told["author"], told["kind"], told["text"]) == ("staff", "staff", "확인했습니다. — 서명 없음")
    assert told["person"] == {
        "name": "김담당", "title": "팀장", "department": "고객지원팀", "phone": "02-000-1001",
    }  # fmt: skip
    assert told["buttons"][0]["payload"] == f"objection:{ticket.number}"
    assert row(world, ticket).state == "answered"


async def test_every_notice_is_signed_and_names_the_ticket(world: World) -> None:
    """Every way of telling a citizen something, one after the other."""
    ticket = await opened(world)
    work, number, me = world.casework, ticket.number, ticket.staff_id
    other = colleague(world, ticket, same=False)
    steps = [
        work.ask(number, me, "영수증 번호를 알려 주십시오."),
        work.tell(number, me, "확인하고 있습니다."),
        work.extend(number, me, date(2026, 12, 1), "외부 확인이 필요합니다."),
        work.transfer(number, me, other.department_id or "", None, "환불 건입니다.", "영수증 확인"),
        work.answer(number, other.id, "답변입니다."),
    ]
    for step in steps:
        await step
        told = await last(world)
        assert told["author"] == "staff"
        assert all(told["person"][part] for part in ("name", "department", "phone"))
        assert told["data"]["number"] == number


async def test_an_extension_tells_both_dates_and_why(world: World) -> None:
    ticket = await opened(world)
    await world.casework.extend(ticket.number, "kim", date(2026, 12, 1), "외부 확인이 필요합니다.")
    text = (await last(world))["text"]
    assert "11월 27일(금)에서 12월 1일(화)까지로" in text
    assert "사유: 외부 확인이 필요합니다." in text
    assert row(world, ticket).promised_on == date(2026, 12, 1)


async def test_a_notice_of_time_names_who_is_in_charge_when_a_colleague_signs_it(world: World) -> None:
    ticket = await opened(world)
    colleague_id, now_in_charge = colleague(world, ticket, same=True).id, in_charge(world, ticket)
    named = f"담당자: {now_in_charge.department} {now_in_charge.name} {now_in_charge.title}"
    await world.casework.extend(ticket.number, colleague_id, date(2026, 12, 1), "확인이 필요합니다.")
    assert (await last(world))["text"].endswith(f"{named}({now_in_charge.phone})")
    world.later(days=14)
    await world.casework.delay(ticket.number, colleague_id, date(2026, 12, 16), "늦어졌습니다.")
    assert (await last(world))["text"].endswith(f"{named}({now_in_charge.phone})")
    await world.casework.delay(ticket.number, ticket.staff_id, date(2026, 12, 17), "더 늦어졌습니다.")
    assert "담당자: " not in (await last(world))["text"]


async def test_who_takes_over_from_somebody_who_left_is_introduced(world: World) -> None:
    ticket = await opened(world)
    person = in_charge(world, ticket)
    await world.casework.introduce(ticket.number, ticket.staff_id, moved=False)
    told = (await last(world))["text"]
    assert f"{person.department} {person.name}" in told
    assert person.phone in told
    await world.casework.introduce(ticket.number, ticket.staff_id, moved=True)
    assert (await last(world))["text"].startswith(f"{person.department}({person.phone})에서")


async def test_a_refused_step_tells_the_citizen_nothing(world: World) -> None:
    ticket = await opened(world)
    before = await last(world)
    for step in (
        world.casework.extend(ticket.number, "kim", date(2026, 11, 28), "주말입니다."),
        world.casework.delay(ticket.number, "kim", date(2026, 12, 1), "아직 늦지 않았습니다."),
        world.casework.answer(ticket.number, "kim", "  "),
        world.casework.transfer(ticket.number, "kim", "nowhere", None, "요지"),
        world.casework.assign(ticket.number, "kim", "nobody"),
        world.casework.decide(ticket.number, "kim", "adopted", "좋습니다."),
        world.casework.close(ticket.number, "kim"),
    ):
        with pytest.raises((Conflict, Invalid)):
            await step
    assert await last(world) == before


async def test_after_the_day_a_delay_is_told_and_then_the_ticket_closes(world: World) -> None:
    ticket = await opened(world)
    world.later(days=7)
    await world.casework.delay(ticket.number, "kim", date(2026, 12, 2), "담당자가 바뀌었습니다.")
    text = (await last(world))["text"]
    assert "11월 27일(금)까지 답변드리지 못하여 깊이 사과드립니다" in text
    assert "12월 2일(수)" in text
    await world.casework.answer(ticket.number, "kim", "답변입니다.")
    await world.casework.close(ticket.number, "kim")
    assert row(world, ticket).state == "closed"


async def test_a_late_answer_is_excused_without_promising_another(world: World) -> None:
    ticket = await opened(world)
    world.later(days=7)
    await world.casework.answer(ticket.number, "kim", "답변입니다.")
    with pytest.raises(Conflict, match="지연 안내"):
        await world.casework.close(ticket.number, "kim")
    await world.casework.delay(ticket.number, "kim", date(2026, 12, 1), "담당자가 바뀌었습니다.")
    text = (await last(world))["text"]
    assert "넘겨 답변드린 점" in text
    assert "12월" not in text


async def test_after_a_transfer_the_citizen_hears_department_and_telephone_first(world: World) -> None:
    ticket = await opened(world)
    other = colleague(world, ticket, same=False)
    await world.casework.transfer(
        ticket.number, ticket.staff_id, other.department_id or "", other.id, "환불 건입니다.", "영수증 확인"
    )
    told, person = await last(world), contact(other)
    assert told["text"].startswith(f"{person.department}({person.phone})")
    assert "다시 설명하지 않으셔도 됩니다" in told["text"]
    assert told["person"]["name"] == other.name
    assert "환불 건" not in told["text"]


async def test_the_receiving_person_sees_everything_on_the_card(world: World) -> None:
    await world.say(COPIER)
    ticket = await opened(world)
    await world.casework.ask(ticket.number, ticket.staff_id, "영수증 번호를 알려 주십시오.")
    with world.database.session() as session:
        from desk import steps

        found = tickets.find(session, ticket.number)
        assert found
        steps.add(session, world.vault, found, world.clock.now(), "번호는 7788입니다.")
    other = colleague(world, ticket, same=False)
    await world.casework.transfer(
        ticket.number, ticket.staff_id, other.department_id or "", other.id, "환불 건입니다.", "영수증 확인"
    )
    with world.database.session() as session:
        found = tickets.find(session, ticket.number)
        assert found
        card = cards.card(session, world.vault, found)
    assert (card.who.name, card.who.phone) == ("홍길동", "010-1234-5678")
    assert card.matter == world.form().matter
    assert card.tried == ("visit.copier",)
    assert [(one.kind, one.words) for one in card.given] == [
        ("asked", "영수증 번호를 알려 주십시오."), ("added", "번호는 7788입니다."),
    ]  # fmt: skip
    assert (card.summary, card.open_points) == ("환불 건입니다.", "영수증 확인")


async def test_a_colleague_who_takes_over_is_introduced(world: World) -> None:
    ticket = await opened(world)
    other = colleague(world, ticket, same=True)
    await world.casework.assign(ticket.number, ticket.staff_id, other.id)
    told = await last(world)
    assert other.name in told["text"]
    assert told["person"]["name"] == other.name
    assert "11월 27일(금)까지" in told["text"]


async def test_confirming_who_is_in_charge_tells_the_citizen_nothing_new(world: World) -> None:
    ticket = await opened(world)
    assert ticket.state == "received"
    before = await last(world)
    await world.casework.assign(ticket.number, ticket.staff_id, ticket.staff_id)
    assert await last(world) == before
    assert row(world, ticket).state == "assigned"


async def test_a_suggestion_ends_with_a_reason_that_the_citizen_hears(world: World) -> None:
    ticket = await opened(world, kind="suggestion")
    await world.casework.decide(ticket.number, ticket.staff_id, "partly", "예산 안에서 먼저 합니다.")
    text = (await last(world))["text"]
    assert "'일부 채택'입니다" in text
    assert "예산 안에서 먼저 합니다." in text
    await world.casework.close(ticket.number, ticket.staff_id)


async def test_a_claim_ends_with_what_was_done(world: World) -> None:
    ticket = await opened(world, kind="claim")
    await world.casework.remedy(ticket.number, ticket.staff_id, "compensated", "5만 원을 돌려드렸습니다.")
    assert "조치: 금전 보상" in (await last(world))["text"]


async def test_a_booked_time_is_told_in_words(world: World) -> None:
    ticket = await opened(world, kind="reservation")
    await world.casework.book(ticket.number, ticket.staff_id, datetime(2026, 11, 25, 14, 30, tzinfo=SEOUL))
    assert "11월 25일(수) 오후 2시 30분으로 예약되었습니다" in (await last(world))["text"]
    assert row(world, ticket).state == "answered"


async def test_what_turns_out_to_be_a_complaint_is_apologised_for_once(world: World) -> None:
    ticket = await opened(world)
    await world.casework.reclassify(ticket.number, "kim", "complaint")
    assert "진심으로 사과드립니다" in (await last(world))["text"]
    said = await world.staff.version(ticket.conversation_id or "")
    await world.casework.reclassify(ticket.number, "kim", "inquiry")
    await world.casework.reclassify(ticket.number, "kim", "complaint")
    assert await world.staff.version(ticket.conversation_id or "") == said


async def test_a_duplicate_is_told_under_which_number_it_goes_on(world: World) -> None:
    one, other = await opened(world), await opened(world)
    await world.casework.merge(one.number, "kim", other.number)
    assert other.number in (await last(world))["text"]
    assert row(world, one).state == "merged"
    with pytest.raises(NotFound):
        await world.casework.merge(other.number, "kim", "E-20261124-2222")


async def test_notes_starts_and_closings_are_not_told(world: World) -> None:
    ticket = await opened(world, reply_needed=False)
    before = await last(world)
    await world.casework.start(ticket.number, ticket.staff_id)
    await world.casework.note(ticket.number, "kim", "지난번에도 같은 문의가 있었습니다.")
    await world.casework.close(ticket.number, "kim")
    assert await last(world) == before


async def test_personal_data_in_a_reply_stands_only_in_the_vault(world: World) -> None:
    ticket = await opened(world)
    await world.casework.answer(ticket.number, "kim", "홍길동 님, 010-1234-5678로 전화드리겠습니다.")
    assert (await last(world))["text"] == "홍길동 님, 010-1234-5678로 전화드리겠습니다."
    kept = world.stored("staff")[-1]
    assert "홍길동" not in kept
    assert "1234-5678" not in kept
    assert "홍길동" not in world.everything_written()


async def test_on_kakao_the_answer_waits_with_its_signature(world: World) -> None:
    ticket = await opened(world, "kakao")
    await world.casework.answer(ticket.number, "kim", "확인했습니다.")
    assert (await world.say(COPIER, channel="kakao"))[0] == "확인했습니다."


async def test_whoever_watches_the_conversation_hears_of_an_answer_at_once(world: World) -> None:
    ticket = await opened(world)
    with world.hub.watch("web:u1") as changed:
        await world.casework.answer(ticket.number, "kim", "확인했습니다.")
        async with asyncio.timeout(5):
            await changed.wait()


async def test_an_answer_that_cannot_be_kept_leaves_the_ticket_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await opened(world)

    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(world.casework, "_send", fails)
    with pytest.raises(RuntimeError):
        await world.casework.answer(ticket.number, "kim", "확인했습니다.")
    assert row(world, ticket).state == ticket.state


async def test_of_two_who_answer_the_same_page_the_citizen_hears_one(world: World) -> None:
    ticket = await opened(world)
    with world.database.session() as session:
        found = tickets.find(session, ticket.number)
        assert found
        seen = tickets.history(session, found)[-1].id
    outcomes = await asyncio.gather(
        world.casework.answer(ticket.number, "kim", "답변입니다.", seen=seen),
        world.casework.answer(ticket.number, "lee", "다른 답변입니다.", seen=seen),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict", "NoneType"]
    assert len(world.stored("staff")) == 1


# ---- by telephone


def note(**changes: Any) -> TicketRequest:
    values = {
        "conversation_id": "ignored", "channel": "web", "name": "홍길동", "phone": "010-1234-5678",
        "email": None, "matter": "담당자와 통화하고 싶습니다.", "reply_needed": True,
        "consent_version": current_notice().version, "kind": "callback",
        "facts": {"best_time": "오후 2시 이후"},
    }  # fmt: skip
    return TicketRequest(**(values | changes))


async def test_a_note_on_the_telephone_is_a_ticket_of_the_person_who_was_looked_for(world: World) -> None:
    told = await world.casework.open_by_staff(note(staff_id="lee"), "kim")
    [ticket] = world.tickets()
    assert (ticket.channel, ticket.kind, ticket.conversation_id) == ("phone", "callback", None)
    assert (ticket.staff_id, ticket.state) == ("lee", "assigned")
    assert told.number == ticket.number
    with world.database.session() as session:
        found = tickets.find(session, told.number)
        assert found
        assert tickets.history(session, found)[0].actor == "kim"
        assert tickets.details(session, world.vault, found).facts == {"통화하기 좋은 시간": "오후 2시 이후"}
    assert "오후 2시" not in world.everything_written()


async def test_a_callback_needs_a_telephone_number(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        await world.casework.open_by_staff(note(phone=None, email="hong@example.com"), "kim")
    assert list(caught.value.fields) == ["phone"]
    assert world.tickets() == []


async def test_a_note_for_somebody_who_is_away_goes_to_the_deputy(world: World) -> None:
    with world.database.session() as session:
        absent = session.get_one(Staff, "lee")
        absent.presence, absent.deputies = "leave", ["kim"]
    await world.casework.open_by_staff(note(staff_id="lee"), "kim")
    assert world.tickets()[0].staff_id == "kim"


async def test_nobody_is_said_to_have_apologised_whom_nobody_could_reach(world: World) -> None:
    told = await world.casework.open_by_staff(note(staff_id="lee"), "kim")
    await world.casework.reclassify(told.number, "lee", "complaint")
    [ticket] = world.tickets()
    with world.database.session() as session:
        assert "apologised" not in [event.kind for event in tickets.history(session, ticket)]
    await world.casework.apologise(told.number, "lee", "불편을 드려 죄송합니다.", by_phone=True)
    with world.database.session() as session:
        last_event = tickets.history(session, ticket)[-1]
    assert (last_event.kind, last_event.actor) == ("apologised", "lee")


async def test_a_complaint_taken_on_the_telephone_is_apologised_for_by_whoever_takes_it(world: World) -> None:
    told = await world.casework.open_by_staff(note(kind="complaint", facts={}), "kim")
    assert "진심으로 사과드립니다" in told.apology
    with world.database.session() as session:
        last_event = tickets.history(session, world.tickets()[0])[-1]
    assert (last_event.kind, last_event.actor) == ("apologised", "kim")


async def test_without_a_conversation_the_citizen_is_told_by_telephone_or_not_at_all(world: World) -> None:
    told = await world.casework.open_by_staff(note(staff_id="lee"), "kim")
    with pytest.raises(Invalid, match="대화창이 없는"):
        await world.casework.answer(told.number, "lee", "전화드렸습니다.")
    with pytest.raises(Invalid, match="파일"):
        await world.casework.answer(told.number, "lee", "전화드렸습니다.", ["file"], by_phone=True)
    await world.casework.answer(told.number, "lee", "전화로 안내하였습니다.", by_phone=True)
    with world.database.session() as session:
        found = tickets.find(session, told.number)
        assert found
        event = tickets.history(session, found)[-1]
        assert (event.kind, event.data) == ("answered", {"how": "phone"})
        assert tickets.opened_words(session, world.vault, event) == "전화로 안내하였습니다."


@pytest.mark.parametrize("called", [timedelta(minutes=1), timedelta(days=-2)])
async def test_a_call_of_tomorrow_or_long_ago_is_no_call(world: World, called: timedelta) -> None:
    with pytest.raises(Invalid) as caught:
        await world.casework.open_by_staff(note(), "kim", world.clock.now() + called)
    assert list(caught.value.fields) == ["called_at"]


# ---- files


def attached(world: World, ticket: Ticket, name: str = "안내문.pdf") -> str:
    with world.database.session() as session:
        found = tickets.find(session, ticket.number)
        assert found
        now = world.clock.now()
        return world.attachments.keep(session, found, name, b"%PDF-1.7", "kim", now).id


async def test_a_reply_brings_its_files_by_a_link_that_only_the_citizen_gets(world: World) -> None:
    ticket = await opened(world)
    file = attached(world, ticket, "홍길동 안내문.pdf")
    await world.casework.answer(ticket.number, "kim", "파일을 보내드립니다.", [file])
    [shown] = (await last(world))["data"]["files"]
    assert (shown["name"], shown["size"]) == ("홍길동 안내문.pdf", 8)
    assert world.links.file_of(shown["href"].rpartition("/")[2]) == file
    assert "홍길동" not in world.everything_written()
    assert shown["href"] not in world.everything_written()


async def test_a_link_ends_and_another_purpose_opens_nothing(world: World) -> None:
    token = world.links.file("abc").rpartition("/")[2]
    with pytest.raises(NotFound):
        world.links.number_of(token)
    with pytest.raises(NotFound):
        world.links.file_of(token[:-2])
    world.later(days=91)
    with pytest.raises(NotFound, match="기간이 지났습니다"):
        world.links.file_of(token)


async def test_a_file_of_another_ticket_goes_with_no_reply(world: World) -> None:
    ticket, other = await opened(world), await opened(world)
    file = attached(world, other)
    with pytest.raises(Invalid, match="이 접수에 올린"):
        await world.casework.answer(ticket.number, "kim", "파일을 보내드립니다.", [file])
    assert row(world, ticket).state == ticket.state
