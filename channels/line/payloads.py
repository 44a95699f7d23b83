"""The part of a webhook call that we read; everything else in it is let through unread."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)


class Call(_Part):
    """A batch of events, each of which is read by itself: one that is broken hides no other."""

    events: list[Any]


class Source(_Part):
    """Who it comes from: a user alone, or somebody in a group or room."""

    type: str
    # No control characters: PostgreSQL keeps no NUL.
    user_id: str = Field("", max_length=80, pattern=r"^[^\x00-\x1f]*$")


class Provider(_Part):
    """Who keeps a file: LINE itself, or some other address, which we never ask."""

    type: str = "line"


class Message(_Part):
    """What was said; which fields are filled depends on its type."""

    type: str = Field(max_length=40)
    # It stands in the path from which a file is fetched.
    id: str = Field("", pattern=r"^[0-9A-Za-z_.-]*$")
    text: str = ""
    file_name: str = ""
    content_provider: Provider = Provider()


class Postback(_Part):
    """A pressed button of ours: its payload, a line break, and what it says."""

    data: str

    @property
    def payload(self) -> str:
        """What our button carries."""
        return self.data.partition("\n")[0]

    @property
    def said(self) -> str:
        """The whole label, as the citizen saw it in the talk."""
        return self.data.partition("\n")[2] or self.payload


class Event(_Part):
    """One thing that happened; `timestamp` in milliseconds, also of a redelivered event the first one."""

    type: str = Field(max_length=40)
    mode: str = "active"
    timestamp: int = Field(ge=0)
    source: Source | None = None
    webhook_event_id: str = Field(min_length=1)
    reply_token: str = ""
    message: Message | None = None
    postback: Postback | None = None
