"""Rasa down, slow or talking rubbish: a sure answer still comes, anything else leads to a person."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from conversations import service
from conversations.dialogue import DialogueError, RasaDialogue, Turn
from tests.conversations.world import COPIER, FEE, UNKNOWN, World, asks, until


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough here: nothing depends on it."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GOOD = {"replies": [{"kind": "text", "text": "네"}], "awaiting": {"form": "ticket_form", "slot": "contact"}}


@asynccontextmanager
async def rasa(handler: Handler, seconds: float = 0.3) -> AsyncIterator[RasaDialogue]:
    """The real client, speaking with a server that does as `handler` likes."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    dialogue = RasaDialogue(f"http://127.0.0.1:{port}", "token", seconds)
    try:
        yield dialogue
    finally:
        await dialogue.close()
        server.close()


def answering(status: int, body: bytes, seen: list[bytes] | None = None) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length")), 0
        )
        request = head + await reader.readexactly(length)
        if seen is not None:
            seen.append(request)
        writer.write(
            b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body
        )
        await writer.drain()
        writer.close()

    return handler


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Each byte comes in time; the answer never does."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def test_a_good_turn_is_read_and_the_token_shown() -> None:
    seen: list[bytes] = []
    async with rasa(answering(200, json.dumps(GOOD).encode(), seen)) as dialogue:
        turn = await dialogue.turn("c.1", "m", "안녕", {"matter": None}, retry=True)
    assert turn == Turn.model_validate(GOOD)
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert b"POST /webhooks/gateway/message " in head
    assert b"authorization: bearer token" in head.lower()
    assert json.loads(body) == {
        "sender": "c.1", "message_id": "m", "text": "안녕", "metadata": {"matter": None}, "retry": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"[]"),
        (200, b""),
        (200, b"<html>"),
        (200, b"{}"),
        (200, b'{"replies": []}'),
        (200, b'{"replies": [{"text": 7}]}'),
        (200, b"\xff\xfe"),
        (401, json.dumps(GOOD).encode()),
        (503, json.dumps(GOOD).encode()),
        (302, b""),
    ],
)
async def test_rubbish_is_told_apart_from_an_answer(status: int, body: bytes) -> None:
    async with rasa(answering(status, body)) as dialogue:
        with pytest.raises(DialogueError):
            await dialogue.turn("c.1", "m", "안녕", {})


@pytest.mark.parametrize("handler", [silent, dripping])
async def test_the_wait_for_rasa_is_bounded_however_it_hangs(handler: Handler) -> None:
    async with rasa(handler, seconds=0.3) as dialogue:
        started = time.monotonic()
        with pytest.raises(DialogueError):
            await dialogue.turn("c.1", "m", "안녕", {})
        assert time.monotonic() - started < 1


async def test_nobody_listening_is_an_error_of_the_dialogue_and_no_health() -> None:
    dialogue = RasaDialogue("http://127.0.0.1:1", "token", 0.3)
    with pytest.raises(DialogueError):
        await dialogue.turn("c.1", "m", "안녕", {})
    assert not await dialogue.healthy()
    await dialogue.close()


async def test_health_is_what_rasa_says() -> None:
    async with rasa(answering(200, b"{}")) as well:
        assert await well.healthy()
    async with rasa(answering(503, b"{}")) as ill:
        assert not await ill.healthy()


@pytest.fixture
def down(world: World) -> World:
    world.dialogue.down = True
    return world


async def test_a_sure_answer_still_comes_with_its_owner(down: World) -> None:
    outcome = await down.send(COPIER)
    assert [said.kind for said in outcome.replies] == ["answer", "feedback"]
    assert outcome.replies[0].data["department"] == {"name": "총무팀", "phone": "02-000-1100"}
    assert down.conversation().tried == ["visit.copier"]


async def test_choices_still_come_and_can_be_pressed(down: World) -> None:
    outcome = await down.send(FEE)
    assert [b.payload for b in outcome.replies[0].buttons] == [
        "faq:ads.fee",
        "faq:ads.refund",
        "none_of_these",
    ]
    assert (await down.say("1"))[0] == "10 %입니다."


@pytest.mark.parametrize("text", [UNKNOWN, "상담원 연결", "안녕하세요"])
async def test_anything_else_becomes_the_offer_of_a_ticket(down: World, text: str) -> None:
    outcome = await down.send(text)
    assert outcome.replies[0].kind == "offer"
    assert "open_ticket" in [b.payload for b in outcome.replies[0].buttons]


async def test_the_widget_gets_the_form_itself_with_the_question_filled_in(down: World) -> None:
    await down.say(UNKNOWN)
    outcome = await down.send("문의 접수하기", "open_ticket")
    assert outcome.replies[0].kind == "form"
    assert outcome.replies[0].data["matter"] == UNKNOWN


async def test_a_messenger_is_told_the_telephone_instead_of_a_form(down: World) -> None:
    outcome = await down.send("문의 접수하기", "open_ticket", channel="kakao")
    assert outcome.replies[0].kind == "offer"
    assert "02-2001-7114" in outcome.replies[0].text


async def test_whose_telephone_is_still_told(down: World) -> None:
    assert "정부광고" in (await down.say("정부광고 담당자 전화번호"))[0]
    outcome = await down.send("담당자 찾기")
    assert len(outcome.replies[0].buttons) >= 3


async def test_a_half_filled_form_waits_for_rasa_to_come_back(world: World) -> None:
    world.dialogue.turns.append(asks("contact"))
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    world.dialogue.down = True
    [said] = await world.say("010-1234-5678", channel="kakao")
    assert "다시 보내" in said
    kept = world.conversation(channel="kakao")
    assert (kept.awaiting_form, kept.awaiting_slot) == ("ticket_form", "contact")


async def test_what_rasa_did_not_hear_of_a_form_is_told_again_and_the_answer_waits_for_the_citizen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.service.CATCH_UP_AFTER", (0.0, 0.0, 0.05))
    world.dialogue.turns.append(asks("contact"))
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    world.dialogue.down = True
    await world.say("010-1234-5678", channel="kakao")
    world.dialogue.down = False
    world.dialogue.turns.append(asks("reply_needed"))
    await until(lambda: world.conversation(channel="kakao").awaiting_slot == "reply_needed")
    outcome = await world.send("네", channel="kakao")
    assert [said.text for said in outcome.waited] == ["말씀해 주십시오."]


async def test_the_same_said_again_after_a_silence_is_heard_once_and_gets_what_rasa_said(
    world: World,
) -> None:
    world.dialogue.turns.append(asks("contact"))
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    world.dialogue.down = True
    await world.say("010-1234-5678", channel="kakao")
    world.dialogue.down = False
    world.dialogue.turns.append(asks("reply_needed", "회신이 필요하십니까?"))
    assert await world.say("010-1234-5678", channel="kakao") == ["회신이 필요하십니까?"]
    assert world.dialogue.heard[-1].retry
    assert world.conversation(channel="kakao").awaiting_slot == "reply_needed"


async def test_something_new_after_a_silence_comes_after_what_rasa_had_missed(world: World) -> None:
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    world.dialogue.down = True
    await world.say("홍길동", channel="kakao")
    world.dialogue.down = False
    world.dialogue.turns += [
        asks("contact", "연락처를 알려 주십시오."),
        asks("reply_needed", "회신이 필요하십니까?"),
    ]
    said = await world.say("010-1234-5678", channel="kakao")
    assert said == ["연락처를 알려 주십시오.", "회신이 필요하십니까?"]
    assert "[[phone:valid:" in world.dialogue.heard[-1].text


async def test_a_silent_rasa_is_waited_for_once_a_message(world: World) -> None:
    world.dialogue.turns.append(asks("contact"))
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    world.dialogue.down = True
    await world.say("010-1234-5678", channel="kakao")
    asked = len(world.dialogue.heard)
    await world.say("010-1234-5678", channel="kakao")
    assert len(world.dialogue.heard) == asked + 1


async def test_a_citizen_who_says_it_again_is_not_answered_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.service.CATCH_UP_AFTER", (0.1,))
    world.dialogue.turns.append(asks("contact"))
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    world.dialogue.down = True
    await world.say("010-1234-5678", channel="kakao")
    world.dialogue.down = False
    world.dialogue.turns.append(asks("reply_needed"))
    await world.say("010-1234-5678", channel="kakao")
    asked = len(world.dialogue.heard)
    await asyncio.sleep(0.2)
    assert len(world.dialogue.heard) == asked


async def test_a_sure_question_in_a_half_filled_form_is_answered_too(world: World) -> None:
    world.dialogue.turns.append(asks("consent"))
    await world.say("문의 접수하기", "open_ticket")
    world.dialogue.down = True
    assert (await world.say(COPIER))[0] == "네, 쓰실 수 있습니다."
    assert world.conversation().awaiting_slot == "consent"


async def test_a_resident_number_is_refused_without_rasa_too(down: World) -> None:
    assert "주민등록번호는 받지 않습니다" in (await down.say("900101-1234567"))[0]


async def test_when_rasa_is_back_it_is_asked_again(down: World) -> None:
    await down.say(COPIER)
    down.dialogue.down = False
    assert await down.say("안녕하세요") == ["안녕하세요. 무엇을 도와드릴까요?"]


async def half_filled(world: World, monkeypatch: pytest.MonkeyPatch, channel: str = "web") -> None:
    """A form's answer that Rasa didn't hear."""
    monkeypatch.setattr(service, "CATCH_UP_AFTER", (0.1, 0.1, 0.1))
    world.dialogue.turns.append(asks("contact"))
    await world.say("문의 접수하기", "open_ticket", channel=channel)
    world.dialogue.down = True
    await world.say("010-1234-5678", channel=channel)
    world.dialogue.down = False
    world.dialogue.turns.append(asks("matter", "문의하실 내용은요?"))


async def test_what_rasa_did_not_hear_of_a_form_is_told_when_it_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await half_filled(world, monkeypatch)
    await until(lambda: world.conversation().awaiting_slot == "matter")
    history = await world.conversations.history("web", "u1", 0)
    assert history.messages[-1].text == "문의하실 내용은요?"
    assert world.dialogue.heard[-1].retry
    assert world.dialogue.heard[-1].message_id == world.dialogue.heard[-2].message_id


async def test_on_kakao_it_waits_for_the_next_message(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await half_filled(world, monkeypatch, "kakao")
    await until(lambda: world.conversation(channel="kakao").awaiting_slot == "matter")
    await asyncio.sleep(0.05)
    assert (await world.say("취소", channel="kakao"))[0] == "문의하실 내용은요?"


async def test_who_has_spoken_meanwhile_is_not_answered_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await half_filled(world, monkeypatch)
    await world.say("010-1234-5678")
    heard = len(world.dialogue.heard)
    await asyncio.sleep(0.4)
    assert len(world.dialogue.heard) == heard


async def test_the_bot_does_not_come_back_while_a_person_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await half_filled(world, monkeypatch)
    heard = len(world.dialogue.heard)
    await world.staff.take_over(world.conversation().id, "kim")
    await asyncio.sleep(0.4)
    assert len(world.dialogue.heard) == heard


async def test_what_rasa_does_too_late_begins_no_form_that_the_citizen_never_saw(world: World) -> None:
    """A question for consent that nobody was shown must not be answered by the next "yes"."""
    world.dialogue.down = True
    await world.say("문의 접수하기", "open_ticket", channel="kakao")
    world.dialogue.down = False
    await world.say("네", channel="kakao")
    late, now = world.dialogue.heard
    assert late.sender != now.sender
    assert world.conversation(channel="kakao").awaiting_form is None
