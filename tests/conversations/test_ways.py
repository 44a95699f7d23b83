"""Which way a letter goes, by what the citizen wishes, what their channel can, and what they left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.protocol import Abilities
from conversations import deliveries, outbox
from conversations.models import Conversation, OutboxItem
from conversations.ways import Way, chosen
from core.errors import Invalid
from desk.schemas import TicketRequest
from tests.conversations.post import REFUSED, Post, items, opened
from tests.conversations.world import COPIER, World

WEB, PUSH, NEXT = Abilities(reach="fetches"), Abilities(reach="push"), Abilities(reach="next")
LETTERS = Abilities(reach="push", letters=True)
BOTH, MAIL, TEXT, NOTHING = ("email", "sms"), ("email",), ("sms",), ()
ANSWER = "확인하여 처리했습니다."


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database will do: what differs between them is tried with the outbox itself."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.mark.parametrize(
    ("wish", "can", "closed", "routes", "way"),
    [
        ("any", PUSH, False, BOTH, Way("sent")),
        ("any", NEXT, False, BOTH, Way("sent", MAIL)),
        ("any", NEXT, False, TEXT, Way("sent", TEXT)),
        ("any", NEXT, False, NOTHING, Way("sent")),
        ("any", WEB, False, BOTH, Way("sent", MAIL)),
        ("any", PUSH, True, MAIL, Way("kept", MAIL)),
        ("any", PUSH, True, TEXT, Way("waits", TEXT)),
        ("any", PUSH, True, NOTHING, Way("sent")),
        ("channel", NEXT, False, BOTH, Way("sent")),
        ("channel", WEB, False, BOTH, Way("sent")),
        ("email", PUSH, False, BOTH, Way("kept", MAIL)),
        ("email", NEXT, False, BOTH, Way("kept", MAIL)),
        ("email", NEXT, False, TEXT, Way("sent", TEXT)),
        ("email", PUSH, False, NOTHING, Way("sent")),
        ("email", LETTERS, False, BOTH, Way("sent")),
        ("none", PUSH, False, BOTH, Way("waits")),
        ("none", NEXT, False, BOTH, Way("waits")),
    ],
)
def test_a_letter_goes_as_wished_and_else_where_it_surely_arrives(
    wish: str, can: Abilities, closed: bool, routes: tuple[str, ...], way: Way
) -> None:
    assert chosen(wish, can, closed, routes) == way


def other_ways(world: World, *names: str) -> None:
    for name in names:
        world.channels[name] = Post(Abilities(reach="push", inline=False, letters=True), name)


async def answered(world: World, channel: str, wish: str = "any", **form: Any) -> list[tuple[str, str]]:
    """Way and state of each item after a ticket of that channel was answered."""
    await world.say(COPIER, channel=channel)
    while await world.courier.round():
        pass
    before = len(items(world))
    with world.database.session() as session:
        session.get_one(Conversation, world.conversation(channel=channel).id).notify = wish
    await world.conversations.submit(channel, "u1", world.form(**form))
    (ticket,) = world.tickets()
    await world.casework.answer(ticket.number, ticket.staff_id, ANSWER)
    return [(item.route, item.state) for item in items(world)[before:]]


MINE = {"phone": "010-1234-5678", "email": "hong@example.com"}


async def test_where_nothing_can_be_pushed_it_waits_and_goes_by_e_mail_too(world: World) -> None:
    other_ways(world, "email", "sms")
    assert await answered(world, "kakao", **MINE) == [("kakao", "waits"), ("email", "owed")]
    assert ANSWER in (await world.say("안녕하세요", channel="kakao"))[0]


async def test_who_left_only_a_mobile_gets_a_text_message(world: World) -> None:
    other_ways(world, "email", "sms")
    assert await answered(world, "kakao") == [("kakao", "waits"), ("sms", "owed")]


async def test_a_landline_gets_none(world: World) -> None:
    other_ways(world, "sms")
    assert await answered(world, "kakao", phone="02-2001-7114") == [("kakao", "waits")]


async def test_without_a_mail_server_it_only_waits(world: World) -> None:
    assert await answered(world, "kakao", **MINE) == [("kakao", "waits")]


async def test_the_e_mail_goes_to_the_address_and_carries_the_signed_answer(world: World) -> None:
    other_ways(world, "email")
    await answered(world, "web", **MINE)
    await world.courier.round()
    (delivery,) = world.channels["email"].got  # type: ignore[attr-defined]
    assert delivery.to == "hong@example.com"
    assert delivery.by_person
    assert delivery.replies[0].text == ANSWER
    assert delivery.replies[0].data["signed"]["phone"]
    assert delivery.number == world.tickets()[0].number


async def test_who_wishes_nothing_is_told_when_they_come_back(world: World) -> None:
    other_ways(world, "email")
    post = opened(world)
    assert await answered(world, "post", "none", **MINE) == [("post", "waits")]
    assert await world.courier.round() == 0
    await world.say("안녕하세요", channel="post")
    while await world.courier.round():
        pass
    assert post.texts[-2] == ANSWER  # before what is said to their words


async def test_who_wishes_e_mail_hears_nothing_in_the_channel(world: World) -> None:
    other_ways(world, "email")
    opened(world)
    assert await answered(world, "post", "email", **MINE) == [("email", "owed")]
    history = await world.conversations.history("post", "u1", 0)
    assert history.messages[-1].text == ANSWER


async def test_a_closed_window_is_not_tried_when_there_is_an_e_mail(world: World) -> None:
    other_ways(world, "email")
    opened(world, window=timedelta(hours=24), person_window=timedelta(days=7))
    await world.say(COPIER, channel="post")
    await world.conversations.submit("post", "u1", world.form(**MINE))
    while await world.courier.round():
        pass
    (ticket,) = world.tickets()
    world.later(days=6)
    await world.casework.tell(ticket.number, ticket.staff_id, "살펴보고 있습니다.")
    world.later(days=2)
    await world.casework.answer(ticket.number, ticket.staff_id, ANSWER)
    assert [item.route for item in items(world)[-2:]] == ["post", "email"]


async def by_phone(world: World, **changes: Any) -> str:
    form = world.form(**changes)
    request = TicketRequest(
        conversation_id=None, channel="phone", name=form.name, phone=form.phone, email=form.email,
        matter=form.matter, reply_needed=True, consent_version=form.consent_version,
        department_id="customer-support",
    )  # fmt: skip
    return (await world.casework.open_by_staff(request, "lee")).number


class TestWithoutAConversation:
    async def test_who_left_an_e_mail_is_answered_there(self, world: World) -> None:
        other_ways(world, "email", "sms")
        number = await by_phone(world, **MINE)
        await world.casework.answer(number, world.tickets()[0].staff_id, ANSWER)
        assert await world.courier.round() == 1
        (delivery,) = world.channels["email"].got  # type: ignore[attr-defined]
        assert (delivery.to, delivery.replies[0].text) == ("hong@example.com", ANSWER)
        assert delivery.replies[0].data["signed"]
        assert ANSWER not in world.everything_written()

    async def test_a_number_in_it_is_masked_until_it_is_sent(self, world: World) -> None:
        other_ways(world, "email")
        number = await by_phone(world, **MINE)
        await world.casework.answer(number, world.tickets()[0].staff_id, "010-9876-5432로 전화 주십시오.")
        with world.database.session() as session:
            words = world.vault.cipher.decrypt(session.get_one(OutboxItem, items(world)[0].id).words or "")
        assert "9876-5432" not in words
        await world.courier.round()
        (delivery,) = world.channels["email"].got  # type: ignore[attr-defined]
        assert delivery.replies[0].text == "010-9876-5432로 전화 주십시오."
        assert delivery.by_person

    async def test_a_file_goes_along(self, world: World) -> None:
        other_ways(world, "email")
        number = await by_phone(world, **MINE)
        with world.database.session() as session:
            (ticket,) = world.tickets()
            staff, now = ticket.staff_id, world.clock.now()
            file = world.attachments.keep(session, ticket, "안내.pdf", b"%PDF-1.7", staff, now)
        await world.casework.answer(number, ticket.staff_id, ANSWER, [file.id])
        await world.courier.round()
        (delivery,) = world.channels["email"].got  # type: ignore[attr-defined]
        assert delivery.replies[0].data["files"][0]["name"] == "안내.pdf"

    @pytest.mark.parametrize(
        ("routes", "left"), [((), MINE), (("email", "sms"), {"phone": "010-1234-5678", "email": None})]
    )
    async def test_else_only_the_telephone_is_left(
        self, world: World, routes: tuple[str, ...], left: dict[str, Any]
    ) -> None:
        other_ways(world, *routes)
        number = await by_phone(world, **left)
        with pytest.raises(Invalid):
            await world.casework.answer(number, world.tickets()[0].staff_id, ANSWER)
        assert items(world) == []


async def test_a_channel_that_was_taken_away_leaves_the_e_mail(world: World) -> None:
    other_ways(world, "email")
    opened(world)
    await world.say(COPIER, channel="post")
    await world.conversations.submit("post", "u1", world.form(**MINE))
    gone = world.channels.pop("post")
    (ticket,) = world.tickets()
    await world.casework.answer(ticket.number, ticket.staff_id, ANSWER)
    assert (items(world)[-1].route, items(world)[-1].state) == ("email", outbox.OWED)
    world.channels["post"] = gone
    assert (await world.conversations.history("post", "u1", 0)).messages[-1].text == ANSWER


@pytest.mark.parametrize(("route", "comes"), [("sms", True), ("email", False)])
async def test_an_answer_that_a_text_message_only_announces_comes_with_the_next_words(
    world: World, route: str, comes: bool
) -> None:
    other_ways(world, "email", "sms")
    post = opened(world)
    await answered(world, "post", **MINE)
    post.says.append(REFUSED)
    await world.courier.round()
    failed = items(world)[-1]
    assert failed.state == outbox.FAILED
    with world.database.session() as session:
        ticket, now = world.tickets()[0], world.clock.now()
        item = deliveries.for_ticket(session, ticket, failed.id)
        deliveries.otherwise(session, world.vault, world.channels, ticket, item, route, now)
    before = len(post.texts)
    await world.say("안녕하세요", channel="post")
    while await world.courier.round():
        pass
    assert (ANSWER in post.texts[before:]) is comes
