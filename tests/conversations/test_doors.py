"""One person comes through two doors: who tells the code from the known address is known in both."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.protocol import Delivery, Outcome, Receipt
from conversations import citizens, door_codes, doors, outbox, replies, store
from conversations.models import Conversation, DoorCode, OutboxItem
from core.privacy import VaultItem
from desk import tickets
from tests.conversations.world import COPIER, UNKNOWN, World, asks

HERE = {"sender": "k1", "channel": "kakao"}


@dataclass
class Sent:
    """A way out that keeps what it is given."""

    name: str
    sent: list[Delivery] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> Receipt:
        self.sent.append(delivery)
        return Receipt(Outcome.SENT)


class Refuses(Sent):
    """A way out that is shut."""

    async def send(self, delivery: Delivery) -> Receipt:
        return Receipt(Outcome.REFUSED, "없는 번호입니다.")


async def looked_up(world: World, **fields: str | None) -> str:
    """A ticket from the website whose number and telephone were told in KakaoTalk; its number."""
    outcome = await world.conversations.submit("web", "u1", world.form(**fields))
    number = str(outcome.replies[-1].data["number"])
    await show(world, number)
    return number


async def show(world: World, number: str, **where: str) -> list[str]:
    """The ticket is looked up there; the payloads of the buttons that stand under it."""
    where = where or HERE
    await world.say("안녕하세요", **where)
    with world.database.session() as session:
        talk = store.open_conversation(session, where["channel"], where["sender"], world.clock.now())
        found = tickets.find(session, number)
        assert found
        told = world.doors.offered(session, talk.id, replies.status(tickets.status(found)))
        store.add_message(session, world.vault.cipher, talk, "bot", told, world.clock.now())
        return [button.payload for button in told.buttons]


async def heard(world: World, sender: str = "u1") -> list[str]:
    return [said.text for said in (await world.conversations.history("web", sender, 0)).messages]


async def code_of(world: World) -> str:
    """The code as it stands in the website's conversation."""
    return re.findall(r"확인 번호: (\d{6})", "\n".join(await heard(world)))[-1]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def asked(world: World, number: str) -> list[str]:
    return await world.say("이 대화와 이어 보기", f"join:{number}", **HERE)


async def joined(world: World) -> str:
    number = await looked_up(world)
    world.later(minutes=1)
    await asked(world, number)
    assert "확인되었습니다" in (await world.say(await code_of(world), **HERE))[0]
    return number


def rows(world: World) -> list[DoorCode]:
    with world.database.session() as session:
        return list(session.scalars(select(DoorCode).order_by(DoorCode.id)))


# The way through


async def test_whoever_tells_the_code_has_the_ticket_in_both_conversations(world: World) -> None:
    number = await looked_up(world)
    [said] = await asked(world, number)
    assert "접수하신 대화로 여섯 자리 확인 번호를 보냈습니다" in said
    told = await world.say(await code_of(world), **HERE)
    assert "이어 드렸습니다" in told[0]
    assert told[1].startswith(f"접수번호 {number}: ")
    here, there = world.conversation(**HERE), world.conversation()
    assert here.citizen_id == there.citizen_id is not None
    assert world.own.status(here.id)[0].data["number"] == number
    assert "전달했습니다" in world.own.do(here.id, "add", number, "서류를 더 냈습니다.").text
    await world.say("접수번호로 조회", "check_ticket", **HERE)
    assert world.dialogue.heard[-1].intent == "own_tickets"


async def test_rasa_is_not_needed(world: World) -> None:
    number = await looked_up(world)
    world.dialogue.down = True
    await asked(world, number)
    assert "이어 드렸습니다" in (await world.say(await code_of(world), **HERE))[0]


async def test_the_code_can_be_typed_with_a_blank_and_other_words_still_work(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    assert (await world.say(COPIER, **HERE))[0].startswith("네, 쓰실 수 있습니다.")
    code = await code_of(world)
    assert "이어 드렸습니다" in (await world.say(f" {code[:3]} {code[3:]} ", **HERE))[0]


async def test_the_answer_of_staff_goes_where_the_citizen_wrote_last(world: World) -> None:
    number = await joined(world)
    await world.casework.answer(number, world.tickets()[0].staff_id, "카카오톡으로 드리는 답변입니다.")
    assert not any("카카오톡으로" in text for text in await heard(world))
    assert "카카오톡으로" in (await world.say("안녕하세요", **HERE))[0]
    world.later(minutes=1)
    await world.say("안녕하세요")
    await world.casework.answer(number, world.tickets()[0].staff_id, "누리집으로 드리는 답변입니다.")
    assert "누리집으로" in (await heard(world))[-1]


async def test_a_second_ticket_and_a_third_door_join_the_same_circle(world: World) -> None:
    number = await joined(world)
    third = {"sender": "k2", "channel": "kakao"}
    await show(world, number, **third)
    world.later(minutes=1)
    await world.say("안녕하세요")  # on the website again: there the next code goes
    await world.say("이어 보기", f"join:{number}", **third)
    assert "이어 드렸습니다" in (await world.say(await code_of(world), **third))[0]
    with world.database.session() as session:
        assert len(citizens.circle(session, world.conversation().id)) == 3


async def test_a_ticket_from_the_telephone_gets_the_conversation(world: World) -> None:
    number = await looked_up(world)
    with world.database.session() as session:
        ticket = tickets.find(session, number)
        talk = session.scalar(select(Conversation).where(Conversation.channel == "kakao"))
        assert ticket
        assert talk
        ticket.conversation_id = None
        doors.join(session, talk, ticket)
    assert world.own.status(world.conversation(**HERE).id)[0].data["number"] == number


# Who may not


async def test_what_was_not_looked_up_here_is_not_joined(world: World) -> None:
    outcome = await world.conversations.submit("web", "u1", world.form())
    number = str(outcome.replies[-1].data["number"])
    assert "먼저 조회해" in (await asked(world, number))[0]
    assert rows(world) == []


async def test_a_wrong_code_costs_a_try_and_the_sixth_is_no_try_any_more(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    code = await code_of(world)
    for left in (4, 3, 2, 1):
        assert f"{left}번 더" in (await world.say(other_than(code), **HERE))[0]
    assert "더 이상 사용하실 수 없습니다" in (await world.say(other_than(code), **HERE))[0]
    assert "더 이상 사용하실 수 없습니다" in (await world.say(code, **HERE))[0]
    assert world.conversation(**HERE).citizen_id is None


async def test_after_ten_minutes_the_code_is_too_old(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    code = await code_of(world)
    world.later(minutes=10, seconds=1)
    assert "10분이 지나" in (await world.say(code, **HERE))[0]
    assert world.conversation(**HERE).citizen_id is None


async def test_a_code_is_worth_nothing_in_another_conversation(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    code = await code_of(world)
    other = {"sender": "k2", "channel": "kakao"}
    await world.say(code, **other)
    assert world.conversation(**other).citizen_id is None


async def test_three_codes_an_hour_whoever_asks(world: World) -> None:
    number = await looked_up(world)
    others = [{"sender": f"k{n}", "channel": "kakao"} for n in (2, 3, 4)]
    for where in others:
        await show(world, number, **where)
    for where in [HERE, *others[:2]]:
        assert "보냈습니다" in (await world.say("이어 보기", f"join:{number}", **where))[0]
    assert "한 시간에 세 번" in (await world.say("이어 보기", f"join:{number}", **others[2]))[0]
    world.later(hours=1, seconds=1)
    assert "보냈습니다" in (await world.say("이어 보기", f"join:{number}", **others[2]))[0]


async def test_nine_codes_a_day_however_the_hours_go(world: World) -> None:
    number = await looked_up(world)
    for _ in range(9):
        assert "보냈습니다" in (await asked(world, number))[0]
        world.later(minutes=61)
        with world.database.session() as session:
            door_codes.sweep(session, world.clock.now())
    await show(world, number)
    assert "하루에 아홉 번" in (await asked(world, number))[0]
    world.later(hours=15)
    await show(world, number)
    assert "보냈습니다" in (await asked(world, number))[0]


async def test_a_button_pressed_twice_sends_one_code(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    await asked(world, number)
    assert len(rows(world)) == 1


async def test_six_digits_that_nobody_waits_for_are_no_code(world: World) -> None:
    await world.say("123456", **HERE)
    assert world.dialogue.heard[-1].intent == "unknown"


# The ways to the known address


async def test_an_own_conversation_that_is_shut_leaves_the_address_that_was_left(world: World) -> None:
    world.channels["email"] = mail = Sent("email")
    outcome = await world.conversations.submit("kakao", "old", world.form(email="hong@example.kr"))
    number = str(outcome.replies[-1].data["number"])
    await show(world, number)
    assert "전자우편 주소로" in (await asked(world, number))[0]
    await world.courier.round()
    [letter] = mail.sent
    assert letter.to == "hong@example.kr"
    code = re.findall(r"확인 번호: (\d{6})", letter.replies[0].text)[0]
    assert "이어 드렸습니다" in (await world.say(code, **HERE))[0]


async def test_who_asks_again_is_sent_the_next_code_by_the_next_way(world: World) -> None:
    world.channels["sms"] = sms = Sent("sms")
    number = await looked_up(world)
    await asked(world, number)
    world.later(minutes=1)
    assert "휴대전화로" in (await asked(world, number))[0]
    await world.courier.round()
    assert [delivery.to for delivery in sms.sent] == ["010-1234-5678"]


async def test_where_nothing_else_is_left_the_code_waits_in_the_own_conversation(world: World) -> None:
    outcome = await world.conversations.submit("kakao", "old", world.form())
    number = str(outcome.replies[-1].data["number"])
    await show(world, number)
    assert "아무 말씀이나 보내시면" in (await asked(world, number))[0]
    told = await world.say("안녕하세요", sender="old", channel="kakao")
    code = re.findall(r"확인 번호: (\d{6})", told[0])[0]
    assert "이어 드렸습니다" in (await world.say(code, **HERE))[0]


async def test_a_way_whose_window_is_shut_is_not_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    web = world.channels["web"]
    monkeypatch.setattr(web, "abilities", replace(web.abilities, window=timedelta(hours=24)))
    world.channels["sms"] = Sent("sms")
    number = await looked_up(world)
    world.later(days=2)
    assert "휴대전화로" in (await asked(world, number))[0]


async def test_without_any_way_joining_is_not_offered(world: World) -> None:
    number = await looked_up(world)
    with world.database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        ticket.conversation_id = None
    assert f"join:{number}" not in await show(world, number)
    assert "주소가 없습니다" in (await asked(world, number))[0]


async def test_what_is_joined_is_not_offered_again(world: World) -> None:
    number = await joined(world)
    assert f"join:{number}" not in await show(world, number)
    assert "이미 이 대화와" in (await asked(world, number))[0]


# What is kept


async def test_the_code_is_nowhere_in_plain_and_destroyed_when_it_was_told(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    code = await code_of(world)
    assert code not in world.everything_written()
    await world.say(code, **HERE)
    with world.database.session() as session:
        assert list(session.scalars(select(VaultItem).where(VaultItem.kind == "code"))) == []
    assert code not in "\n".join(await heard(world))


async def test_a_code_whose_time_is_over_reaches_nobody_and_is_forgotten(world: World) -> None:
    outcome = await world.conversations.submit("kakao", "old", world.form())
    number = str(outcome.replies[-1].data["number"])
    await show(world, number)
    await asked(world, number)
    world.later(minutes=11)
    with world.database.session() as session:
        door_codes.sweep(session, world.clock.now())
        assert list(session.scalars(select(VaultItem).where(VaultItem.kind == "code"))) == []
        assert [item.state for item in session.scalars(select(OutboxItem))][-1] == outbox.CANCELLED
    assert len(rows(world)) == 1  # still counts
    world.later(days=1)
    with world.database.session() as session:
        door_codes.sweep(session, world.clock.now())
    assert rows(world) == []


async def test_a_code_told_twice_by_a_redelivery_says_the_same(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    code = await code_of(world)
    first = await world.say(code, message_id="m-1", **HERE)
    assert await world.say(code, message_id="m-1", **HERE) == first
    assert await world.say(code, message_id="m-2", **HERE) == first


async def test_a_form_goes_on_after_the_code(world: World) -> None:
    number = await looked_up(world)
    await asked(world, number)
    world.dialogue.turns.append(asks("contact_name", "성함을 알려 주십시오."))
    await world.say(UNKNOWN, **HERE)
    assert "이어 드렸습니다" in (await world.say(await code_of(world), **HERE))[0]
    assert world.conversation(**HERE).awaiting_slot == "contact_name"


async def test_a_code_that_could_not_be_sent_is_nobody_s_task_when_its_time_is_over(world: World) -> None:
    world.channels["sms"] = Refuses("sms")
    outcome = await world.conversations.submit("kakao", "old", world.form())
    number = str(outcome.replies[-1].data["number"])
    await show(world, number)
    await asked(world, number)
    await world.courier.round()
    with world.database.session() as session:
        [item] = session.scalars(select(OutboxItem))
        assert item.state == outbox.FAILED
    world.later(minutes=10)
    with world.database.session() as session:
        door_codes.sweep(session, world.clock.now())
        [item] = session.scalars(select(OutboxItem))
        assert (item.state, item.words) == (outbox.CANCELLED, None)
