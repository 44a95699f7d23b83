"""Conversations, their messages, and what still has to reach a citizen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, UtcDateTime


class Conversation(Base):
    """One citizen in one channel, over all their visits."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "sender"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    sender: Mapped[str] = mapped_column(String(80))
    staff_id: Mapped[str | None] = mapped_column(String(32))
    """The member of staff who talks with the citizen; None while the bot does."""
    session_no: Mapped[int] = mapped_column(Integer, default=1)
    """Counts Rasa's sessions: a fresh one after a long pause, many messages, or an opened ticket."""
    session_messages: Mapped[int] = mapped_column(Integer, default=0)
    awaiting_form: Mapped[str | None] = mapped_column(String(32))
    awaiting_slot: Mapped[str | None] = mapped_column(String(32))
    """Which field the dialogue waits for: it tells what a text is, before anything else sees it."""
    buttons: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """What can be pressed now: in a text-only channel its label or number is typed instead."""
    question: Mapped[str | None] = mapped_column(Text)
    """The last real question, masked and encrypted: a ticket's matter, so that nothing is asked twice."""
    department_id: Mapped[str | None] = mapped_column(String(64))
    """The department whose business the last question clearly is: a ticket goes there."""
    tried: Mapped[list[str]] = mapped_column(JSON, default=list)
    """FAQ ids that were given as answers since the last ticket."""
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When the citizen asked for a person; None when nobody is waited for, or somebody came."""
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Message(Base):
    """One thing said, by whomever; `seq` counts within the conversation."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "channel_message_id"),
        Index("ix_messages_unhandled", "handled", "author"),
        Index("ix_messages_kind_at", "kind", "at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(String(8))
    """citizen, bot, staff, system, or whisper: said by staff to staff, never to the citizen."""
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    """Masked, then encrypted."""
    buttons: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    channel_message_id: Mapped[str | None] = mapped_column(String(80))
    in_reply_to: Mapped[str | None] = mapped_column(String(32), index=True)
    handled: Mapped[bool] = mapped_column(default=True)
    """False from the moment a citizen's message is stored until its replies are."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutboxItem(Base):
    """A message that a member of staff sent and that the citizen's channel hasn't taken yet."""

    __tablename__ = "outbox"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
