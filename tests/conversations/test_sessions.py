"""When Rasa meets a citizen afresh, and what a conversation remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from conversations import intake
from conversations.dialogue import Turn
from conversations.meaning import meaning_of_text
from conversations.replies import settled, text
from faq.understanding import Understanding
from tests.conversations.world import COPIER, FEE, UNKNOWN, World, asks


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough here: nothing depends on it."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


def session_numbers(world: World) -> list[str]:
    return [heard.sender.rpartition(".")[2] for heard in world.dialogue.heard]


async def test_messages_within_the_hour_share_a_session(world: World) -> None:
    await world.say(COPIER)
    world.later(hours=5)
    await world.say(COPIER)
    assert session_numbers(world) == ["1", "1"]


async def test_a_long_pause_starts_a_fresh_session(world: World) -> None:
    await world.say(COPIER)
    world.later(hours=6, minutes=1)
    await world.say(COPIER)
    assert session_numbers(world) == ["1", "2"]


async def test_many_messages_start_a_fresh_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_LONG_SESSION", 3)
    for _ in range(7):
        await world.say("안녕하세요")
    assert session_numbers(world) == ["1", "1", "1", "2", "2", "2", "3"]


async def test_no_fresh_session_breaks_a_form_in_two(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_LONG_SESSION", 2)
    world.dialogue.turns += [
        asks("contact_name"),
        asks("contact"),
        asks("matter"),
        Turn(replies=[text("끝")]),
    ]
    await world.say("문의 접수하기", "open_ticket")
    for words in ("홍길동", "010-1234-5678"):
        world.later(days=1)
        await world.say(words)
    await world.say("용건입니다")
    await world.say(COPIER)
    assert session_numbers(world) == ["1", "1", "1", "1", "2"]


async def test_a_ticket_ends_the_session_and_the_matter(world: World) -> None:
    await world.say(COPIER)
    await world.say(UNKNOWN)
    assert world.conversation().question
    await world.conversations.submit("web", "u1", world.form())
    kept = world.conversation()
    assert (kept.question, kept.tried, kept.department_id, kept.session_no) == (None, [], None, 2)


async def test_the_last_real_question_is_the_matter_and_a_courtesy_is_not(world: World) -> None:
    await world.say(UNKNOWN)
    await world.say("안녕하세요")
    await world.say("상담원 연결")
    assert world.dialogue.heard[-1].metadata["matter"] == UNKNOWN


async def test_what_is_typed_into_a_form_does_not_replace_the_question(world: World) -> None:
    await world.say(UNKNOWN)
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket")
    world.dialogue.turns.append(asks("contact"))
    await world.say("홍길동")
    assert world.dialogue.heard[-1].metadata["matter"] == UNKNOWN


async def test_answers_that_were_given_are_remembered_once_each(world: World) -> None:
    for words in (COPIER, COPIER, FEE):
        await world.say(words)
    await world.say("1")
    await world.say(UNKNOWN)
    assert world.dialogue.heard[-1].metadata["tried"] == ["visit.copier", "ads.fee"]


async def test_the_owners_of_the_nearest_entries_are_the_departments_of_the_question(world: World) -> None:
    await world.say(FEE)
    assert world.conversation().department_id == "ads-planning"


async def test_rasa_is_told_which_channel_speaks_and_whether_it_shows_forms(world: World) -> None:
    await world.say(COPIER)
    await world.say(COPIER, channel="kakao")
    channels = [heard.metadata["channel"] for heard in world.dialogue.heard]
    assert channels == [{"name": "web", "form": True}, {"name": "kakao", "form": False}]


async def test_history_is_told_from_any_message_on_and_knows_no_stranger(world: World) -> None:
    await world.say(COPIER)
    history = await world.conversations.history("web", "u1", 1)
    assert [said.seq for said in history.messages] == [2, 3]
    assert (await world.conversations.history("web", "u1", 99)).messages == []
    assert (await world.conversations.history("web", "stranger", 0)).messages == []


async def test_nothing_internal_is_told_to_the_citizen(world: World) -> None:
    await world.say(COPIER)
    history = await world.conversations.history("web", "u1", 0)
    told = str([said.for_citizen() for said in history.messages])
    assert "decision" not in told
    assert "confidence" not in told
    assert world.conversation().id not in told


@pytest.mark.parametrize(
    ("ranked", "responsible"),
    [
        ([("ads", 5.0), ("press", 1.2)], "ads"),
        ([("press", 2.11), ("support", 2.07)], None),
        ([("ads", 3.0)], "ads"),
        ([], None),
    ],
)
def test_a_matter_goes_to_a_department_only_when_one_stands_out(
    ranked: list[tuple[str, float]], responsible: str | None
) -> None:
    understood = Understanding("unknown", 0.9, departments=tuple(ranked))
    assert meaning_of_text("문의합니다", understood, None).responsible == responsible


async def test_a_matter_that_is_settled_is_no_matter_of_the_next_ticket(world: World) -> None:
    await world.say(COPIER)
    world.dialogue.turns.append(Turn(replies=[settled("도움이 되어 기쁩니다.")]))
    await world.say("네")
    await world.say("상담원 연결", "handoff")
    assert world.dialogue.heard[-1].metadata["matter"] is None


async def test_a_ticket_goes_where_its_own_matter_belongs(world: World) -> None:
    await world.say(COPIER)
    await world.conversations.submit("web", "u1", world.form(matter=FEE))
    assert [ticket.department_id for ticket in world.tickets()] == ["ads-planning"]


async def test_a_bare_number_that_no_button_has_asks_nothing(world: World) -> None:
    await world.say("18")
    assert world.dialogue.heard[-1].intent == "unknown"
