"""The part of a webhook call that we read; everything else in it is let through unread."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Call(_Part):
    """A batch of events of one kind of thing, here of pages."""

    object: str
    entry: list[Any]


class Entry(_Part):
    """A page's events, each of which is read by itself: one that is broken hides no other.

    `standby` holds what another application answers.
    """

    id: str
    messaging: list[Any] = []
    standby: list[Any] = []


class Somebody(_Part):
    # No control characters: PostgreSQL keeps no NUL.
    id: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")


class Content(_Part):
    """Where something is, and the number of a sticker."""

    url: str = ""
    sticker_id: int | None = None


class Attachment(_Part):
    """Something that came with a message, or instead of words."""

    type: str = Field(max_length=40)
    payload: Content | None = None

    @property
    def url(self) -> str:
        """Where it is; empty where it is nowhere."""
        return self.payload.url if self.payload else ""

    @property
    def sticker(self) -> int | None:
        """A sticker's number: for some time stickers came as pictures too."""
        return self.payload.sticker_id if self.payload else None


class QuickReply(_Part):
    payload: str


class Message(_Part):
    """What was said; `is_echo`: by ourselves."""

    mid: str = Field(min_length=1)
    text: str = ""
    is_echo: bool = False
    quick_reply: QuickReply | None = None
    attachments: list[Attachment] = []


class Postback(_Part):
    """A pressed button that isn't a quick reply: the start button, or one of the page's menu."""

    title: str = ""
    payload: str = ""
    mid: str = ""


class Event(_Part):
    """One thing that happened; `timestamp` in milliseconds."""

    sender: Somebody
    timestamp: int = 0
    message: Message | None = None
    postback: Postback | None = None

    @property
    def id(self) -> str:
        """The vendor's name of the event, or what tells it from the citizen's others; as long as we keep."""
        button = self.postback or Postback()
        given = self.message.mid if self.message else button.mid
        named = given or f"{self.sender.id}\n{self.timestamp}\n{button.payload}"
        return hashlib.sha256(named.encode()).hexdigest()
