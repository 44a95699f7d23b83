"""Which questions the bot handed over, and why."""

from __future__ import annotations

from conversations import handoffs
from conversations.handoffs import Handoff
from tests.conversations.world import COPIER, FEE, UNKNOWN, World


def recent(world: World) -> list[Handoff]:
    with world.database.session() as session:
        return handoffs.recent(session, world.vault, world.clock.now())


async def test_each_way_to_a_person_has_its_reason(world: World) -> None:
    await world.say(UNKNOWN, sender="u1")
    await world.say(FEE, sender="u2")
    await world.say("찾는 내용이 없습니다", "none_of_these", sender="u2")
    await world.say(COPIER, sender="u3")
    await world.say("아니요", "deny", sender="u3")
    await world.say(COPIER, sender="u4")
    await world.say("상담원 연결", sender="u4")
    found = {(one.text, one.reason) for one in recent(world)}
    assert found == {
        (UNKNOWN, "unknown"), (FEE, "none_of_these"), (COPIER, "unhelpful"), (COPIER, "asked"),
    }  # fmt: skip


async def test_who_asks_for_a_person_at_once_has_asked_nothing_to_judge(world: World) -> None:
    await world.say("상담원 연결")
    assert recent(world) == []


async def test_a_question_is_shown_once_masked_with_its_ticket(world: World) -> None:
    question = "010-1234-5678로 연락 주실 수 있나요? 아무도 모르는 일입니다"
    await world.say(question)
    await world.say("상담원 연결")
    await world.conversations.submit("web", "u1", world.form())
    (one,) = recent(world)
    assert one.text == "(전화번호)로 연락 주실 수 있나요? 아무도 모르는 일입니다"
    assert one.number == world.tickets()[0].number
    assert one.verdict is None


async def test_a_verdict_stands_beside_its_question(world: World) -> None:
    await world.say(UNKNOWN)
    (one,) = recent(world)
    world.learning.judge(f"message:{one.key}", None, "lee")
    (judged,) = recent(world)
    assert judged.verdict is not None
    assert judged.verdict.faq_id is None


async def test_what_is_a_month_old_has_gone(world: World) -> None:
    await world.say(UNKNOWN)
    world.later(days=31)
    assert recent(world) == []
