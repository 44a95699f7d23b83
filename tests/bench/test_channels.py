"""The account of the doors' bench is even only where every message came to one end, and was seen once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.channels.accounting import Account, account
from bench.channels.log import CUT, NOBODY, Log, Said, Screen
from bench.channels.report import Results, render
from bench.channels.trials import Trial
from channels.protocol import Reply
from conversations import store
from conversations.models import Conversation, OutboxItem
from core.clock import FixedClock
from core.database import Base, Database
from core.ids import new_id
from core.privacy import Cipher, Vault
from core.secrets import load_secrets
from core.settings import Settings

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ANSWER, OTHER = "네, 쓰실 수 있습니다.", "정부광고 수수료는 10 %입니다."


class Bench:
    """One citizen of Kakao's, as the database knows them and as the fake's log does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = Settings(_env_file=None, data_dir=folder)
        self.database = Database(settings.resolved_database_url)
        Base.metadata.create_all(self.database.engine)
        self.vault = Vault(Cipher(load_secrets(folder).data_key), FixedClock(NOW))
        self.log = Log(folder / "log.jsonl")
        self.log.path.touch()
        with self.database.session() as session:
            talk = store.open_conversation(session, "kakao", "1001", NOW)
            self.talk = talk.id

    def say(
        self, number: int, status: int = 200, length: int = 5, *, stored: bool = True, fetches: bool = False
    ) -> None:
        at = _at(number).timestamp()
        self.log.add(Said("kakao", "1001", f"m-{number}", status, at, 0.1, length, fetches))
        if stored:
            self._add("citizen", "질문", number, channel_message_id=f"m-{number}")

    def answer(self, number: int, text: str = ANSWER, kind: str = "answer") -> str:
        return self._add("bot", text, number, kind, in_reply_to=f"message-{number}")

    def show(self, *texts: str) -> None:
        self.log.add(*(Screen("kakao", "1001", text) for text in texts))

    def owe(
        self, state: str, message_id: str | None = None, *, uncertain: bool = False, tries: int = 0,
        settled_at: datetime | None = None, taken_by: str | None = None,
    ) -> None:  # fmt: skip
        with self.database.session() as session:
            session.add(
                OutboxItem(
                    key=new_id(), route="kakao", lane="l", state=state, created_at=NOW, tries=tries,
                    conversation_id=self.talk, message_id=message_id, uncertain=uncertain,
                    settled_at=settled_at, taken_by=taken_by,
                )
            )  # fmt: skip

    def account(self) -> Account:
        return account(self.folder, self.log.path)

    def _add(self, author: str, text: str, number: int, kind: str = "text", **fields: str) -> str:
        with self.database.session() as session:
            talk = session.get_one(Conversation, self.talk)
            reply = Reply(kind=kind, text=text)
            message = store.add_message(session, self.vault.cipher, talk, author, reply, NOW, **fields)
            if author == "citizen":
                message.id = f"message-{number}"
            return message.id


def _at(number: int) -> datetime:
    """When that message was said."""
    return NOW + timedelta(minutes=number)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.database.close()


def test_what_was_answered_and_seen_once_is_even(bench: Bench) -> None:
    bench.say(1)
    bench.answer(1)
    bench.show(ANSWER)
    found = bench.account()
    assert found.even
    assert (found.said, found.accepted, found.answered) == (1, 1, 1)


def test_a_message_without_a_reply_is_lost(bench: Bench) -> None:
    bench.say(1)
    assert not bench.account().even
    assert bench.account().lost == ["kakao m-1 without a reply"]


def test_a_message_that_was_accepted_and_never_stored_is_lost(bench: Bench) -> None:
    bench.say(1, stored=False)
    assert not bench.account().even


def test_one_that_is_too_long_is_refused_and_not_stored(bench: Bench) -> None:
    bench.say(1, length=2500, stored=False)
    assert bench.account().even
    assert bench.account().refused == 1


def test_an_answer_that_was_cut_off_is_seen_by_nobody_and_even(bench: Bench) -> None:
    bench.say(1, CUT)
    bench.answer(1)
    assert bench.account().even
    assert bench.account().cut_replies == 1


def test_one_request_that_was_cut_off_excuses_no_other_answer_of_the_talk(bench: Bench) -> None:
    bench.say(1, CUT)
    bench.answer(1)
    bench.say(2)
    bench.answer(2, OTHER)
    assert not bench.account().even
    assert bench.account().lost == [f"'{OTHER}' never shown"]
    assert bench.account().cut_replies == 1


def test_the_same_words_in_an_answer_that_was_cut_off_excuse_nothing(bench: Bench) -> None:
    bench.say(1, CUT)
    bench.answer(1)
    for number in (2, 3):
        bench.say(number)
        bench.answer(number)
    bench.show(ANSWER)
    assert bench.account().lost == [f"'{ANSWER}' never shown"]


def test_what_was_cut_off_and_is_seen_all_the_same_was_shown_too_often(bench: Bench) -> None:
    bench.say(1, CUT)
    bench.answer(1)
    bench.show(ANSWER)
    assert not bench.account().even


def test_a_late_answer_is_lost_with_the_request_that_took_it_along(bench: Bench) -> None:
    bench.say(1)
    late = bench.answer(1)
    bench.say(2, CUT, stored=False, fetches=True)
    bench.owe("sent", late, settled_at=_at(2) + timedelta(seconds=1))
    assert bench.account().even
    assert bench.account().cut_replies == 1


def test_a_late_answer_is_not_excused_by_its_own_request_nor_by_a_later_one(bench: Bench) -> None:
    bench.say(1, CUT)
    late = bench.answer(1)
    bench.say(2, stored=False, fetches=True)
    bench.say(3, CUT, stored=False)
    bench.owe("sent", late, settled_at=_at(2) + timedelta(seconds=1))
    assert bench.account().lost == [f"'{ANSWER}' never shown"]


def test_the_outbox_itself_names_the_message_whose_answer_took_it_along(bench: Bench) -> None:
    bench.say(1)
    late = bench.answer(1)
    bench.say(2, CUT)
    bench.owe("sent", late, tries=1, taken_by="message-2")  # pushing it was tried first
    assert bench.account().even
    bench.say(3)
    bench.owe("sent", bench.answer(3, OTHER), settled_at=_at(2), taken_by="message-3")
    assert bench.account().lost == [f"'{OTHER}' never shown"]


def test_what_was_pushed_is_excused_by_no_request(bench: Bench) -> None:
    bench.say(1, CUT)
    bench.owe("sent", bench.answer(1), tries=1, settled_at=_at(1) + timedelta(seconds=1))
    assert bench.account().lost == [f"'{ANSWER}' never shown"]


def test_an_answer_that_was_never_shown_is_lost(bench: Bench) -> None:
    bench.say(1)
    bench.answer(1)
    assert not bench.account().even


def test_what_found_nobody_there_was_never_promised(bench: Bench) -> None:
    bench.say(1, NOBODY, stored=False)
    assert bench.account().even
    assert (bench.account().away, bench.account().cut) == (1, 0)


def test_what_was_seen_twice_is_doubled(bench: Bench) -> None:
    bench.say(1)
    bench.answer(1)
    bench.show(ANSWER, ANSWER)
    assert not bench.account().even
    assert len(bench.account().doubled) == 1


def test_what_was_seen_twice_is_marked_where_its_own_item_says_so(bench: Bench) -> None:
    bench.say(1)
    bench.owe("sent", bench.answer(1), uncertain=True, tries=2)
    bench.show(ANSWER, ANSWER)
    assert bench.account().even
    assert bench.account().marked == 1
    bench.show(ANSWER)  # more often than it was tried
    assert len(bench.account().doubled) == 1


def test_one_uncertain_reply_excuses_no_other_of_the_talk(bench: Bench) -> None:
    for number, text, uncertain in ((1, ANSWER, True), (2, OTHER, False)):
        bench.say(number)
        bench.owe("sent", bench.answer(number, text), uncertain=uncertain, tries=2)
    bench.show(ANSWER, OTHER, OTHER)
    assert not bench.account().even
    assert bench.account().doubled == [f"'{OTHER}' shown too often"]
    assert bench.account().marked == 0


def test_the_same_answer_to_two_questions_is_seen_twice_and_even(bench: Bench) -> None:
    for number in (1, 2):
        bench.say(number)
        bench.answer(number)
        bench.show(ANSWER)
    assert bench.account().even


def test_answers_in_the_wrong_order_are_not_even(bench: Bench) -> None:
    for number, text in ((1, ANSWER), (2, OTHER)):
        bench.say(number)
        bench.answer(number, text)
    bench.show(OTHER, ANSWER)
    assert not bench.account().even
    assert bench.account().out_of_order == 1


def test_what_is_still_owed_or_was_given_up_is_not_even(bench: Bench) -> None:
    bench.owe("failed")
    assert not bench.account().even


def test_a_ticket_that_is_told_and_not_there_is_not_even(bench: Bench) -> None:
    bench.say(1)
    bench.answer(1, "문의가 접수되었습니다.", "ticket")
    bench.show("문의가 접수되었습니다.")
    assert not bench.account().even


def trial(name: str, seconds: list[float], found: Account) -> Trial:
    return Trial(name, 200, 300, sorted(seconds), 0, found)


def test_the_page_says_of_each_promise_whether_it_was_kept() -> None:
    good = trial("calm", [0.1] * 100, Account(said=100, accepted=100, answered=100))
    slow = trial("Rasa killed", [0.1] * 90 + [4.8] * 10, Account(said=100, accepted=100, answered=100))
    wrong = trial("web killed", [0.1], Account(said=3, accepted=3, answered=2))
    page = render(Results("a processor, 2 cores", 30, good, slow, wrong))
    assert "| calm: p99 of an answer | < 2 s | 0.10 s | yes |" in page
    assert "| Rasa killed: longest answer | ≤ 4.5 s | 4.80 s | **no** |" in page
    assert "| even | not even | **no** |" in page
    assert "{" not in page
