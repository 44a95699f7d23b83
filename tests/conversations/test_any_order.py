"""Whatever happens in whatever order: nothing is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.database import Base, Database
from core.errors import Conflict
from tests.conversations.world import COPIER, FEE, UNKNOWN, World

PEOPLE = st.sampled_from(["kim", "lee"])


class Talk(RuleBasedStateMachine):
    """One citizen on KakaoTalk, two members of staff, and a Rasa that comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        database = Database(f"sqlite:///{Path(self.folder.name) / 'a.sqlite3'}")
        Base.metadata.create_all(database.engine)
        self.world = World(database)
        self.holder: str | None = None
        self.sent: list[str] = []  # ids of the citizen's messages, in order
        self.answers: dict[str, list[str]] = {}
        self.with_it: dict[str, list[str]] = {}  # what staff said, told with the answer to a message
        self.spoken: list[str] = []  # by staff, in order
        self.told: list[str] = []  # of it, to the citizen
        self.run(self.world.send(COPIER, channel="kakao", message_id="first-one"))
        self.talk = self.world.conversation(channel="kakao").id

    def run(self, work):
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        outcome = self.run(self.world.send(COPIER, channel="kakao"))
        self.told += [said.text for said in outcome.waited if said.author == "staff"]
        assert self.told == self.spoken, "nothing is left"
        self.run(self.world.conversations.drain())
        self.world.database.close()
        self.loop.close()
        self.folder.cleanup()

    @rule(text=st.sampled_from([COPIER, FEE, UNKNOWN, "1", "안녕하세요"]))
    def the_citizen_speaks(self, text: str) -> None:
        message_id = f"kakao-message-{len(self.sent)}"
        self.sent.append(message_id)
        outcome = self.run(self.world.send(text, channel="kakao", message_id=message_id))
        self.answers[message_id] = [said.text for said in outcome.replies]
        self.with_it[message_id] = [said.text for said in outcome.waited if said.author == "staff"]
        self.told += self.with_it[message_id]
        assert bool(outcome.replies) == (self.holder is None)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def a_message_is_delivered_again(self, data: st.DataObject) -> None:
        message_id = data.draw(st.sampled_from(self.sent))
        outcome = self.run(self.world.send(COPIER, channel="kakao", message_id=message_id))
        assert [said.text for said in outcome.replies] == self.answers[message_id]
        waited, before = (
            [said.text for said in outcome.waited if said.author == "staff"],
            self.with_it[message_id],
        )
        assert waited[: len(before)] == before, "the same response again"
        self.told += waited[len(before) :]
        self.with_it[message_id] = waited

    @rule(who=PEOPLE, force=st.booleans())
    def somebody_takes_over(self, who: str, force: bool) -> None:
        try:
            self.run(self.world.staff.take_over(self.talk, who, force=force))
        except Conflict:
            assert self.holder not in (None, who)
            assert not force
        else:
            self.holder = who

    @rule(who=PEOPLE)
    def somebody_gives_back(self, who: str) -> None:
        try:
            self.run(self.world.staff.give_back(self.talk, who))
        except Conflict:
            assert self.holder != who
        else:
            self.holder = None

    @rule(who=PEOPLE)
    def somebody_of_staff_speaks(self, who: str) -> None:
        text = f"{len(self.spoken)}번째 말씀"
        try:
            self.run(self.world.staff.say(self.talk, who, text))
        except Conflict:
            assert self.holder != who
        else:
            assert self.holder == who
            self.spoken.append(text)

    @rule(down=st.booleans())
    def rasa_comes_or_goes(self, down: bool) -> None:
        self.world.dialogue.down = down

    @rule()
    def the_process_is_started_again(self) -> None:
        self.world.conversations = self.world.restarted()
        assert self.run(self.world.conversations.recover()) == 0

    @rule(hours=st.sampled_from([1, 7]))
    def time_passes(self, hours: int) -> None:
        self.world.later(hours=hours)

    @invariant()
    def what_staff_said_is_told_once_and_in_order(self) -> None:
        assert self.told == self.spoken[: len(self.told)]

    @invariant()
    def the_messages_are_numbered_without_a_gap(self) -> None:
        history = self.run(self.world.conversations.history("kakao", "u1", 0))
        assert [said.seq for said in history.messages] == list(range(1, len(history.messages) + 1))
        citizen = [said.id for said in history.messages if said.author == "citizen"]
        assert citizen == ["first-one", *self.sent]


TestTalk = Talk.TestCase
TestTalk.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
