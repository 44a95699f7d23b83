"""A member of staff says something in a conversation: always signed, and never lost on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from channels.protocol import Channel, Reply
from conversations import outbox, replies, store
from conversations.models import Conversation, Message
from conversations.ways import Standing
from core.privacy import Vault
from desk import directory
from desk.models import Staff


def signed(reply: Reply, staff: Staff) -> Reply:
    """Name, department and telephone are the system's to add: nothing in `reply` can change them."""
    signature = replies.signature(directory.contact(staff))
    return reply.model_copy(update={"data": reply.data | {"signed": signature}})


def post(
    session: Session, vault: Vault, channels: Mapping[str, Channel], conversation: Conversation,
    reply: Reply, staff: Staff, now: datetime, author: str = "staff", ticket_id: str | None = None,
    how: Standing = "sent",
) -> Message:  # fmt: skip
    """Add the message to a locked conversation, signed; the outbox brings it, unless it is only kept."""
    message = store.add_message(session, vault.cipher, conversation, author, signed(reply, staff), now)
    session.flush()
    channel = channels.get(conversation.channel)
    if channel and how != "kept":
        waits = how == "waits"
        outbox.owe(session, vault, channel, [message], conversation, now, ticket_id=ticket_id, waits=waits)
    return message
