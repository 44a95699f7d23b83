"""What is owed to somebody: leased by one process at a time, in order, and never given up in silence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from channels.protocol import Inbound, Outcome, Receipt, Reply
from conversations import outbox
from conversations.models import OutboxItem
from conversations.outbox import BACKOFF, LEASE, Parcel
from desk import accounts
from desk.models import Ticket
from tests.conversations.post import LATER, REFUSED, SENT, items, notices, opened, owe, owe_about
from tests.conversations.world import COPIER, World


def claim(world: World, most: int = 20) -> list[Parcel]:
    with world.database.session() as session:
        return outbox.claim(session, world.vault, world.clock.now(), most)


def settle(world: World, parcel: Parcel, receipt: Receipt, *, waits: bool = False) -> OutboxItem:
    with world.database.session() as session:
        outbox.settle(session, parcel, receipt, world.clock.now(), waits)
        return session.get_one(OutboxItem, parcel.id)


def words(parcels: list[Parcel]) -> list[str]:
    return [reply.text for parcel in parcels for reply in parcel.delivery.replies]


def staff(world: World, username: str) -> str:
    with world.database.session() as session:
        found = accounts.find(session, username)
        assert found
        return found.id


async def ticket(world: World) -> Ticket:
    await world.conversations.submit("web", "u1", world.form())
    return world.tickets()[0]


class TestSayingWhyNot:
    @staticmethod
    async def refused(world: World, message_id: str, text: str = "많습니다.", sender: str = "u1") -> None:
        inbound = Inbound("post", sender, message_id, "무엇이든")
        await world.conversations.refuse(inbound, Reply(kind="text", text=text))

    async def test_the_same_words_are_said_once_a_minute_to_each(self, world: World) -> None:
        for number in range(20):
            await self.refused(world, f"m{number}")
        await self.refused(world, "m0", sender="u2")
        await self.refused(world, "m20", "너무 깁니다.")
        assert len(items(world)) == 3
        world.later(minutes=1, seconds=1)
        await self.refused(world, "m21")
        assert len(items(world)) == 4

    async def test_a_message_that_comes_again_is_not_refused_again(self, world: World) -> None:
        await self.refused(world, "m1")
        world.later(hours=1)
        await self.refused(world, "m1")
        assert len(items(world)) == 1


class TestOrder:
    def test_what_is_said_second_waits_for_the_first_and_nobody_else_waits(self, world: World) -> None:
        for text, to in (("first", "a"), ("second", "a"), ("hers", "b")):
            owe(world, text, to)
        mine = claim(world)
        assert words(mine) == ["first", "hers"]
        assert claim(world) == []
        settle(world, mine[0], SENT)
        assert words(claim(world)) == ["second"]

    def test_a_try_again_later_keeps_the_second_back_too(self, world: World) -> None:
        owe(world, "first")
        owe(world, "second")
        settle(world, claim(world)[0], LATER)
        assert claim(world) == []

    def test_two_processes_never_lease_the_same(self, world: World) -> None:
        for number in range(12):
            owe(world, str(number), f"citizen-{number}")
        with ThreadPoolExecutor(2) as two:
            leased = [two.submit(claim, world, 2) for _ in range(12)]
        ids = [parcel.id for one in leased for parcel in one.result()]
        assert len(ids) == len(set(ids))
        rest = claim(world)
        assert len(ids) + len(rest) == 12


class TestLeases:
    def test_what_a_dead_process_was_sending_is_sent_again_under_the_same_key(self, world: World) -> None:
        owe(world, "hello")
        (lost,) = claim(world)
        world.later(seconds=LEASE.total_seconds() - 1)
        assert claim(world) == []
        world.later(seconds=1)
        (again,) = claim(world)
        assert again.delivery.key == lost.delivery.key
        assert again.delivery.uncertain
        assert not lost.delivery.uncertain
        assert settle(world, again, SENT).uncertain

    def test_whose_lease_ran_out_has_no_say_any_more(self, world: World) -> None:
        owe(world, "hello")
        (slow,) = claim(world)
        world.later(seconds=LEASE.total_seconds())
        (quick,) = claim(world)
        assert settle(world, slow, REFUSED).state == outbox.OWED
        assert settle(world, quick, SENT).state == outbox.SENT
        assert settle(world, slow, REFUSED).state == outbox.SENT

    async def test_a_process_that_dies_at_every_try_ends_in_front_of_staff(self, world: World) -> None:
        owe_about(world, await ticket(world), "hello")
        for _ in range(len(BACKOFF) + 1):
            assert len(claim(world)) == 1
            world.later(seconds=LEASE.total_seconds())
        assert claim(world) == []
        (item,) = items(world)
        assert (item.state, item.uncertain, item.reason) == (outbox.FAILED, True, outbox.LOST)
        assert len(notices(world)) == 1


class TestTryingAgain:
    def test_each_pause_is_longer_and_a_little_by_chance(self, world: World) -> None:
        owe(world, "hello")
        for pause in BACKOFF:
            (parcel,) = claim(world)
            item = settle(world, parcel, LATER)
            assert item.after
            assert pause <= item.after - world.clock.now() <= pause * 1.25
            assert item.reason == LATER.reason
            world.clock.at = item.after

    @pytest.mark.parametrize(("asked", "pause"), [(600.0, 600.0), (1e12, 86400.0)])
    def test_a_vendor_who_asks_for_patience_gets_it_for_a_day_at_most(
        self, world: World, asked: float, pause: float
    ) -> None:
        owe(world, "hello")
        item = settle(world, claim(world)[0], Receipt(Outcome.LATER, "", retry_after=asked))
        assert item.after == world.clock.now() + timedelta(seconds=pause)

    def test_what_the_vendor_took_is_not_sent_again(self, world: World) -> None:
        owe(world, "hello")
        settle(world, claim(world)[0], Receipt(Outcome.LATER, done=2))
        world.later(minutes=1)
        (parcel,) = claim(world)
        assert parcel.delivery.done == 2
        settle(world, parcel, LATER)
        world.later(minutes=1)
        assert claim(world)[0].delivery.done == 2

    async def test_after_the_last_try_it_has_failed_and_the_one_in_charge_is_told(self, world: World) -> None:
        owe_about(world, await ticket(world), "hello")
        owe_about(world, world.tickets()[0], "second")
        for pause in BACKOFF:
            settle(world, claim(world)[0], LATER)
            world.later(seconds=pause.total_seconds() * 1.25)
        assert settle(world, claim(world)[0], LATER).state == outbox.FAILED
        (told,) = notices(world)
        assert told.staff_id == world.tickets()[0].staff_id
        assert words(claim(world)) == ["second"]


class TestRefusals:
    async def test_what_is_refused_has_failed_at_once(self, world: World) -> None:
        owe_about(world, await ticket(world), "hello")
        item = settle(world, claim(world)[0], REFUSED)
        assert (item.state, item.reason) == (outbox.FAILED, REFUSED.reason)
        assert len(notices(world)) == 1

    def test_what_can_wait_for_the_citizen_does_so_instead(self, world: World) -> None:
        owe(world, "hello")
        assert settle(world, claim(world)[0], REFUSED, waits=True).state == outbox.WAITS

    async def test_a_letter_that_comes_back_has_failed_after_all(self, world: World) -> None:
        owe_about(world, await ticket(world), "hello")
        (parcel,) = claim(world)
        settle(world, parcel, SENT)
        with world.database.session() as session:
            outbox.undeliver(session, parcel.delivery.key, "주소가 없습니다.", world.clock.now())
            outbox.undeliver(session, "unknown", "주소가 없습니다.", world.clock.now())
        (item,) = items(world)
        assert (item.state, item.reason) == (outbox.FAILED, "주소가 없습니다.")
        assert len(notices(world)) == 1

    async def test_who_talks_with_the_citizen_is_told_that_their_words_did_not_arrive(
        self, world: World
    ) -> None:
        opened(world)
        await world.say(COPIER, channel="post")
        await world.courier.round()
        talk = world.conversation(channel="post").id
        await world.staff.take_over(talk, (kim := staff(world, "kim")))
        await world.courier.round()
        await world.staff.say(talk, kim, "무엇을 도와드릴까요?")
        settle(world, claim(world)[0], REFUSED)
        assert [notice.staff_id for notice in notices(world)] == [kim]

    def test_what_nobody_can_read_holds_nobody_else_back(self, world: World) -> None:
        spoiled = owe(world, "spoiled")
        owe(world, "hello", to="another")
        with world.database.session() as session:
            session.get_one(OutboxItem, spoiled).words = "no ciphertext of ours"
        assert words(claim(world)) == ["hello"]
        assert items(world)[0].state == outbox.FAILED

    async def test_without_an_address_it_fails_in_words(self, world: World) -> None:
        owe_about(world, await ticket(world), "hello", "email")
        assert claim(world) == []
        assert items(world)[0].reason == "받으실 주소가 없습니다."


def test_neither_address_nor_words_can_be_read_in_the_database(world: World) -> None:
    owe(world, "secret words", to="hong@example.com")
    written = world.everything_written()
    assert "hong@example.com" not in written
    assert "secret words" not in written
    assert claim(world)[0].delivery.to == "hong@example.com"


async def test_an_announcement_to_staff_that_fails_is_no_citizens_letter(world: World) -> None:
    mine = await ticket(world)
    with world.database.session() as session:
        reply, now = Reply(kind="text", text="new"), world.clock.now()
        outbox.owe_to(session, world.vault, "post", "room", reply, now, mine.id)
    settle(world, claim(world)[0], REFUSED)
    assert notices(world) == []


async def test_what_waited_is_pushed_before_the_answer_when_the_citizen_writes(world: World) -> None:
    post = opened(world)
    await world.say(COPIER, channel="post")
    await world.courier.round()
    with world.database.session() as session:
        item = session.get_one(OutboxItem, items(world)[0].id)
        item.state = outbox.WAITS
    before = post.texts
    await world.say("안녕하세요", channel="post")
    while await world.courier.round():
        pass
    assert post.texts[: 2 * len(before)] == before * 2
    assert post.texts[-1].startswith("안녕하세요")
