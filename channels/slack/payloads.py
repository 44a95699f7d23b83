"""The part of Slack's requests that we read; everything else in them is let through unread."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,40}$")]
EventId = Annotated[str, Field(pattern=r"^[!-~]{1,80}$")]
Moment = Annotated[str, Field(pattern=r"^[0-9]{1,20}\.[0-9]{1,20}$")]
"""What Slack calls `ts`: it names a message within its channel."""

WRITTEN_BY_PEOPLE = ("", "file_share", "thread_broadcast", "me_message")
"""The subtypes of a person's own message; all others tell of something that happened."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Envelope(_Part):
    """What the Events API sends: a challenge, an event, or news about the app."""

    type: str
    challenge: str = ""
    event_id: EventId = ""
    event: dict[str, Any] = Field(default_factory=dict)


class SharedFile(_Part):
    """A file of a message; without an address where Slack holds it back."""

    name: str | None = None
    mimetype: str | None = None
    url_private: str = ""


class Message(_Part):
    """A message of a person, in a direct message or as a mention."""

    user: Id
    channel: Id
    ts: Moment
    thread_ts: Moment | None = None
    text: str = ""
    files: list[SharedFile] = Field(default_factory=list)


class Named(_Part):
    """Somebody or something with an id."""

    id: Id


class Words(_Part):
    """A text object."""

    text: str = ""


class Pressed(_Part):
    """A button that was pressed."""

    action_id: str = ""
    action_ts: Moment
    value: str = ""
    text: Words = Words()


class Around(_Part):
    """The message that a button stands under."""

    ts: Moment | None = None
    thread_ts: Moment | None = None


class Typed(_Part):
    """What stands in a field of a dialog."""

    value: str | None = None


class State(_Part):
    """The fields of a dialog, by block and by field."""

    values: dict[str, dict[str, Typed]] = Field(default_factory=dict)


class View(_Part):
    """A dialog."""

    callback_id: str = ""
    private_metadata: str = ""
    state: State = State()


class Interaction(_Part):
    """What somebody did: pressed buttons, or sent a dialog off."""

    type: str
    user: Named | None = None
    channel: Named | None = None
    message: Around | None = None
    trigger_id: str = ""
    actions: list[Pressed] = Field(default_factory=list)
    view: View | None = None


class Writing(BaseModel):
    """What a dialog remembers: the ticket that is answered, and its last event when it was opened."""

    number: str
    seen: int | None = None
