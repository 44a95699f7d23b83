"""What citizens do with their own tickets, and that nothing known is asked again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from conversations.models import Conversation
from core.privacy import VaultItem
from desk import tickets
from desk.models import Notice, Ticket
from tests.conversations.world import COPIER, FEE, UNKNOWN, World, texts

STRANGE = "이 대화에서 접수하신 문의가 아닙니다"


async def opened(world: World, sender: str = "u1", **fields: Any) -> str:
    """The number of a new ticket."""
    outcome = await world.conversations.submit("web", sender, world.form(**fields))
    return str(outcome.replies[-1].data["number"])


def ticket(world: World, number: str) -> Ticket:
    with world.database.session() as session:
        found = tickets.find(session, number)
        assert found
        return found


def events(world: World, number: str) -> list[tuple[str, str]]:
    """Kind and words of what the citizen did."""
    with world.database.session() as session:
        found = tickets.find(session, number)
        assert found
        return [
            (event.kind, tickets.opened_words(session, world.vault, event))
            for event in tickets.history(session, found)
            if event.actor == "citizen"
        ][1:]


async def answered(world: World, sender: str = "u1") -> str:
    number = await opened(world, sender)
    await world.casework.answer(number, ticket(world, number).staff_id, "승인되었습니다.")
    return number


# Status


async def test_who_asks_for_the_own_ticket_is_asked_for_neither_number_nor_telephone(world: World) -> None:
    number = await opened(world)
    await world.say("접수번호로 조회", "check_ticket")
    assert world.dialogue.heard[-1].intent == "own_tickets"
    told = world.own.status(world.conversation().id)
    assert told[0].text.startswith(f"접수번호 {number}: ")
    assert [button.payload for button in told[0].buttons] == [
        f"add:{number}",
        f"withdraw:{number}",
        "notify",
        "check_other",
    ]


async def test_another_ticket_is_still_looked_up_by_number(world: World) -> None:
    await opened(world)
    await world.say("다른 접수 조회", "check_other")
    assert world.dialogue.heard[-1].intent == "check_ticket"


async def test_without_a_ticket_the_number_is_asked_for(world: World) -> None:
    await world.say("접수번호로 조회", "check_ticket")
    assert world.dialogue.heard[-1].intent == "check_ticket"


async def test_several_tickets_have_buttons_that_differ(world: World) -> None:
    for n in range(4):
        await opened(world, id=f"form-0000000{n}")
        world.later(minutes=1)
    told = world.own.status(world.conversation().id)
    labels = [button.label for reply in told for button in reply.buttons]
    assert len(told) == 3
    assert len(set(labels)) == len(labels) == 8
    assert max(map(len, labels)) <= 14


# Adding, objecting, withdrawing


async def test_words_are_added_once_and_the_person_in_charge_hears_of_it(world: World) -> None:
    number = await opened(world)
    talk = world.conversation().id
    for _ in range(2):  # the way back to the citizen failed, so it comes again
        told = world.own.do(talk, "add", number, "서류 번호는 77입니다.")
    assert "전달했습니다" in told.text
    assert ticket(world, number).staff.name in told.text
    assert events(world, number) == [("added", "서류 번호는 77입니다.")]
    with world.database.session() as session:
        told_of = session.scalars(select(Notice.kind).where(Notice.kind == "added")).all()
        assert list(told_of) == ["added"]


async def test_the_same_words_an_hour_later_are_meant_anew(world: World) -> None:
    number = await opened(world)
    for _ in range(2):
        world.own.do(world.conversation().id, "add", number, "아직인가요?")
        world.later(hours=1)
    assert len(events(world, number)) == 2


async def test_an_objection_opens_the_ticket_again_with_a_new_promise(world: World) -> None:
    number = await answered(world)
    world.later(days=7)
    told = world.own.do(world.conversation().id, "objection", number, "제 질문의 답이 아닙니다.")
    again = ticket(world, number)
    assert again.state == "reopened"
    assert again.promised_on == date(2026, 12, 4)
    assert "12월 4일(금)까지" in told.text
    assert again.staff.phone in told.text or again.department.phone in told.text


async def test_a_withdrawal_is_told_once_and_for_all(world: World) -> None:
    number = await opened(world)
    talk = world.conversation().id
    assert "취하했습니다" in world.own.do(talk, "withdraw", number).text
    assert "취하했습니다" in world.own.do(talk, "withdraw", number).text
    world.later(hours=1)
    assert "이미 취하하신" in world.own.do(talk, "withdraw", number).text
    assert ticket(world, number).state == "withdrawn"
    assert len(events(world, number)) == 1


async def test_an_appointment_is_cancelled_in_so_many_words(world: World) -> None:
    number = await opened(world, kind="reservation")
    asked = world.own.really_withdraw(number)
    assert "예약을 취소할까요?" in asked.text
    assert [button.label for button in asked.buttons] == ["네, 취소합니다", "아니요"]
    told = world.own.do(world.conversation().id, "withdraw", number).text
    assert "예약을 취소했습니다" in told
    assert "취하" not in asked.text + told


@pytest.mark.parametrize(
    ("what", "state", "words"),
    [
        ("objection", "open", "아직 답변드리기 전"),
        ("withdraw", "answered", "이미 답변드린"),
        ("add", "closed", "이미 종결된"),
        ("add", "withdrawn", "이미 취하하신"),
        ("objection", "withdrawn", "이미 취하하신"),
    ],
)
async def test_what_is_not_possible_is_said_in_plain_words_and_changes_nothing(
    world: World, what: str, state: str, words: str
) -> None:
    number = await (opened(world) if state in ("open", "withdrawn") else answered(world))
    talk = world.conversation().id
    if state == "closed":
        await world.casework.close(number, ticket(world, number).staff_id)
    if state == "withdrawn":
        world.own.do(talk, "withdraw", number)
    world.later(hours=1)
    before = events(world, number)
    assert words in str(world.own.refusal(talk, what, number))
    assert words in world.own.do(talk, what, number, "말씀드립니다").text
    assert events(world, number) == before


async def test_a_strangers_ticket_is_out_of_reach(world: World) -> None:
    number = await opened(world)
    await world.say(COPIER, sender="u2")
    stranger = world.conversation("u2").id
    for what in ("add", "objection", "withdraw"):
        assert STRANGE in str(world.own.refusal(stranger, what, number))
        assert STRANGE in world.own.do(stranger, what, number, "남의 것").text
    assert STRANGE in world.own.do(stranger, "add", "E-20261122-2222", "없는 것").text
    assert events(world, number) == []


async def test_a_ticket_that_was_proven_elsewhere_is_ones_own_there(world: World) -> None:
    from channels.protocol import Reply
    from conversations import store

    number = await opened(world)
    await world.say(COPIER, sender="u2")
    elsewhere = world.conversation("u2").id
    with world.database.session() as session:
        talk = session.get_one(Conversation, elsewhere)
        shown = Reply(kind="status", text="…", data={"number": number})
        store.add_message(session, world.vault.cipher, talk, "bot", shown, world.clock.now())
    assert world.own.refusal(elsewhere, "withdraw", number) is None


async def test_personal_data_in_added_words_stays_in_the_vault(world: World) -> None:
    number = await opened(world)
    world.own.do(world.conversation().id, "add", number, "새 번호는 010-9876-5432입니다.")
    assert "010-9876-5432" not in world.everything_written()
    assert events(world, number) == [("added", "새 번호는 010-9876-5432입니다.")]


# What staff asked


@pytest.mark.parametrize("text", ["지난주 화요일입니다", FEE, "네", COPIER, "77"])
async def test_what_follows_the_question_of_staff_goes_to_them(world: World, text: str) -> None:
    number = await opened(world)
    await world.casework.ask(number, ticket(world, number).staff_id, "언제 신청하셨습니까?")
    await world.say(text)
    heard = world.dialogue.heard[-1]
    assert heard.intent == "tell_staff"
    assert heard.metadata["understanding"]["entities"] == [{"entity": "ticket", "value": number}]


@pytest.mark.parametrize(
    ("text", "intent"), [("상담원 연결", "handoff"), ("안녕하세요", "greet"), ("담당자 찾기", "own_tickets")]
)
async def test_a_wish_of_another_sort_is_no_answer_to_staff(world: World, text: str, intent: str) -> None:
    number = await opened(world)
    await world.casework.ask(number, ticket(world, number).staff_id, "언제 신청하셨습니까?")
    await world.say(text)
    assert world.dialogue.heard[-1].intent == intent


async def test_later_only_what_the_bot_cannot_answer_goes_to_staff(world: World) -> None:
    number = await opened(world)
    await world.casework.ask(number, ticket(world, number).staff_id, "언제 신청하셨습니까?")
    await world.say("안녕하세요")
    await world.say(COPIER)
    assert world.dialogue.heard[-1].intent == "faq"
    await world.say("네")
    assert world.dialogue.heard[-1].intent == "affirm"  # it helped: that was asked last
    await world.say(UNKNOWN)
    assert world.dialogue.heard[-1].intent == "tell_staff"


async def test_with_nothing_asked_nothing_goes_to_staff(world: World) -> None:
    number = await opened(world)
    await world.casework.tell(number, ticket(world, number).staff_id, "확인하고 있습니다.")
    await world.say(UNKNOWN)
    assert world.dialogue.heard[-1].intent == "unknown"


async def test_while_a_person_talks_with_the_citizen_nothing_is_forwarded(world: World) -> None:
    number = await opened(world)
    await world.casework.ask(number, ticket(world, number).staff_id, "언제 신청하셨습니까?")
    await world.staff.take_over(world.conversation().id, "kim")
    await world.say("화요일입니다")
    assert events(world, number) == []


async def test_without_rasa_the_answer_reaches_staff_and_the_status_is_told(world: World) -> None:
    number = await opened(world)
    await world.casework.ask(number, ticket(world, number).staff_id, "언제 신청하셨습니까?")
    world.dialogue.down = True
    assert "전달했습니다" in (await world.say("화요일입니다"))[0]
    assert events(world, number) == [("added", "화요일입니다")]
    assert not ticket(world, number).waiting
    assert (await world.say("접수번호로 조회", "check_ticket"))[0].startswith(f"접수번호 {number}")
    later = await world.send("접수 취하", f"withdraw:{number}")
    assert "대표전화" in texts(later)[0]
    assert later.replies[0].buttons[0].payload == f"withdraw:{number}"


@pytest.mark.parametrize("payload", ["add:", "add:nonsense", "kind:nonsense", "slot:", "withdraw:E-1"])
async def test_a_forged_button_is_read_as_text(world: World, payload: str) -> None:
    await world.say("안녕하세요", payload)
    assert world.dialogue.heard[-1].intent == "greet"


# Known once, known for good


async def test_a_second_form_is_filled_in_with_what_the_first_one_told(world: World) -> None:
    await opened(world)
    known = world.own.known(world.conversation().id)
    with world.database.session() as session:
        assert {kind: world.vault.reveal(session, ref) for kind, ref in known.items()} == {
            "name": "홍길동",
            "phone": "010-1234-5678",
        }


async def test_giving_up_the_second_form_leaves_the_first_ticket_its_data(world: World) -> None:
    number = await opened(world)
    known = world.own.known(world.conversation().id)
    with world.database.session() as session:
        world.vault.forget(session, " ".join(known.values()))
        found = tickets.find(session, number)
        assert found
        assert tickets.details(session, world.vault, found).name == "홍길동"


async def test_what_was_destroyed_is_not_known_any_more(world: World) -> None:
    await opened(world)
    with world.database.session() as session:
        for item in session.scalars(select(VaultItem).where(VaultItem.kind == "name")):
            session.delete(item)
    assert "name" not in world.own.known(world.conversation().id)


async def test_the_widgets_form_without_rasa_is_filled_in_too(world: World) -> None:
    await opened(world)
    world.dialogue.down = True
    await world.say(UNKNOWN)
    outcome = await world.send("문의 접수하기", "open_ticket")
    form = outcome.replies[0]
    assert (form.kind, form.data["name"], form.data["phone"]) == ("form", "홍길동", "010-1234-5678")
    assert form.data["matter"] == UNKNOWN
    assert form.data["kind"] == "inquiry"
    assert "홍길동" not in world.everything_written()
