"""Every query on conversations and messages. The caller owns the transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels.protocol import Reply
from conversations.models import Conversation, Message
from conversations.views import Said
from core.ids import new_id
from core.privacy import Cipher, Vault


def find_conversation(session: Session, channel: str, sender: str) -> Conversation | None:
    """The citizen's conversation in this channel."""
    query = select(Conversation).where(Conversation.channel == channel, Conversation.sender == sender)
    return session.scalar(query)


def open_conversation(session: Session, channel: str, sender: str, now: datetime) -> Conversation:
    """The citizen's conversation in this channel, locked; a new one at their first word."""
    conversation = find_conversation(session, channel, sender) or _new_conversation(
        session, channel, sender, now
    )
    session.refresh(conversation, with_for_update=True)
    return conversation


def _new_conversation(session: Session, channel: str, sender: str, now: datetime) -> Conversation:
    conversation = Conversation(
        id=new_id(), channel=channel, sender=sender, created_at=now, updated_at=now,
        session_no=1, session_messages=0, last_seq=0, buttons=[], tried=[],
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(conversation)
    except IntegrityError:  # another process began it at the same moment
        begun = select(Conversation).where(Conversation.channel == channel, Conversation.sender == sender)
        return session.scalars(begun).one()
    return conversation


def locked(session: Session, conversation_id: str) -> Conversation | None:
    """The conversation, until the transaction ends for nobody else to change.

    Whoever adds a message locks first: the bot's reply and a person's word may fall into the same moment.
    """
    return session.get(Conversation, conversation_id, with_for_update=True)


def find_message(session: Session, conversation_id: str, channel_message_id: str) -> Message | None:
    """The message that the channel already delivered under this id."""
    query = select(Message).where(
        Message.conversation_id == conversation_id, Message.channel_message_id == channel_message_id
    )
    return session.scalar(query)


def add_message(
    session: Session, cipher: Cipher, conversation: Conversation, author: str, reply: Reply, now: datetime,
    **fields: Any,
) -> Message:  # fmt: skip
    """Append what somebody said to a locked conversation; `text` is masked already, and is encrypted here."""
    conversation.last_seq += 1
    conversation.updated_at = now
    message = Message(
        id=new_id(), conversation_id=conversation.id, seq=conversation.last_seq, author=author,
        kind=reply.kind, text=cipher.encrypt(reply.text), data=reply.data, at=now,
        buttons=[button.model_dump() for button in reply.buttons], **fields,
    )  # fmt: skip
    session.add(message)
    return message


_WITH_REFERENCES = ("matter", "name", "phone", "email")
"""What a form is filled in with. (A ticket's own `phone` is that of a department, and holds none.)"""

WHISPER = "whisper"
"""The author of what staff say to staff: no query for a citizen may find it."""


def messages_after(
    session: Session, conversation_id: str, seq: int, limit: int = 500, *, whispers: bool = True
) -> list[Message]:
    """What was said after `seq`, oldest first; of more than `limit`, the newest.

    For the eyes of a citizen: without `whispers`.
    """
    said = true() if whispers else Message.author != WHISPER
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.seq > seq, said)
        .order_by(Message.seq.desc())
        .limit(limit)
    )
    return list(reversed(session.scalars(query).all()))


def last_message(session: Session, conversation: Conversation) -> Message | None:
    """What the citizen said or heard last."""
    heard = select(Message).where(Message.conversation_id == conversation.id, Message.author != WHISPER)
    return session.scalar(heard.order_by(Message.seq.desc()).limit(1))


def replies_to(session: Session, message_id: str) -> list[Message]:
    """The replies that a citizen's message got."""
    return list(
        session.scalars(select(Message).where(Message.in_reply_to == message_id).order_by(Message.seq))
    )


def unhandled(session: Session) -> list[Message]:
    """Messages of citizens that were stored but never replied to, oldest first."""
    query = select(Message).where(Message.handled.is_(False), Message.author == "citizen")
    return list(session.scalars(query.order_by(Message.at, Message.seq)))


def opened_files(cipher: Cipher, data: Mapping[str, Any]) -> dict[str, Any]:
    """The files that come with a message, which are kept encrypted; nothing where there are none."""
    return {"files": json.loads(cipher.decrypt(data["files"]))} if data.get("files") else {}


def said(session: Session, vault: Vault, message: Message) -> Said:
    """The message, readable."""
    data = dict(message.data)
    data |= {name: vault.reveal(session, data[name]) for name in _WITH_REFERENCES if data.get(name)}
    data |= opened_files(vault.cipher, data)
    return Said(
        key=message.id, seq=message.seq, id=message.channel_message_id or message.id, author=message.author,
        kind=message.kind, text=vault.reveal(session, vault.cipher.decrypt(message.text)),
        buttons=message.buttons, data=data, at=message.at,
    )  # fmt: skip
