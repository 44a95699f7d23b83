"""Who takes the consent back is forgotten: nothing that we held of them in that channel is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, text

from channels.protocol import Forget
from conversations import doors, outbox, replies, store
from conversations.arrivals import note
from conversations.models import Arrival, Conversation, DoorCode, Message, OutboxItem
from conversations.search_query import Query
from conversations.search_tables import SearchDocument, SearchVector
from conversations.trackers import Trackers
from core.database import Database
from core.privacy import VaultItem
from desk import tickets
from desk.models import Notice, Promise, Ticket
from tests.conversations.test_citizens_files import on_disk, picture, with_files
from tests.conversations.world import COPIER, UNKNOWN, World, asks

HERE = {"sender": "k1", "channel": "kakao"}
THERE = {"sender": "u1", "channel": "web"}


async def forget(world: World) -> None:
    await world.conversations.forget(Forget("kakao", "k1"))


async def opened(world: World, channel: str = "kakao", sender: str = "k1", **fields: str) -> str:
    outcome = await world.conversations.submit(channel, sender, world.form(**fields))
    return str(outcome.replies[-1].data["number"])


def ticket(world: World, number: str) -> Ticket:
    with world.database.session() as session:
        found = tickets.find(session, number)
        assert found
        return found


def left(world: World) -> list[str]:
    """Everything in the vault."""
    return [value for values in world.vault_values().values() for value in values]


async def test_whatever_was_said_left_and_sent_is_gone(world: World) -> None:
    await world.say(f"{UNKNOWN} 제 번호는 010-9876-5432입니다.", **HERE)
    await world.conversations.receive(with_files(world, picture()))
    world.dialogue.turns.append(asks("contact_name", "성함을 알려 주십시오."))
    await world.say("문의 접수하기", "open_ticket", **HERE)
    await world.say("홍길동", **HERE)
    number = await opened(world, email="hong@example.kr")
    await world.conversations.receive(with_files(world, picture("둘째.jpg")))
    await world.casework.answer(number, ticket(world, number).staff_id, "확인했습니다. 홍길동 님.")
    world.own.do(world.conversation(**HERE).id, "objection", number, "제 말씀은 그게 아닙니다.")
    world.search.catch_up()
    await forget(world)
    assert left(world) == []
    assert on_disk(world) == []
    with world.database.session() as session:
        for table in (Conversation, Message, OutboxItem, Arrival, SearchDocument, SearchVector):
            assert list(session.scalars(select(table))) == [], table
    row = ticket(world, number)
    assert row.state == "withdrawn"
    marks = (row.name_fingerprint, row.phone_fingerprint, row.email_fingerprint, row.conversation_id)
    assert marks == (None,) * 4
    with world.database.session() as session:
        assert all(event.words is None for event in tickets.history(session, row))
        assert tickets.details(session, world.vault, row).matter is None


async def test_the_ticket_still_counts_and_the_person_in_charge_is_told(world: World) -> None:
    number = await opened(world)
    await forget(world)
    with world.database.session() as session:
        row = tickets.find(session, number)
        assert row
        assert [event.kind for event in tickets.history(session, row)][-1] == "withdrawn"
        assert list(session.scalars(select(Promise).where(Promise.ticket_id == row.id)))
        kinds = [notice.kind for notice in session.scalars(select(Notice).where(Notice.ticket_id == row.id))]
        assert kinds[-1] == "withdrawn"


async def test_an_answered_ticket_is_emptied_too(world: World) -> None:
    number = await opened(world)
    await world.casework.answer(number, ticket(world, number).staff_id, "확인했습니다.")
    await forget(world)
    assert ticket(world, number).state == "answered"
    assert left(world) == []


async def test_what_a_claim_told_of_the_damage_is_destroyed(world: World) -> None:
    form = world.form(kind="claim", facts={"damage": "가방이 찢어졌습니다.", "happened_on": "2026-11-20"})
    outcome = await world.conversations.submit("kakao", "k1", form)
    number = str(outcome.replies[-1].data["number"])
    assert any("가방" in value for value in left(world))
    await forget(world)
    assert left(world) == []
    assert "damage" not in ticket(world, number).facts


async def test_nobody_else_loses_anything(world: World) -> None:
    await world.say(UNKNOWN, sender="k2", channel="kakao")
    other = await opened(world, sender="k2", id="form-00000002")
    before = left(world)
    await opened(world)
    await forget(world)
    assert left(world) == before
    with world.database.session() as session:
        found = tickets.find(session, other)
        assert found
        assert tickets.details(session, world.vault, found).name == "홍길동"
    assert world.conversation("k2", "kakao").last_seq > 0


async def test_what_the_same_citizen_left_at_another_door_stays_there(world: World) -> None:
    number = await opened(world, **THERE)
    await world.say("안녕하세요", **HERE)
    with world.database.session() as session:
        here = session.scalar(select(Conversation).where(Conversation.channel == "kakao"))
        found = tickets.find(session, number)
        assert here
        assert found
        doors.join(session, here, found)
    await world.conversations.receive(with_files(world, picture()))  # it belongs to the ticket there
    await forget(world)
    assert ticket(world, number).state != "withdrawn"
    with world.database.session() as session:
        found = tickets.find(session, number)
        assert found
        assert len(world.attachments.of_ticket(session, found)) == 1
    await world.casework.answer(number, ticket(world, number).staff_id, "누리집으로 답변드립니다.")
    told = (await world.conversations.history("web", "u1", 0)).messages
    assert "누리집으로" in told[-1].text


async def test_a_code_on_its_way_is_destroyed(world: World) -> None:
    number = await opened(world, **THERE)
    await world.say("안녕하세요", **HERE)
    with world.database.session() as session:
        talk = store.open_conversation(session, "kakao", "k1", world.clock.now())
        found = tickets.find(session, number)
        assert found
        shown = replies.status(tickets.status(found))
        store.add_message(session, world.vault.cipher, talk, "bot", shown, world.clock.now())
    await world.say("이어 보기", f"join:{number}", **HERE)
    await forget(world)
    with world.database.session() as session:
        assert list(session.scalars(select(DoorCode))) == []
        assert list(session.scalars(select(VaultItem).where(VaultItem.kind == "code"))) == []


async def test_a_message_that_waits_to_be_handled_is_not_handled_any_more(world: World) -> None:
    inbound = replace(world.inbound(UNKNOWN, **HERE))
    with world.database.session() as session:
        note(session, world.vault, inbound, world.clock.now())
        outbox.owe_to(session, world.vault, "kakao", "k1", replies.text("다시"), world.clock.now())
    await forget(world)
    assert left(world) == []
    assert await world.conversations.recover() == 0
    with world.database.session() as session:
        assert list(session.scalars(select(OutboxItem))) == []


async def test_a_second_time_and_a_stranger_change_nothing(world: World) -> None:
    await forget(world)
    await world.say(COPIER, **HERE)
    await forget(world)
    await forget(world)
    assert left(world) == []


async def test_who_comes_back_is_somebody_new(world: World) -> None:
    await opened(world)
    before = world.conversation(**HERE).id
    await forget(world)
    assert (await world.say(COPIER, **HERE))[0].startswith("네, 쓰실 수 있습니다.")
    assert world.conversation(**HERE).id != before
    await world.say("접수번호로 조회", "check_ticket", **HERE)
    assert world.dialogue.heard[-1].intent == "check_ticket"


async def test_the_search_and_what_was_learned_do_without_them(world: World) -> None:
    await world.say(COPIER, **HERE)
    await world.say("네", "affirm", **HERE)  # helpful: a labelled pair
    await opened(world, matter="복사기 고장을 신고합니다")
    world.search.catch_up()
    assert world.search.find(Query("복사기")).hits
    await forget(world)
    assert world.search.find(Query("복사기")).hits == []
    assert world.search.find(Query("복사기", mode="meaning")).hits == []
    assert world.taught.clicks() == []


async def test_rasa_forgets_every_session(world: World, tmp_path: Path) -> None:
    await world.say(UNKNOWN, **HERE)
    talk = world.conversation(**HERE)
    with world.database.session() as session:
        session.execute(text("CREATE TABLE events (id integer PRIMARY KEY, sender_id varchar(255))"))
        for number, sender in enumerate((f"{talk.id}.1", "another.1")):
            session.execute(text("INSERT INTO events VALUES (:n, :s)"), {"n": number, "s": sender})
    await forget(world)
    with world.database.session() as session:
        assert list(session.scalars(text("SELECT sender_id FROM events"))) == ["another.1"]


def test_where_rasa_never_ran_no_database_is_made(tmp_path: Path) -> None:
    file = tmp_path / "rasa.sqlite3"
    Trackers(Database(f"sqlite:///{file}")).forget(Conversation(id="c", session_no=3))
    assert not file.exists()
