"""A citizen writes letters, and gets letters: over a real socket, through the whole program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels.email.fake import FakeMail
from channels.email.tokens import TicketTokens
from channels.fake import Hook
from channels.protocol import InboundFile, Reply
from conversations import outbox
from conversations.completion import Completion
from conversations.models import Conversation, OutboxItem
from desk import tickets
from desk.models import Attachment, Notice, TicketEvent
from faq.decision import Answer
from faq.understanding import Understanding
from tests.channels.email.reading import letter
from tests.contracts.doors import Door, opened
from tests.conversations.world import COPIER, MEANT, UNKNOWN, World

HONG = "hong@example.com"


@dataclass
class Mail:
    """A citizen with a mail program, and the whole program behind the address."""

    door: Door
    cloud: FakeMail
    world: World

    async def say(
        self, text: str, *, sender: str = HONG, message_id: str = "", file: InboundFile | None = None
    ) -> list[str]:
        """Write, and let everything that is owed be sent; the letters that come."""
        before = len(self.screen(sender))
        assert (await self.cloud.say(sender, text, None, message_id, file)).status_code == 200
        await self.deliver()
        return self.screen(sender)[before:]

    async def deliver(self) -> None:
        await self.world.conversations.drain()
        await self.door.deliver()

    def screen(self, sender: str = HONG) -> list[str]:
        return [bubble.text for bubble in self.cloud.shown(sender)]

    def forget_thread(self) -> None:
        """What is written next answers no letter."""
        self.cloud._newest.clear()

    async def knock(self, raw: str) -> int:
        """A letter as it stands; the status of the answer."""
        proof = {"x-eungdae-secret": self.cloud.secret}
        return (await self.door.knock(Hook(raw.encode(), proof))).status_code


@pytest.fixture
async def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mail]:
    async with opened("email", tmp_path, monkeypatch) as door:
        assert isinstance(door.fake, FakeMail)
        yield Mail(door, door.fake, door.world)


def words_of(mail: Mail, kind: str) -> str:
    with mail.world.database.session() as session:
        event = session.scalars(select(TicketEvent).where(TicketEvent.kind == kind)).one()
        return tickets.opened_words(session, mail.world.vault, event)


def conversation(mail: Mail, address: str = HONG) -> Conversation:
    sender = TicketTokens(mail.world.secrets.signing_key).fingerprint(address)
    return mail.world.conversation(sender, "email")


def items(mail: Mail) -> list[OutboxItem]:
    with mail.world.database.session() as session:
        return list(session.scalars(select(OutboxItem).order_by(OutboxItem.id)))


def matter(mail: Mail) -> str:
    with mail.world.database.session() as session:
        found = tickets.find(session, mail.world.tickets()[-1].number)
        assert found is not None
        return tickets.details(session, mail.world.vault, found).matter or ""


async def test_a_sure_answer_comes_by_return_of_post(mail: Mail) -> None:
    [said] = await mail.say(COPIER)
    assert "네, 쓰실 수 있습니다.\n담당: 총무팀 02-000-1100" in said
    assert "이 메일에 그대로 회신해 주십시오" in said
    assert mail.world.tickets() == []
    assert mail.world.dialogue.heard == []


async def test_what_is_not_sure_becomes_a_ticket_at_once_and_what_is_kept_is_told(mail: Mail) -> None:
    [said] = await mail.say(UNKNOWN)
    [ticket] = mail.world.tickets()
    assert f"접수번호는 {ticket.number}입니다." in said
    assert "「개인정보 보호법」 제15조제1항제4호" in said
    assert ticket.consent_version == "2026-11-23-letter"
    with mail.world.database.session() as session:
        details = tickets.details(session, mail.world.vault, ticket)
    assert (details.name, details.email, details.matter) == ("hong", HONG, UNKNOWN)


async def test_an_answer_that_does_not_help_leads_to_a_person_who_knows_the_question(mail: Mail) -> None:
    await mail.say(COPIER)
    [said] = await mail.say("그게 아니라 제 것을 써도 되는지 여쭌 것입니다.")
    assert "접수번호는" in said
    assert matter(mail) == f"{COPIER}\n\n그게 아니라 제 것을 써도 되는지 여쭌 것입니다."


async def test_the_same_answer_is_never_given_twice(mail: Mail) -> None:
    await mail.say(COPIER)
    [said] = await mail.say(COPIER)
    assert "접수번호는" in said


async def test_thanks_open_no_ticket(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MEANT, "감사합니다", Understanding("thanks", 0.9))
    await mail.say(COPIER)
    [said] = await mail.say("감사합니다")
    assert "말씀해 주셔서 감사합니다" in said
    assert mail.world.tickets() == []


async def test_an_answer_to_the_confirmation_goes_to_whoever_is_in_charge(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    [said] = await mail.say("한 가지 덧붙입니다. 급합니다.")
    assert "말씀하신 내용을 담당자에게 전달했습니다" in said
    assert words_of(mail, "added") == "한 가지 덧붙입니다. 급합니다."
    [ticket] = mail.world.tickets()
    assert mail.cloud.letters[-1].header("Subject") == f"Re: 문의드립니다 [접수번호 {ticket.number}]"
    await mail.say("또 한 가지 있습니다.")
    assert len(mail.world.tickets()) == 1


async def test_the_person_in_charge_answers_in_the_thread_and_under_their_name(mail: Mail) -> None:
    await mail.say(UNKNOWN, message_id="first")
    number = mail.world.tickets()[0].number
    await mail.world.casework.answer(number, "kim", "확인해 보니 처리되었습니다.")
    await mail.deliver()
    sent = mail.cloud.letters[-1]
    assert "확인해 보니 처리되었습니다.\n— 김담당" in sent.text
    assert sent.header("In-Reply-To") == "<first@example.com>"
    assert sent.header("Auto-Submitted") == "no"
    assert number in sent.header("Subject")


async def test_who_writes_again_after_the_ticket_was_closed_is_heard(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    number = mail.world.tickets()[0].number
    await mail.world.casework.answer(number, "kim", "처리되었습니다.")
    await mail.world.casework.close(number, "kim")
    await mail.deliver()
    [said] = await mail.say("아직 처리되지 않았습니다.")
    assert "다시 접수했습니다" in said
    assert mail.world.tickets()[0].state == "reopened"


async def test_after_a_withdrawn_ticket_a_letter_is_a_new_matter(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    first = mail.world.tickets()[0]
    mail.world.own.do(first.conversation_id, "withdraw", first.number)
    await mail.say("다시 여쭙니다. 확인해 주십시오.")
    assert [ticket.state == "withdrawn" for ticket in mail.world.tickets()] == [True, False]


async def test_a_letter_without_the_token_is_another_matter(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    mail.forget_thread()
    await mail.say("전혀 다른 일을 여쭙니다.")
    assert len(mail.world.tickets()) == 2


async def test_who_was_asked_by_letter_answers_without_a_token_too(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    await mail.world.casework.ask(mail.world.tickets()[0].number, "kim", "신청하신 날이 언제입니까?")
    await mail.deliver()
    mail.forget_thread()
    await mail.say("지난주 금요일입니다.")
    assert words_of(mail, "added") == "지난주 금요일입니다."


async def forwarded(mail: Mail, words: str) -> list[str]:
    """Somebody else answers to the letter that the citizen of a ticket got."""
    mail.cloud._newest["kim@example.com"] = mail.cloud._newest[HONG]
    return await mail.say(words, sender="kim@example.com")


async def test_words_from_another_address_are_a_note_that_names_it_and_never_the_citizens(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    [said] = await forwarded(mail, "제가 대신 말씀드립니다.")
    assert "담당자에게 전달했습니다" in said
    assert "02-000" not in said
    assert "보낸 주소: kim@example.com\n\n제가 대신 말씀드립니다." in words_of(mail, "noted")
    assert conversation(mail, "kim@example.com").citizen_id is None
    with mail.world.database.session() as session:
        notice = session.scalars(select(Notice).where(Notice.kind == "letter")).one()
        kinds = [event.kind for event in session.scalars(select(TicketEvent))]
    assert notice.staff_id == mail.world.tickets()[0].staff_id
    assert "added" not in kinds
    assert "kim@example.com" not in mail.world.everything_written()


async def test_another_address_neither_objects_nor_ends_the_wait_for_the_citizens_answer(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    number = mail.world.tickets()[0].number
    await mail.world.casework.ask(number, "kim", "신청하신 날이 언제입니까?")
    await mail.deliver()
    await forwarded(mail, "어제입니다. 제가 압니다.")
    assert mail.world.tickets()[0].waiting
    await mail.world.casework.answer(number, "kim", "처리되었습니다.")
    await mail.world.casework.close(number, "kim")
    await mail.deliver()
    await forwarded(mail, "아직 처리되지 않았습니다.")
    assert mail.world.tickets()[0].state == "closed"


async def test_a_ticket_of_the_website_goes_on_by_letter_and_both_doors_are_one_citizens(mail: Mail) -> None:
    world = mail.world
    await world.say(UNKNOWN)
    await world.conversations.submit("web", "u1", world.form(email=HONG))
    [ticket] = world.tickets()
    with world.database.session() as session:
        found = tickets.find(session, ticket.number)
        assert found is not None
        reply = Reply(kind="staff", text="확인했습니다.", data={"number": ticket.number})
        outbox.owe_otherwise(session, world.vault, "email", found, reply, world.clock.now())
    await mail.deliver()
    await mail.say("메일로 이어서 말씀드립니다.")
    assert words_of(mail, "added") == "메일로 이어서 말씀드립니다."
    web, email = world.conversation(), conversation(mail)
    assert web.citizen_id == email.citizen_id is not None


async def test_the_same_letter_twice_is_one_ticket_and_one_answer(mail: Mail) -> None:
    await mail.say(UNKNOWN, message_id="same")
    assert await mail.say(UNKNOWN, message_id="same") == []
    assert len(mail.world.tickets()) == 1


async def test_a_crash_between_the_ticket_and_its_confirmation_opens_no_second_one(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr(Completion, "finish", dies)
        assert (await mail.door.say(UNKNOWN, message_id="m-1", sender=HONG)).status_code == 500
    assert len(mail.world.tickets()) == 1
    assert await mail.world.restarted().recover() == 1
    await mail.deliver()
    assert len(mail.world.tickets()) == 1
    assert len(mail.screen()) == 1


async def test_a_resident_number_is_dropped_and_that_is_told(mail: Mail) -> None:
    [said] = await mail.say(f"{UNKNOWN} 900101-1234567")
    assert "주민등록번호는 받지 않습니다" in said
    assert "1234567" not in matter(mail)


async def test_no_address_stands_anywhere_in_the_clear(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    await mail.say("덧붙입니다.")
    written = mail.world.everything_written()
    assert "hong@" not in written
    assert "hong" not in written


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("refuse", outbox.FAILED, "없는 주소입니다(5.1.1)."),
        ("429", outbox.OWED, "받는 쪽 서버가 수신을 거절했습니다(4.7.1)."),
        ("500", outbox.OWED, "받는 쪽 서버가 받지 않았습니다(4.3.0)."),
    ],
)
async def test_staff_are_told_why_a_letter_does_not_go(
    mail: Mail, fault: Any, state: str, reason: str
) -> None:
    mail.cloud.fail(fault)
    assert await mail.say(COPIER) == []
    [item] = items(mail)
    assert (item.state, item.reason, item.uncertain) == (state, reason, False)


async def test_a_letter_whose_fate_is_unknown_goes_again_under_its_own_name(mail: Mail) -> None:
    mail.cloud.fail("cut", taken=True)
    await mail.say(COPIER)
    [item] = items(mail)
    assert (item.state, item.uncertain) == (outbox.OWED, True)
    mail.world.later(minutes=1)
    await mail.deliver()
    ids = [call.headers["message-id"] for call in mail.cloud.received]
    assert ids[0] == ids[1] == f"<{item.key}@example.kr>"
    assert len(mail.screen(HONG)) == 1
    assert items(mail)[0].state == outbox.SENT


async def test_a_letter_that_comes_back_counts_as_failed(mail: Mail) -> None:
    await mail.say(COPIER)
    bounce = letter(f"Message-ID: <{items(mail)[0].key}@example.kr>", From="MAILER-DAEMON@mx.example")
    assert await mail.knock(bounce) == 200
    assert items(mail)[0].state == outbox.FAILED
    assert "되돌아왔습니다" in items(mail)[0].reason


async def test_a_program_that_answers_is_not_answered(mail: Mail) -> None:
    assert await mail.knock(letter(Auto_Submitted="auto-replied")) == 200
    assert mail.world.stored() == []
    assert items(mail) == []


PDF = InboundFile("신청서.pdf", "application/pdf", b"%PDF-1.4\n")


def files(mail: Mail) -> list[tuple[bool, str]]:
    with mail.world.database.session() as session:
        return [(kept.ticket_id is not None, kept.media_type) for kept in session.scalars(select(Attachment))]


async def test_what_is_attached_goes_to_the_ticket_that_the_letter_opens(mail: Mail) -> None:
    [said] = await mail.say(UNKNOWN, file=PDF)
    assert "파일 1개를 함께 받았습니다" in said
    assert files(mail) == [(True, "application/pdf")]


async def test_a_file_without_a_word_is_told_to_whoever_is_in_charge(mail: Mail) -> None:
    await mail.say(UNKNOWN)
    [said] = await mail.say("", file=PDF)
    assert "담당자에게 전달했습니다" in said
    assert words_of(mail, "added") == "(파일을 보냈습니다)"
    assert files(mail) == [(True, "application/pdf")]


async def test_a_file_of_a_kind_that_is_not_taken_is_told_of_and_the_words_are_heard(mail: Mail) -> None:
    [said] = await mail.say(UNKNOWN, file=InboundFile("a.exe", "application/x-msdownload", b"MZ\x00\x01"))
    assert "'a.exe' 파일은 받지 못했습니다" in said
    assert "접수번호는" in said
    assert files(mail) == []


async def test_who_asks_for_staff_of_a_department_is_told(mail: Mail) -> None:
    [said] = await mail.say("정부광고 담당자 전화번호")
    assert "02-000" in said
    assert mail.world.tickets() == []


async def test_a_complaint_is_met_with_an_apology(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail.world.conversations.intake._kinds, "sure", lambda text: "complaint")
    [said] = await mail.say(UNKNOWN)
    assert "진심으로 사과드립니다" in said
    assert mail.world.tickets()[0].kind == "complaint"


async def test_who_wants_to_be_called_needs_a_number(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail.world.conversations.intake._kinds, "sure", lambda text: "callback")
    await mail.say(UNKNOWN)
    mail.forget_thread()
    await mail.say(f"{UNKNOWN} 010-1234-5678로 전화 주십시오.")
    assert [ticket.kind for ticket in mail.world.tickets()] == ["inquiry", "callback"]


async def test_an_answer_of_the_faq_that_is_gone_meanwhile_leads_to_a_person(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEANT, "없어진 글", Understanding("faq", 0.9, Answer("gone", 0.9)))
    [said] = await mail.say("없어진 글")
    assert "접수번호는" in said
