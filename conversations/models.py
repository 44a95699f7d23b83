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
    address_ref: Mapped[str | None] = mapped_column(String(64))
    """The vault item with the address that `sender` is a fingerprint of, where that is personal data."""
    thread: Mapped[str | None] = mapped_column(Text)
    """What an answer refers to in the channel (`Inbound.thread`), encrypted."""
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the citizen wrote last: some channels close their window by it."""
    notify: Mapped[str] = mapped_column(String(8), default="any")
    """Where the citizen wants to hear of staff's replies: channel, email or none; any until they say so."""
    citizen_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """The same in all conversations that were proved to be of one citizen; None while there is only this."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Arrival(Base):
    """A messenger's message from the moment it is accepted until it is handled: a crash loses none.

    `body_ref` names a vault item, the whole of it; both go when the message is handled.
    """

    __tablename__ = "arrivals"
    __table_args__ = (UniqueConstraint("channel", "sender", "channel_message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    sender: Mapped[str] = mapped_column(String(80))
    channel_message_id: Mapped[str] = mapped_column(String(80))
    body_ref: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    """How often its handling was begun again; after a few times it is left to a person."""


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
    """Something on its way to somebody: messages of a conversation, or words that stand in none.

    Items of one `lane` go out in their order. `state` is owed (to be pushed), waits (for the citizen's next
    message), sent, failed or cancelled.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_lane_state", "lane", "state", "id"),
        Index("ix_outbox_state_after", "state", "after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """The same at each try: vendors that can, tell a repetition by it."""
    route: Mapped[str] = mapped_column(String(16))
    """The way it goes: a channel's name, "sms"; not always that of the conversation."""
    lane: Mapped[str] = mapped_column(String(120))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id"), index=True)
    through: Mapped[int | None] = mapped_column(Integer)
    """The `seq` of the last one, where the message is the first of several replies that go together."""
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    ticket_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """The ticket whose page tells staff when it fails."""
    words: Mapped[str | None] = mapped_column(Text)
    """Where there is no message: the reply as JSON, encrypted."""
    address: Mapped[str | None] = mapped_column(Text)
    """Where there is no conversation: the channel's own id of whom it goes to, encrypted. By e-mail and SMS
    it goes to what the ticket's citizen left, which is read from the vault when it is sent."""
    way_back: Mapped[str | None] = mapped_column(Text)
    """`Inbound.way_back` of the message that it answers, encrypted."""
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    """Parts of it that the vendor has taken."""
    after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Not before; while a process sends it: until then nobody else may."""
    token: Mapped[str | None] = mapped_column(String(32))
    """Whoever holds the lease; only they settle it."""
    uncertain: Mapped[bool] = mapped_column(default=False)
    """Whether some try may have reached them although we were not told: a repetition is possible."""
    vendor_id: Mapped[str | None] = mapped_column(String(80))
    """What the vendor calls it, once it has taken it."""
    taken_by: Mapped[str | None] = mapped_column(String(32))
    """The citizen's message whose answer took it along: delivered again, that gets the same answer."""
    replaces: Mapped[bool] = mapped_column(default=False)
    """It takes the place of what was sent last to the same address about the same ticket."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    """What came of the last try, in Korean, for staff."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DoorCode(Base):
    """A code that was sent to a citizen's known address, to be told in another conversation of theirs.

    It stays for a day, so that nobody is sent too many; the newest of a conversation counts.
    """

    __tablename__ = "door_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    """Where the code is to be told."""
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    code_ref: Mapped[str] = mapped_column(String(64))
    """The vault item with the code itself, for whoever is told it; destroyed when its time is over."""
    item_id: Mapped[int | None] = mapped_column(Integer)
    """What brings it there: cancelled when its time is over."""
    tries_left: Mapped[int] = mapped_column(Integer)
    told: Mapped[bool] = mapped_column(default=False)
    """Whether it was told rightly."""
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
