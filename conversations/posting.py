"""A member of staff says something in a conversation: always signed, and never lost on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from channels.protocol import Channel, Reply
from conversations import outbox, replies, store
from conversations.models import Conversation, Message
from core.privacy import Vault
from desk import directory
from desk.models import Staff


def post(
    session: Session, vault: Vault, channels: Mapping[str, Channel], conversation: Conversation,
    reply: Reply, staff: Staff, now: datetime, author: str = "staff", ticket_id: str | None = None,
) -> Message:  # fmt: skip
    """Add the message to a locked conversation, signed; the outbox brings it on its way.

    Name, department and telephone are the system's to add: nothing in `reply` can change them.
    """
    signature = replies.signature(directory.contact(staff))
    signed = reply.model_copy(update={"data": reply.data | {"signed": signature}})
    message = store.add_message(session, vault.cipher, conversation, author, signed, now)
    session.flush()
    outbox.owe(
        session, vault, channels[conversation.channel], [message], conversation, now, ticket_id=ticket_id
    )
    return message
