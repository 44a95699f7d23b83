"""What is learned from is read where it is kept, masked on the way, and forgotten when that is."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from conversations.taught import Taught
from core.errors import NotFound
from core.privacy import Cipher, Reference, Vault
from desk.models import Staff
from faq import repository
from faq.labels import Label
from faq.lessons import Lesson, click
from tests.conversations.world import COPIER, ENTRIES, FEE, NOW, UNKNOWN, World, asks

TELEPHONE = "010-1234-5678로 전화해 주시면 복사기 위치를 알려 주세요"


async def asked(world: World, text: str) -> str:
    """The subject of a question that a citizen has just asked."""
    return f"message:{(await world.send(text)).message.key}"


def staff_id(world: World) -> str:
    with world.database.session() as session:
        for entry in ENTRIES.values():
            repository.save_entry(session, entry, NOW)
        return session.query(Staff).first().id


async def test_a_verdict_becomes_a_label_of_the_masked_question(world: World) -> None:
    subject = await asked(world, TELEPHONE)
    world.learning.judge(subject, "visit.copier", staff_id(world))
    masked = "(전화번호)로 전화해 주시면 복사기 위치를 알려 주세요"
    assert world.taught.labels() == [Label(masked, "visit.copier")]
    assert world.learning.asked(subject).text == masked


async def test_that_nothing_answers_a_question_is_a_label_too_until_it_is_taken_back(world: World) -> None:
    subject = await asked(world, UNKNOWN)
    world.learning.judge(subject, None, staff_id(world))
    assert world.taught.labels() == [Label(UNKNOWN, None)]
    world.learning.take_back(subject)
    assert world.taught.labels() == []


async def test_a_verdict_on_a_ticket_s_matter_ends_when_the_matter_is_destroyed(world: World) -> None:
    await world.conversations.submit("web", "u1", world.form())
    (ticket,) = world.tickets()
    world.learning.judge(f"ticket:{ticket.number}", None, staff_id(world))
    assert world.taught.labels() == [Label(UNKNOWN, None)]
    with world.database.session() as session:
        world.vault.forget(session, str(Reference("matter", True, ticket.matter_ref)))
    assert world.taught.labels() == []


async def test_what_a_citizen_clicked_teaches_the_adapter_only(world: World) -> None:
    await world.say(COPIER)
    await world.say("아니요", "deny")
    await world.say(FEE)
    await world.say("1")
    assert world.taught.clicks() == [click(COPIER, "visit.copier", "unhelpful"), Lesson(FEE, "ads.fee", 0.3)]
    assert world.taught.labels() == []


async def test_where_staff_have_judged_no_click_counts(world: World) -> None:
    subject = await asked(world, FEE)
    await world.say("1")
    world.learning.judge(subject, "ads.refund", staff_id(world))
    assert world.taught.clicks() == []
    assert world.taught.labels() == [Label(FEE, "ads.refund")]


async def test_of_verdicts_at_the_same_moment_one_counts_and_none_fails(world: World) -> None:
    subject, staff = await asked(world, FEE), staff_id(world)
    together = threading.Barrier(4)

    def judge(faq_id: str) -> None:
        together.wait()
        world.learning.judge(subject, faq_id, staff)

    names = ["ads.fee", "ads.refund"] * 2
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(judge, names))
    (label,) = world.taught.labels()
    assert label.faq_id in names


async def test_no_copy_of_the_question_is_made(world: World) -> None:
    subject = await asked(world, "복사기를 김철수 주임님 자리에서 쓰나요")
    world.learning.judge(subject, "visit.copier", staff_id(world))
    assert "김철수" not in world.everything_written()


async def test_under_another_key_nothing_is_learned_and_the_faq_still_starts(world: World) -> None:
    world.learning.judge(await asked(world, UNKNOWN), None, staff_id(world))
    stranger = Taught(world.database, Vault(Cipher(Fernet.generate_key().decode()), world.clock))
    with capture_logs() as logs:
        assert stranger.labels() == []
    assert [line["event"] for line in logs] == ["labels.unreadable"]


async def test_a_question_typed_into_a_form_s_name_field_cannot_be_judged(world: World) -> None:
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket")
    with pytest.raises(NotFound):
        world.learning.judge(await asked(world, "홍길동"), None, staff_id(world))
