"""A citizen takes the consent back: what we hold of them in that channel is destroyed, irrecoverably."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from conversations import outbox, store
from conversations.models import Arrival, Conversation, DoorCode, Message, OutboxItem
from conversations.search_tables import SearchDocument, SearchVector
from conversations.trackers import Trackers
from core.clock import Clock
from core.database import Database
from core.privacy import Vault, VaultItem
from desk import forgetting
from desk.attachments import Attachments
from desk.models import Attachment, Ticket
from faq.models import FaqDraft

log = structlog.get_logger()


@dataclass(frozen=True)
class Forgetting:
    """Destroys. A second time finds nothing, and changes nothing."""

    database: Database
    vault: Vault
    attachments: Attachments
    trackers: Trackers
    clock: Clock

    def forget(self, channel: str, sender: str) -> None:
        """Everything of this citizen in this channel; what they left in another one stays there.

        Tickets that were opened here are withdrawn and emptied (`desk.forgetting`).
        """
        with self.database.session() as session:
            known = store.find_conversation(session, channel, sender)
        if known:
            # Rasa's database is another one. Its part comes first: after a crash in between the citizen is
            # still known here, and the whole can be done again.
            self.trackers.forget(known)
        with self.database.session() as session:
            self._arrivals(session, channel, sender)
            self._words_to(session, channel, sender)
            conversation = store.find_conversation(session, channel, sender)
            if conversation is None:
                return
            session.refresh(conversation, with_for_update=True)
            count = self._whole(session, conversation)
        log.info("a citizen was forgotten", channel=channel, tickets=count)

    def _whole(self, session: Session, conversation: Conversation) -> int:
        opened = select(Ticket).where(Ticket.conversation_id == conversation.id)
        own = list(session.scalars(opened))
        for ticket in own:
            forgetting.forget(session, self.vault, self.attachments, ticket, self.clock.now())
            ticket.conversation_id = None
        ids = [ticket.id for ticket in own]
        drafts = [f"ticket:{ticket.number}" for ticket in own]
        session.execute(delete(FaqDraft).where(FaqDraft.subject.in_(drafts), FaqDraft.state == "open"))
        self._codes(session, conversation, ids)
        self._on_its_way(session, conversation, ids)
        _unsearch(session, conversation, ids)
        self._files(session, conversation)
        self._messages(session, conversation)
        session.delete(conversation)
        return len(own)

    def _arrivals(self, session: Session, channel: str, sender: str) -> None:
        accepted = select(Arrival).where(Arrival.channel == channel, Arrival.sender == sender)
        for arrival in session.scalars(accepted):
            _destroy(session, [arrival.body_ref])
            session.delete(arrival)

    def _words_to(self, session: Session, channel: str, sender: str) -> None:
        """What was told them outside of a conversation: a refusal."""
        lane = outbox.lane_to(self.vault, channel, sender)
        session.execute(delete(OutboxItem).where(OutboxItem.lane == lane))

    def _codes(self, session: Session, conversation: Conversation, ids: Sequence[str]) -> None:
        either = or_(DoorCode.conversation_id == conversation.id, DoorCode.ticket_id.in_(ids))
        for code in session.scalars(select(DoorCode).where(either)):
            _destroy(session, [code.code_ref])
            session.delete(code)

    def _on_its_way(self, session: Session, conversation: Conversation, ids: Sequence[str]) -> None:
        said = select(Message.id).where(Message.conversation_id == conversation.id)
        owed = or_(
            OutboxItem.conversation_id == conversation.id,
            OutboxItem.ticket_id.in_(ids),
            OutboxItem.message_id.in_(said),
        )
        session.execute(delete(OutboxItem).where(owed))

    def _files(self, session: Session, conversation: Conversation) -> None:
        """What waited for a ticket goes; what belongs to one of another door stays with it."""
        here = Attachment.conversation_id == conversation.id
        self.attachments.destroy(
            session, list(session.scalars(select(Attachment).where(here, Attachment.ticket_id.is_(None))))
        )
        session.execute(update(Attachment).where(here).values(conversation_id=None))

    def _messages(self, session: Session, conversation: Conversation) -> None:
        for message in session.scalars(select(Message).where(Message.conversation_id == conversation.id)):
            self.vault.forget(session, self.vault.cipher.decrypt(message.text))
            for value in _strings(message.data):
                self.vault.forget(session, value)
            session.delete(message)
        if conversation.question:
            self.vault.forget(session, self.vault.cipher.decrypt(conversation.question))
        _destroy(session, [conversation.address_ref])
        session.flush()


def _unsearch(session: Session, conversation: Conversation, ids: Sequence[str]) -> None:
    theirs = or_(SearchDocument.conversation_id == conversation.id, SearchDocument.ticket_id.in_(ids))
    documents = select(SearchDocument.id).where(theirs)
    session.execute(delete(SearchVector).where(SearchVector.document_id.in_(documents)))
    session.execute(delete(SearchDocument).where(theirs))


def _destroy(session: Session, item_ids: Sequence[str | None]) -> None:
    session.execute(delete(VaultItem).where(VaultItem.id.in_([one for one in item_ids if one])))


def _strings(data: Any) -> Iterator[str]:
    """Every text somewhere in a message's data: some are references."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
