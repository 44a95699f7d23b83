"""The second of a message's two transactions: its replies stored, and on their way where no request waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from channels.protocol import Channel, Inbound, Reply
from conversations import arrivals, outbox, parcels, store
from conversations.dialogue import Turn
from conversations.intake import TakenIn, new_session, settle, start_afresh
from conversations.models import Conversation, Message
from conversations.views import Said
from core.clock import Clock
from core.database import Database
from core.privacy import Vault


@dataclass(frozen=True)
class Outcome:
    """The citizen's message, what is said to it, and what staff said since their channel last asked."""

    message: Said
    replies: list[Said]
    waited: list[Said]
    items: list[int] = field(default_factory=list)
    """The outbox's items that `waited` are of."""
    owed: bool = False
    """The replies need nobody's care: they are in the outbox, or another process brings them."""

    @property
    def spoken(self) -> list[Reply]:
        """Everything to render, in order."""
        return [said.reply for said in [*self.waited, *self.replies]]


@dataclass
class Completion:
    """What follows the dialogue; thread-safe."""

    database: Database
    vault: Vault
    channels: Mapping[str, Channel]
    clock: Clock

    def finish(
        self, taken: TakenIn, turn: Turn, inbound: Inbound, late: bool, *, once_more: bool = False
    ) -> Outcome:
        """The message is handled; where another process was faster, with what that one said.

        `late`: nobody waits for the replies any more, so they are owed at once. `once_more`: these replies
        follow those that it got already.
        """
        now, channel = self.clock.now(), self.channels[inbound.channel]
        late = late and channel.abilities.inline
        with self.database.session() as session:
            conversation = session.get_one(Conversation, taken.conversation_id, with_for_update=True)
            message = session.get_one(Message, taken.message_id)
            # What a person has in hand is handled from the start: only a file's receipt is said to it.
            anew = once_more or (taken.held_by and not store.replies_to(session, message.id))
            if message.handled and not anew:
                return self._said_before(session, taken, inbound, owed=True, late=late)
            items, waited = ([], []) if late else self._take_along(session, taken, channel)
            message.handled = True
            arrivals.handled(session, self.vault, inbound)
            spoken = [
                store.add_message(
                    session, self.vault.cipher, conversation, "bot", reply, now, in_reply_to=message.id
                )
                for reply in turn.replies
            ]
            session.flush()
            if late or not channel.abilities.inline:
                outbox.owe(session, self.vault, channel, spoken, conversation, now, inbound.way_back)
            _remember(conversation, turn, waited)
            told, before = self.said(session, spoken), self.said(session, waited)
            return Outcome(taken.message, told, before, items, owed=late)

    def _take_along(
        self, session: Session, taken: TakenIn, channel: Channel
    ) -> tuple[list[int], list[Message]]:
        """What waited for the citizen's next message goes with the answer to it, however often that is asked.

        The items it takes only now, and the messages of all of them.
        """
        if not channel.abilities.inline:
            outbox.release(session, taken.conversation_id, self.clock.now())
            return [], []
        before = outbox.taken_along(session, taken.conversation_id, taken.message_id)
        items = outbox.waiting(session, taken.conversation_id)
        told = [message for item in [*before, *items] for message in parcels.told_by(session, item)]
        outbox.hand_over(items, self.clock.now(), taken.message_id)
        return [item.id for item in items], told

    def as_before(self, taken: TakenIn, inbound: Inbound) -> Outcome:
        """Nothing more is said to it: what was said before, for whoever delivers it again."""
        with self.database.session() as session:
            session.get_one(Conversation, taken.conversation_id, with_for_update=True)
            session.get_one(Message, taken.message_id).handled = True
            return self._said_before(session, taken, inbound, owed=False, late=False)

    def _said_before(
        self, session: Session, taken: TakenIn, inbound: Inbound, *, owed: bool, late: bool
    ) -> Outcome:
        arrivals.handled(session, self.vault, inbound)
        earlier = store.replies_to(session, taken.message_id)
        channel = self.channels[inbound.channel]
        items, waited = ([], []) if late else self._take_along(session, taken, channel)
        # Replies that came too late wait as well: asked for again, they are told once.
        others = [message for message in waited if message not in earlier]
        return Outcome(taken.message, self.said(session, earlier), self.said(session, others), items, owed)

    def tell_later(self, outcome: Outcome, channel: str, way_back: str = "") -> None:
        """The answer to a request came too late for it."""
        if not self.channels[channel].abilities.inline:
            return  # on its way already
        with self.database.session() as session:
            back = outbox.put_back(session, outcome.items)
            waiting = {message.id for item in back for message in parcels.told_by(session, item)}
            if outcome.owed:
                return
            unsaid = [said.key for said in outcome.replies if said.key not in waiting]
            spoken = [session.get_one(Message, key) for key in unsaid]
            if spoken:
                conversation = session.get_one(Conversation, spoken[0].conversation_id)
                now, how = self.clock.now(), self.channels[channel]
                outbox.owe(session, self.vault, how, spoken, conversation, now, way_back)

    def said(self, session: Session, messages: Sequence[Message]) -> list[Said]:
        """The messages, readable."""
        # Whatever the query was: what staff whisper goes to no citizen.
        heard = [message for message in messages if message.author != store.WHISPER]
        return [store.said(session, self.vault, message) for message in heard]


def _remember(conversation: Conversation, turn: Turn, waited: list[Message]) -> None:
    if turn.alone and turn.awaiting.form is None:
        new_session(conversation)
    conversation.awaiting_form = turn.awaiting.form
    conversation.awaiting_slot = turn.awaiting.slot
    # In the order in which they are shown, since their numbers can be typed.
    offered = [button.model_dump() for reply in turn.replies for button in reply.buttons]
    shown = [button for message in waited for button in message.buttons] + offered
    conversation.buttons = shown
    given = [reply.data["faq_id"] for reply in turn.replies if reply.kind == "answer"]
    conversation.tried = list(dict.fromkeys([*conversation.tried, *given]))
    if any(reply.kind == "ticket" for reply in turn.replies):
        start_afresh(conversation)
        conversation.buttons = shown
    elif any(reply.data.get("settled") for reply in turn.replies):
        settle(conversation)
