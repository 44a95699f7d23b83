"""Which way each reply took to its citizen, and whether that very way broke off or may have repeated it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.channels.log import NOBODY, Said
from channels.layout import spoken
from channels.protocol import Button, Reply
from conversations import parcels
from conversations.models import Conversation, Message, OutboxItem
from conversations.outbox import SENT
from core.privacy import Vault


@dataclass(frozen=True)
class Told:
    """One reply of the bot's."""

    lines: Sequence[str]
    cut: bool
    """The vendor never got the answer that took it along, so nobody saw it."""
    repeats: int
    """So often it may have been shown again, by its own item in the outbox."""


def told_in(session: Session, vault: Vault, talk: Conversation, said: Sequence[Said]) -> list[Told]:
    """The replies in their order; `said`: what this citizen said, one after the other."""
    owed = select(OutboxItem).where(OutboxItem.conversation_id == talk.id, OutboxItem.route == talk.channel)
    items = {message.id: item for item in session.scalars(owed) for message in parcels.told_by(session, item)}
    of_talk = select(Message).where(Message.conversation_id == talk.id).order_by(Message.seq)
    messages = list(session.scalars(of_talk))
    known_as = {one.id: one.channel_message_id for one in messages}
    found = []
    for message in messages:
        if message.author == "bot":
            item = items.get(message.id)
            by = item.taken_by if item else message.in_reply_to
            request = _named(known_as.get(by), said) if by else _fetched(item, said)
            lines = _lines(message, vault.reveal(session, vault.cipher.decrypt(message.text)))
            found.append(Told(lines, bool(request and request.cut), _repeats(item)))
    return found


def _named(known_as: str | None, said: Sequence[Said]) -> Said | None:
    return next((one for one in said if one.id == known_as), None)


def _fetched(item: OutboxItem | None, said: Sequence[Said]) -> Said | None:
    """Who only fetches leaves no message: it was the last request before that; None for what was pushed."""
    if item is None or item.state != SENT or item.tries or item.settled_at is None:
        return None
    moment = item.settled_at.timestamp()
    before = [one for one in said if one.at <= moment and one.status != NOBODY]
    return max(before, key=lambda one: one.at, default=None)


def _repeats(item: OutboxItem | None) -> int:
    """Each try but the last may have arrived although we were not told."""
    return max(1, item.tries - 1) if item and item.uncertain else 0


def _lines(message: Message, text: str) -> list[str]:
    buttons = [Button.model_validate(button) for button in message.buttons]
    return spoken(Reply(kind=message.kind, text=text, buttons=buttons, data=message.data)).split("\n")
