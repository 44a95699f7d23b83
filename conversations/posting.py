"""A member of staff says something in a conversation: always signed, and never lost on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from channels.protocol import Channel, Reply
from conversations import replies, store
from conversations.models import Conversation, Message, OutboxItem
from core.privacy import Cipher
from desk import directory
from desk.models import Staff


def post(
    session: Session, cipher: Cipher, channels: Mapping[str, Channel], conversation: Conversation,
    reply: Reply, staff: Staff, now: datetime, author: str = "staff",
) -> Message:  # fmt: skip
    """Add the message to a locked conversation, signed; what its channel can't be pushed waits in the outbox.

    Name, department and telephone are the system's to add: nothing in `reply` can change them.
    """
    signature = replies.signature(directory.contact(staff))
    signed = reply.model_copy(update={"data": reply.data | {"signed": signature}})
    message = store.add_message(session, cipher, conversation, author, signed, now)
    session.flush()
    pushed = channels[conversation.channel].abilities.push
    session.add(
        OutboxItem(
            message_id=message.id,
            conversation_id=conversation.id,
            created_at=now,
            delivered_at=now if pushed else None,
        )
    )
    return message
