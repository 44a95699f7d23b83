"""Files that citizens send: they reach the ticket they belong to, or are destroyed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.protocol import Inbound, InboundFile
from conversations import citizens_files
from core.errors import Invalid
from desk import tickets
from desk.attachments import File
from desk.models import Attachment, Notice
from tests.conversations.world import COPIER, UNKNOWN, World, asks, texts

PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF"
ALONE = "(사진을 보냈습니다)"
HERE = {"sender": "k1", "channel": "kakao"}


def picture(name: str = "사진.jpg", content: bytes = PHOTO) -> InboundFile:
    return InboundFile(name, "image/jpeg", content)


def with_files(world: World, *files: InboundFile, text: str = ALONE, message_id: str = "") -> Inbound:
    return replace(world.inbound(text, message_id=message_id, **HERE), files=files or (picture(),))


async def send(world: World, *files: InboundFile, text: str = ALONE, message_id: str = "") -> list[str]:
    return texts(
        await world.conversations.receive(with_files(world, *files, text=text, message_id=message_id))
    )


async def opened(world: World) -> str:
    outcome = await world.conversations.submit("kakao", "k1", world.form())
    return str(outcome.replies[-1].data["number"])


def of_ticket(world: World, number: str) -> list[File]:
    with world.database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        return world.attachments.of_ticket(session, ticket)


def kept(world: World) -> list[Attachment]:
    with world.database.session() as session:
        return list(session.scalars(select(Attachment)))


def on_disk(world: World) -> list[Path]:
    folder = Path(world._files.name) / "files"
    return list(folder.iterdir()) if folder.exists() else []


async def test_a_picture_goes_to_the_open_ticket_and_the_person_in_charge_hears_of_it(world: World) -> None:
    number = await opened(world)
    [said] = await send(world)
    assert f"접수번호 {number} 담당자에게 전달했습니다" in said
    [file] = of_ticket(world, number)
    assert (file.name, file.media_type, file.from_citizen) == ("사진.jpg", "image/jpeg", True)
    with world.database.session() as session:
        assert world.attachments.read(session, file.id).content == PHOTO
        assert [notice.kind for notice in session.scalars(select(Notice))][-1] == "added"
    assert PHOTO not in on_disk(world)[0].read_bytes()
    assert "사진.jpg" not in world.everything_written()


async def test_before_there_is_a_ticket_it_waits_for_the_one_that_is_opened_next(world: World) -> None:
    outcome = await world.conversations.receive(with_files(world))
    assert "24시간 안에" in texts(outcome)[0]
    assert [button.payload for button in outcome.spoken[0].buttons] == ["open_ticket"]
    assert world.dialogue.heard == []
    world.later(hours=23)
    assert [file.name for file in of_ticket(world, await opened(world))] == ["사진.jpg"]


async def test_after_a_day_without_a_ticket_it_is_destroyed(world: World) -> None:
    await send(world)
    assert len(on_disk(world)) == 1
    world.later(hours=23, minutes=59)
    sweep(world)
    assert len(kept(world)) == 1
    world.later(minutes=2)
    assert of_ticket(world, await opened(world)) == []
    sweep(world)
    assert kept(world) == []
    assert on_disk(world) == []


async def test_what_belongs_to_a_ticket_is_not_swept_away(world: World) -> None:
    number = await opened(world)
    await send(world)
    world.later(days=2)
    sweep(world)
    assert len(of_ticket(world, number)) == 1


async def test_a_picture_alone_is_no_question_and_no_matter(world: World) -> None:
    await world.say(UNKNOWN, **HERE)
    await send(world)
    question = world.conversation(**HERE).question
    assert question
    assert world.vault.cipher.decrypt(question) == UNKNOWN


async def test_in_a_form_a_picture_is_no_answer_and_the_question_is_asked_again(world: World) -> None:
    world.dialogue.turns.append(asks("contact_name", "성함을 알려 주십시오."))
    await world.say("문의 접수하기", "open_ticket", **HERE)
    said = await send(world)
    assert "함께 받았습니다" in said[0]
    assert said[1] == "성함을 알려 주십시오."
    assert world.conversation(**HERE).awaiting_slot == "contact_name"
    assert "name" not in world.vault_values()


async def test_words_that_come_with_a_file_are_answered_as_ever(world: World) -> None:
    said = await send(world, text=COPIER)
    assert "함께 받았습니다" in said[0]
    assert said[1] == "네, 쓰실 수 있습니다."


@pytest.mark.parametrize(
    ("content", "why"), [(b"MZ\x90\x00", "파일은 PDF"), (b"\xff\xd8\xff" + b"0" * (10 * 2**20), "10 MB까지")]
)
async def test_a_file_that_cannot_be_taken_is_told_why(world: World, content: bytes, why: str) -> None:
    said = await send(world, picture(content=content), picture("둘째.jpg"))
    assert "'사진.jpg' 파일은 받지 못했습니다" in said[0]
    assert why in said[0]
    assert "파일 1개" in said[0]
    assert len(kept(world)) == 1


async def test_a_file_that_the_vendor_does_not_give_is_told_too(world: World) -> None:
    said = await send(world, InboundFile("사진.jpg", reference="/files/1"))  # this channel refuses to fetch
    assert "받지 못했습니다" in said[0]
    assert kept(world) == []


async def test_a_vendor_who_takes_for_ever_holds_nobody_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(file: InboundFile) -> bytes:
        await asyncio.sleep(3600)
        raise Invalid("never")

    monkeypatch.setattr(world.channels["kakao"], "fetch", never)
    monkeypatch.setattr(citizens_files, "_PATIENCE", 0.01)
    assert "시간 안에" in (await send(world, InboundFile("사진.jpg", reference="/files/1")))[0]


async def test_a_second_delivery_keeps_the_file_once_and_says_the_same(world: World) -> None:
    number = await opened(world)
    first = await send(world, message_id="m-1")
    assert await send(world, message_id="m-1") == first
    assert len(of_ticket(world, number)) == 1


async def test_a_crash_after_the_file_was_kept_keeps_it_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await opened(world)

    def crash(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(world.conversations._completion, "finish", crash)
        with pytest.raises(RuntimeError):
            await world.conversations.receive_within(with_files(world, message_id="m-1"), 5)
    assert len(of_ticket(world, number)) == 1
    world.conversations = world.restarted()
    assert await world.conversations.recover() >= 1
    assert len(of_ticket(world, number)) == 1
    with world.database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        assert [event.kind for event in tickets.history(session, ticket)].count("added") == 1


async def test_more_files_than_a_message_may_have_are_told(world: World) -> None:
    said = await send(world, *[picture(f"{n}.jpg") for n in range(12)])
    assert "파일 10개" in said[0]
    assert "나머지는 다시" in said[0]


async def test_while_a_person_talks_the_file_is_kept_and_the_citizen_told(world: World) -> None:
    number = await opened(world)
    talk = world.conversation(**HERE)
    await world.staff.take_over(talk.id, world.tickets()[0].staff_id)
    said = await send(world)
    assert "함께 받았습니다" in said[-1]
    assert len(of_ticket(world, number)) == 1


async def test_staff_cannot_remove_what_the_citizen_sent(world: World) -> None:
    number = await opened(world)
    await send(world)
    [file] = of_ticket(world, number)
    with world.database.session() as session, pytest.raises(Exception, match="고객이 보낸 파일"):
        world.attachments.remove(session, file.id)
    assert len(of_ticket(world, number)) == 1


def sweep(world: World) -> None:
    with world.database.session() as session:
        citizens_files.sweep(session, world.attachments, world.clock.now())


def test_a_day_is_what_the_citizen_is_told() -> None:
    assert timedelta(hours=24) == citizens_files.WAITS
