"""The way of one message: taken in, handed to the dialogue, its replies kept and told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from channels.protocol import Channel, Forget, Inbound, Reply, Undelivered
from conversations import arrivals, outbox, replies, store
from conversations.by_letter import ByLetter
from conversations.citizens_files import CitizensFiles, Received
from conversations.completion import Completion, Outcome
from conversations.dialogue import Awaiting, DialogueError, RasaDialogue, Turn
from conversations.doors import Doors
from conversations.fallback import Fallback
from conversations.forgetting import Forgetting
from conversations.hub import Hub, topic_of
from conversations.intake import Intake, TakenIn, clean, start_afresh
from conversations.lanes import Lanes
from conversations.meaning import SENT_FILES, Meaning
from conversations.models import Conversation
from conversations.own_tickets import OwnTickets
from conversations.presence import CITIZEN, Presence
from conversations.speech import Speech
from conversations.tickets import Opening, TicketForm
from conversations.views import Said
from conversations.wishes import Wishes
from core.clock import Clock
from core.database import Database
from core.privacy import Vault
from core.threads import ahead, in_thread
from desk import directory
from desk.models import Staff
from faq.decision import Answer

STUCK_AFTER = timedelta(minutes=1)
"""An accepted message that isn't handled by then, and isn't being handled, is tried again."""
CATCH_UP_AFTER = (2.0, 5.0, 10.0, 20.0)
"""Seconds between the tries to tell Rasa what it didn't hear; it starts anew in less than ten."""

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True)
class History:
    """Messages, and the signature of the member of staff who has the conversation, if one has."""

    messages: list[Said]
    person: dict[str, str] | None
    typing: bool = False
    """Whether that member of staff is writing just now."""


@dataclass(frozen=True)
class Unheard:
    """An answer to a form that Rasa didn't hear."""

    taken: TakenIn
    meaning: Meaning
    inbound: Inbound

    @property
    def words(self) -> tuple[str, str | None]:
        """Text and button as the citizen sent them."""
        return self.inbound.text, self.inbound.payload


@dataclass
class Conversations:
    """Receives every message of every channel. One process, one instance."""

    database: Database
    vault: Vault
    intake: Intake
    dialogue: RasaDialogue
    speech: Speech
    channels: dict[str, Channel]
    clock: Clock
    hub: Hub
    presence: Presence
    opening: Opening
    own: OwnTickets
    doors: Doors
    files: CitizensFiles
    forgetting: Forgetting

    def __post_init__(self) -> None:
        self._letters = ByLetter(self.database, self.vault, self.speech, self.opening, self.own, self.clock)
        self._completion = Completion(self.database, self.vault, self.channels, self.clock)
        self._wishes = Wishes(self.database, self.vault, self.channels)
        self._lanes = Lanes()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._at_work: set[tuple[str, str, str]] = set()
        self._late: set[tuple[str, str, str]] = set()
        self._catching_up: set[asyncio.Task[None]] = set()
        self._unheard: dict[str, Unheard] = {}

    async def receive(self, inbound: Inbound) -> Outcome:
        """Handle one message exactly once, in its conversation's order.

        A second delivery gets the same replies. The work goes on when the caller goes away. Raises `Invalid`
        for a text that can't be taken, before anything is stored.
        """
        return await self._outliving(self._handle(inbound))

    async def receive_within(self, inbound: Inbound, seconds: float) -> Outcome | None:
        """Like `receive`, but from its first moment on no crash loses it; None when it takes longer.

        What is said to it then comes after: pushed, or with the citizen's next message.
        """
        clean(inbound.text)
        began = time.monotonic()
        await ahead(self._accept, inbound)
        task = self._start(self._handle(inbound))
        done, _ = await asyncio.wait([task], timeout=max(0.0, seconds - (time.monotonic() - began)))
        if not done:
            self._start(self._keep(task, inbound))
        return task.result() if done else None

    async def refuse(self, inbound: Inbound, reply: Reply) -> None:
        """Say why a message can't be taken, where a request carries no answer; nothing else is stored."""

        def work() -> None:
            with self.database.session() as session:
                to = inbound.address or inbound.sender
                outbox.owe_refusal(
                    session, self.vault, inbound.channel, to, inbound.message_id, reply, self.clock.now()
                )

        await in_thread(work)
        self.hub.changed(topic_of(inbound.channel, inbound.sender))

    async def came_back(self, event: Undelivered) -> None:
        """What seemed to be sent wasn't: staff see it at the ticket."""

        def work() -> None:
            with self.database.session() as session:
                outbox.undeliver(session, event.key, event.reason, self.clock.now())

        await in_thread(work)

    async def forget(self, event: Forget) -> None:
        """Destroy what we hold of the citizen in that channel; what is said next begins anew."""
        topic = topic_of(event.channel, event.sender)
        async with self._lanes(topic):
            self._unheard.pop(topic, None)
            await in_thread(self.forgetting.forget, event.channel, event.sender)
        self.hub.changed(topic)

    async def submit(self, channel: str, sender: str, form: TicketForm) -> Outcome:
        """Open a ticket from a channel's own form, exactly once; raises `Invalid` with a hint per field."""
        return await self._outliving(self._open_ticket(channel, sender, form))

    async def recover(self) -> int:
        """Handle what a crash left unhandled; returns how many messages that were."""
        accepted = await self._again(await in_thread(self._accepted))
        return accepted + await self._again(await in_thread(self._left_over))

    async def retry(self) -> int:
        """Handle again what was accepted a while ago and couldn't be handled; returns how many that were."""
        accepted = await in_thread(self._accepted, self.clock.now() - STUCK_AFTER)
        return await self._again([inbound for inbound in accepted if _identity(inbound) not in self._at_work])

    async def _again(self, left: Sequence[Inbound]) -> int:
        for inbound in left:
            await self._outliving(self._once_more(inbound))
        return len(left)

    async def _once_more(self, inbound: Inbound) -> None:
        if not await in_thread(self._tried_in_vain, inbound):
            await self._keep(self._start(self._handle(inbound)), inbound, asked=False)
            return
        topic = topic_of(inbound.channel, inbound.sender)
        async with self._lanes(topic):
            await in_thread(self._leave_to_person, inbound)
        self.hub.changed(topic)

    def _tried_in_vain(self, inbound: Inbound) -> bool:
        with self.database.session() as session:
            return arrivals.tried_in_vain(session, inbound)

    def _leave_to_person(self, inbound: Inbound) -> None:
        log.error("a message that couldn't be handled is left to a person", channel=inbound.channel)
        try:
            self.intake.leave_to_person(inbound)
        except Exception as error:  # noqa: BLE001 - the others must be handled all the same
            log.error("a message couldn't be kept", error=type(error).__name__)

    def is_late(self, channel: str, sender: str) -> bool:
        """Whether an answer that came too late for its request is still being made here."""
        return any(late[:2] == (channel, sender) for late in self._late)

    async def history(self, channel: str, sender: str, after: int) -> History:
        """What was said in a citizen's conversation after message `after`, and who has it."""
        return await in_thread(self._history, channel, sender, after)

    async def typing(self, channel: str, sender: str) -> None:
        """The citizen is writing just now; staff who watch the conversation see it."""
        if conversation_id := await in_thread(self._conversation_id, channel, sender):
            self.presence.typing(conversation_id, CITIZEN)
            self.hub.changed(topic_of(channel, sender))

    async def drain(self) -> None:
        """Wait until everything under way is done; what was to be tried again later is not."""
        for task in self._catching_up:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _outliving(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.shield(self._start(work))

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._catching_up.add(task)
        task.add_done_callback(self._catching_up.discard)

    def _accept(self, inbound: Inbound) -> None:
        with self.database.session() as session:
            arrivals.note(session, self.vault, inbound, self.clock.now())

    async def _keep(self, late: asyncio.Task[Outcome], inbound: Inbound, *, asked: bool = True) -> None:
        self._late.add(_identity(inbound))
        try:
            outcome = await late
            if not asked:  # whoever answered it meanwhile told its citizen, too
                outcome = replace(outcome, owed=True)
            await in_thread(self._completion.tell_later, outcome, inbound.channel, inbound.way_back)
        except Exception as error:  # noqa: BLE001 - it stays accepted, and is tried again
            log.error("a message couldn't be handled", error=type(error).__name__)
        finally:
            self._late.discard(_identity(inbound))
        self.hub.changed(topic_of(inbound.channel, inbound.sender))

    async def _handle(self, inbound: Inbound) -> Outcome:
        self._at_work.add(_identity(inbound))
        try:
            return await self._handle_in_lane(inbound)
        finally:
            self._at_work.discard(_identity(inbound))

    async def _handle_in_lane(self, inbound: Inbound) -> Outcome:
        topic, channel = topic_of(inbound.channel, inbound.sender), self.channels[inbound.channel]
        async with self._lanes(topic):
            early, rasa_is_silent = await self._hear_first(topic, channel)
            taken = await in_thread(self.intake.take_in, inbound)
            self.presence.said(taken.conversation_id, CITIZEN)
            self.hub.changed(topic)
            files = await self._files(inbound, taken)
            heard = early is not None and early.words == (inbound.text, inbound.payload)
            if heard or (taken.meaning is None and not files.replies):
                return await in_thread(self._completion.as_before, taken, inbound)
            turn = await self._turn_with_files(taken, files, inbound, rasa_is_silent)
            late = _identity(inbound) in self._late
            outcome = await in_thread(self._completion.finish, taken, turn, inbound, late)
        self.hub.changed(topic)
        return outcome

    async def _files(self, inbound: Inbound, taken: TakenIn) -> Received:
        handled_before = taken.meaning is None and taken.retry
        if handled_before or not inbound.files:
            return Received()
        return await self.files.take(inbound, taken.conversation_id, taken.message_id)

    async def _turn_with_files(
        self, taken: TakenIn, files: Received, inbound: Inbound, rasa_is_silent: bool
    ) -> Turn:
        if taken.meaning is None:  # a person answers the rest
            return _unchanged(taken, files.replies)
        letters = self.channels[inbound.channel].abilities.letters
        if taken.meaning.intent == SENT_FILES.intent and not letters:
            return _unchanged(taken, files.replies_alone)
        turn = await self._turn(taken, taken.meaning, inbound, rasa_is_silent)
        turn.replies[:0] = files.replies
        return turn

    async def _turn(self, taken: TakenIn, meaning: Meaning, inbound: Inbound, rasa_is_silent: bool) -> Turn:
        channel = self.channels[inbound.channel]
        if said := await self.doors.replies(taken.conversation_id, taken.text, meaning):
            return _unchanged(taken, said)
        if said := await self._wishes.replies(taken.conversation_id, meaning):
            return _unchanged(taken, said)
        if channel.abilities.letters:
            turn = await in_thread(self._letters.turn, taken, meaning, inbound)
            return self._completed(turn, taken, meaning)
        try:
            if rasa_is_silent:
                raise DialogueError("silent a moment ago")  # nobody waits for it twice
            turn = await self._ask_rasa(taken, meaning, channel)
        except DialogueError as error:
            log.warning("rasa didn't answer", reason=str(error), conversation=taken.conversation_id)
            alone = Fallback(self.speech, self.opening, self.own)
            turn = await in_thread(alone.turn, taken, meaning, channel.abilities.form)
            if taken.awaiting[0] and not isinstance(meaning.decision, Answer):
                self._unheard[taken.topic] = Unheard(taken, meaning, inbound)
                self._later(self._catch_up(taken.topic, channel))
        return self._completed(turn, taken, meaning)

    def _completed(self, turn: Turn, taken: TakenIn, meaning: Meaning) -> Turn:
        if taken.barred:
            turn.replies.insert(0, replies.NO_RESIDENT_NUMBER)
        if meaning.asks_for_person and turn.replies:
            turn.replies[-1].data["handoff"] = True  # some vendors have people of their own to hand over to
        return turn

    async def _catch_up(self, topic: str, channel: Channel) -> None:
        """A form's answer that Rasa didn't hear is said again after a while."""
        mine = self._unheard[topic]
        for seconds in CATCH_UP_AFTER:
            await asyncio.sleep(seconds)
            async with self._lanes(topic):
                if self._unheard.get(topic) is not mine:
                    return
                _, rasa_is_silent = await self._hear_first(topic, channel)
            if not rasa_is_silent:
                self.hub.changed(topic)
                return
        if self._unheard.get(topic) is mine:
            del self._unheard[topic]

    async def _hear_first(self, topic: str, channel: Channel) -> tuple[Unheard | None, bool]:
        """Rasa is told first what it didn't hear: what it heard now, and whether it is still silent."""
        unheard = self._unheard.get(topic)
        if unheard is None:
            return None, False
        if not await in_thread(self._with_person, unheard.taken):
            again = replace(unheard.taken, retry=True)
            try:
                turn = await self._ask_rasa(again, unheard.meaning, channel)
            except DialogueError:
                return None, True
            again_from = replace(unheard.inbound, way_back="")
            await in_thread(self._heard_now, unheard.taken, turn, again_from)
        return self._unheard.pop(topic), False

    def _heard_now(self, taken: TakenIn, turn: Turn, inbound: Inbound) -> Outcome:
        return self._completion.finish(taken, turn, inbound, True, once_more=True)

    def _with_person(self, taken: TakenIn) -> bool:
        with self.database.session() as session:
            newer = store.messages_after(session, taken.conversation_id, taken.message.seq)
            return any(message.author == "system" for message in newer)

    async def _ask_rasa(self, taken: TakenIn, meaning: Meaning, channel: Channel) -> Turn:
        metadata = {
            **meaning.for_rasa(),
            "matter": taken.matter,
            "tried": taken.tried,
            "channel": {"name": channel.name, "form": channel.abilities.form},
        }
        return await self.dialogue.turn(
            taken.sender, taken.message_id, taken.text, metadata, retry=taken.retry
        )

    async def _open_ticket(self, channel: str, sender: str, form: TicketForm) -> Outcome:
        topic = topic_of(channel, sender)
        async with self._lanes(topic):
            outcome = await in_thread(self._save_ticket, channel, sender, form)
        self.hub.changed(topic)
        return outcome

    def _save_ticket(self, channel: str, sender: str, form: TicketForm) -> Outcome:
        now, route = self.clock.now(), self.opening.route(form.matter, form.kind)
        with self.database.session() as session:
            conversation = store.open_conversation(session, channel, sender, now)
            message = store.find_message(session, conversation.id, form.id)
            if message is None:
                conversation.written_at = now
                message = self.opening.open_from_form(session, conversation, form, route)
                start_afresh(conversation)
                session.flush()
            spoken = self._completion.said(session, store.replies_to(session, message.id))
            return Outcome(store.said(session, self.vault, message), spoken, [])

    def _accepted(self, before: datetime | None = None) -> list[Inbound]:
        with self.database.session() as session:
            found = arrivals.left(session, self.vault, before)
        # Those of a channel that is closed for now wait until it is open again.
        return [inbound for inbound in found if inbound.channel in self.channels]

    def _left_over(self) -> list[Inbound]:
        with self.database.session() as session:
            return [
                Inbound(
                    conversation.channel,
                    conversation.sender,
                    message.channel_message_id or message.id,
                    self.vault.reveal(session, self.vault.cipher.decrypt(message.text)),
                    message.data.get("payload"),
                )
                for message in store.unhandled(session)
                for conversation in [session.get_one(Conversation, message.conversation_id)]
                if conversation.channel in self.channels
            ]

    def _history(self, channel: str, sender: str, after: int) -> History:
        with self.database.session() as session:
            conversation = store.find_conversation(session, channel, sender)
            if conversation is None:
                return History([], None)
            found = store.messages_after(session, conversation.id, after, whispers=False)
            staff = session.get(Staff, conversation.staff_id) if conversation.staff_id else None
            person = replies.signature(directory.contact(staff)) if staff else None
            typing = conversation.staff_id in self.presence.typists(conversation.id)
            return History(self._completion.said(session, found), person, typing)

    def _conversation_id(self, channel: str, sender: str) -> str | None:
        with self.database.session() as session:
            conversation = store.find_conversation(session, channel, sender)
            return conversation.id if conversation else None


def _identity(inbound: Inbound) -> tuple[str, str, str]:
    return inbound.channel, inbound.sender, inbound.message_id


def _unchanged(taken: TakenIn, said: list[Reply]) -> Turn:
    """Something is said beside the dialogue, which goes on waiting for what it waited for."""
    form, slot = taken.awaiting
    return Turn(replies=said, awaiting=Awaiting(form=form, slot=slot))
