"""Text messages: short, inside the networks' limits, and sent once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.fake import FaultKind
from channels.protocol import Button, Delivery, Outcome, Reply
from channels.registry import build_senders
from channels.sms.adapter import LMS, SMS, SmsSender, compose, size
from channels.sms.fake import TOKEN, FakeGateway
from channels.sms.settings import SmsSettings
from conversations import outbox
from conversations.courier import Courier
from core.database import Base, Database
from core.settings import Settings
from desk import tickets
from tests.conversations.world import UNKNOWN, World

FOUNDATION, PHONE = "한국언론재단", "02-2001-7114"
CODE = Reply(kind="text", text="확인 번호: 123456")
SIGNED = {"signed": {"name": "김담당", "title": "과장", "department": "총무팀", "phone": "02-000-1100"}}
ANSWER = Reply(
    kind="staff", text="확인했습니다.", data=SIGNED, buttons=[Button(label="덧붙이기", payload="x")]
)


def delivery(*replies: Reply, number: str = "") -> Delivery:
    return Delivery("a" * 32, "010-1234-5678", replies, number=number)


def text(*replies: Reply, number: str = "") -> str:
    return compose(delivery(*replies, number=number), FOUNDATION, PHONE)


def test_a_code_fits_into_one_short_message() -> None:
    assert text(CODE) == f"[{FOUNDATION}]\n확인 번호: 123456\n문의 {PHONE}"
    assert size(text(CODE)) <= SMS


def test_that_there_is_an_answer_is_told_with_number_person_and_telephone_but_not_what_it_says() -> None:
    said = text(ANSWER, number="E-20261124-7F3K")
    assert said.startswith(f"[{FOUNDATION}] 접수번호 E-20261124-7F3K\n문의하신 내용에 새 답변이 있습니다.")
    assert said.endswith("담당 총무팀 김담당 02-000-1100")
    assert "확인했습니다" not in said


def test_a_long_answer_is_cut_in_the_middle_and_still_says_whom_to_call() -> None:
    said = text(Reply(kind="text", text="긴 답변입니다. " * 300), number="E-1")
    assert size(said) <= LMS
    assert said.endswith(f"...\n문의 {PHONE}")


@given(st.text(max_size=3000))
def test_whatever_is_said_fits_and_is_written_in_the_networks_set(words: str) -> None:
    said = text(Reply(kind="text", text=words))
    assert size(said) <= LMS
    assert said.encode("cp949").decode("cp949") == said
    assert "\ud83d" not in said


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[FakeGateway, SmsSender]]:
    fake = FakeGateway("http://program/channels/sms")
    settings = SmsSettings(_env_file=None, api="http://gateway", token=TOKEN, sender="02-2001-7114")
    async with httpx.AsyncClient(transport=fake.transport()) as client:
        yield fake, SmsSender(settings, FOUNDATION, PHONE, client)


Gateway = tuple[FakeGateway, SmsSender]


async def test_the_citizen_reads_it(gateway: Gateway) -> None:
    fake, sender = gateway
    receipt = await sender.send(delivery(CODE))
    assert (receipt.outcome, receipt.id) == (Outcome.SENT, f"fake-{'a' * 32}")
    [shown] = fake.shown("01012345678")
    assert "123456" in shown.text


async def test_the_same_key_is_sent_once(gateway: Gateway) -> None:
    fake, sender = gateway
    fake.fail("cut", taken=True)
    lost = await sender.send(delivery(CODE))
    assert (lost.outcome, lost.uncertain) == (Outcome.LATER, True)
    assert (await sender.send(delivery(CODE))).outcome is Outcome.SENT
    assert len(fake.shown("01012345678")) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("429", Outcome.LATER), ("500", Outcome.LATER), ("refuse", Outcome.REFUSED), ("timeout", Outcome.LATER)],
)
async def test_a_gateway_in_trouble_is_tried_again_unless_it_says_never(
    gateway: Gateway, fault: FaultKind, outcome: Outcome
) -> None:
    fake, sender = gateway
    fake.fail(fault, retry_after=7)
    receipt = await sender.send(delivery(CODE))
    assert receipt.outcome is outcome
    assert receipt.reason


async def test_a_wrong_token_is_refused() -> None:
    fake = FakeGateway("http://program/channels/sms")
    async with httpx.AsyncClient(transport=fake.transport()) as client:
        sender = SmsSender(SmsSettings(_env_file=None, api="http://gateway"), FOUNDATION, PHONE, client)
        assert (await sender.send(delivery(CODE))).outcome is Outcome.REFUSED


def test_without_a_gateway_there_is_no_such_way() -> None:
    assert "sms" not in build_senders({}, Settings(_env_file=None), httpx.AsyncClient())


async def test_a_tickets_citizen_is_told_at_the_number_they_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUNGDAE_SMS_API", "http://gateway")
    monkeypatch.setenv("EUNGDAE_SMS_TOKEN", TOKEN)
    fake = FakeGateway("http://program/channels/sms")
    database = Database(f"sqlite:///{tmp_path / 'sms.sqlite3'}")
    Base.metadata.create_all(database.engine)
    async with httpx.AsyncClient(transport=fake.transport()) as client:
        world = World(database, client=client)
        await world.say(UNKNOWN)
        await world.conversations.submit("web", "u1", world.form())
        await _owe(world, ANSWER)
        senders: Any = build_senders(world.channels, world.settings, client)
        await Courier(database, world.vault, senders, world.clock, world.hub).round()
    [shown] = fake.shown("01012345678")
    assert world.tickets()[0].number in shown.text
    database.close()


async def _owe(world: World, reply: Reply) -> None:
    with world.database.session() as session:
        ticket = tickets.find(session, world.tickets()[0].number)
        assert ticket
        outbox.owe_otherwise(session, world.vault, "sms", ticket, reply, world.clock.now())
