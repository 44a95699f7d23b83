"""Citizens say where they want to hear of staff's replies: by a button, and without the dialogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.protocol import Abilities
from conversations.models import Conversation
from tests.conversations.post import Post, items, opened
from tests.conversations.world import World, asks

MINE = {"phone": "010-1234-5678", "email": "hong@example.com"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database will do: what differs between them is tried with the outbox itself."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


async def with_ticket(world: World, *, mail: bool = True, **form: str | None) -> None:
    if mail:
        world.channels["email"] = Post(Abilities(reach="push", inline=False, letters=True), "email")
    opened(world)
    await world.say("안녕하세요", channel="post")
    await world.conversations.submit("post", "u1", world.form(**(MINE | form)))


def wish(world: World, channel: str = "post") -> str:
    return world.conversation(channel=channel).notify


async def test_the_receipt_and_the_state_of_a_ticket_offer_it(world: World) -> None:
    told = await world.conversations.submit("web", "u1", world.form())
    status = world.own.status(world.conversation().id)
    for reply in (told.spoken[-1], status[-1]):
        assert "답변 받는 방법" in [button.label for button in reply.buttons]


async def test_who_needs_no_reply_is_asked_for_no_way(world: World) -> None:
    told = await world.conversations.submit("web", "u1", world.form(reply_needed=False))
    assert told.spoken[-1].buttons == []


@pytest.mark.parametrize("chosen", ["channel", "email", "none"])
async def test_a_wish_is_noted_while_rasa_is_down(world: World, chosen: str) -> None:
    await with_ticket(world)
    world.dialogue.down = True
    asked = await world.send("답변 받는 방법", "notify", channel="post")
    assert [button.payload for button in asked.spoken[0].buttons] == [
        "notify:channel", "notify:email", "notify:none",
    ]  # fmt: skip
    (noted,) = await world.say("고름", f"notify:{chosen}", channel="post")
    assert noted.startswith("앞으로 담당자의 답변을")
    assert wish(world) == chosen
    assert world.dialogue.heard == world.dialogue.heard[:1]


async def test_the_wish_decides_where_the_answer_goes(world: World) -> None:
    await with_ticket(world)
    await world.say("전자우편으로", "notify:email", channel="post")
    (ticket,) = world.tickets()
    await world.casework.answer(ticket.number, ticket.staff_id, "처리했습니다.")
    assert items(world)[-1].route == "email"


@pytest.mark.parametrize(("mail", "email"), [(False, "hong@example.com"), (True, None)])
async def test_e_mail_is_offered_to_nobody_who_could_not_get_it(
    world: World, mail: bool, email: str | None
) -> None:
    await with_ticket(world, mail=mail, email=email)
    asked = await world.send("답변 받는 방법", "notify", channel="post")
    assert [button.payload for button in asked.spoken[0].buttons] == ["notify:channel", "notify:none"]
    (refused,) = await world.say("전자우편으로", "notify:email", channel="post")
    assert refused.startswith("접수하실 때 남기신 전자우편 주소가 없어")
    assert wish(world) == "any"


async def test_in_a_channel_of_text_its_words_or_number_are_typed(world: World) -> None:
    await with_ticket(world)
    await world.say("답변 받는 방법", "notify", channel="post")
    await world.say("3", channel="post")
    assert wish(world) == "none"
    await world.say("답변 받는 방법", "notify", channel="post")
    await world.say("이 대화창으로", channel="post")
    assert wish(world) == "channel"


async def test_a_form_that_was_begun_goes_on_after_it(world: World) -> None:
    await with_ticket(world)
    world.dialogue.turns.append(asks("contact_name"))
    await world.say("문의 접수하기", "open_ticket", channel="post")
    await world.say("답변 받는 방법", "notify", channel="post")
    assert world.conversation(channel="post").awaiting_slot == "contact_name"


async def test_a_citizen_of_several_doors_says_it_once(world: World) -> None:
    await with_ticket(world)
    await world.say("안녕하세요", channel="kakao")
    await world.say("안녕하세요", channel="web", sender="somebody-else")
    mine = [world.conversation(channel=channel).id for channel in ("post", "kakao")]
    with world.database.session() as session:
        for one in mine:
            session.get_one(Conversation, one).citizen_id = "one"
    await world.say("알리지 않기", "notify:none", channel="post")
    assert wish(world, "kakao") == "none"
    assert world.conversation("somebody-else").notify == "any"


async def test_an_unknown_wish_is_no_button_of_ours(world: World) -> None:
    await with_ticket(world)
    await world.say("이상한 값", "notify:everything", channel="post")
    assert wish(world) == "any"
