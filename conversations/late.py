"""An answer that came too late for its request is asked for by a button: nothing is said, only fetched."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from sqlalchemy import exists, select

from channels.protocol import Reply
from conversations import outbox, parcels, store
from conversations.hub import topic_of
from conversations.models import Arrival, Conversation
from conversations.service import Conversations
from core.threads import in_thread

_LOOKS_EVERY: Final = 1.0
"""Seconds: what another process finishes is found so late."""


async def fetch(talks: Conversations, channel: str, sender: str, seconds: float) -> list[Reply] | None:
    """What waits for the citizen's next message, which this isn't; empty: nothing does.

    None: an answer is still being made after `seconds`.
    """
    until = time.monotonic() + seconds
    with talks.hub.watch(topic_of(channel, sender)) as changed:
        while True:
            changed.clear()
            late = talks.is_late(channel, sender)
            found, accepted = await in_thread(_take, talks, channel, sender)
            if found or not (late or accepted):
                return found
            if (left := until - time.monotonic()) <= 0:
                return None
            await _either(changed, min(left, _LOOKS_EVERY))


def _take(talks: Conversations, channel: str, sender: str) -> tuple[list[Reply], bool]:
    """What waits, now told; and whether a message of theirs is still unhandled."""
    with talks.database.session() as session:
        accepted = exists().where(Arrival.channel == channel, Arrival.sender == sender)
        unhandled = bool(session.scalar(select(accepted)))
        known = store.find_conversation(session, channel, sender)
        if known is None:
            return [], unhandled
        conversation = session.get_one(Conversation, known.id, with_for_update=True)
        items = outbox.waiting(session, conversation.id)
        told = [message for item in items for message in parcels.told_by(session, item)]
        outbox.hand_over(items, talks.clock.now())
        if told:
            conversation.buttons = [button for message in told for button in message.buttons]
        return [store.said(session, talks.vault, message).reply for message in told], unhandled


async def _either(changed: asyncio.Event, seconds: float) -> None:
    news = asyncio.create_task(changed.wait())
    await asyncio.wait({news}, timeout=seconds)
    news.cancel()
