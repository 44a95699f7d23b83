"""What every channel promises, and the words that pass through it.

A new channel is one folder with one class that keeps these promises, and one line in `channels.registry`:

1. `verify` lets only genuine requests in: it raises `Unauthorized` or `Forbidden`, and has no other effect.
2. `parse` turns a raw body into an `Inbound`, or says why it deliberately does nothing (`Ignored`); a body
   that can't be read raises `Malformed`. The message id is the channel's own: it tells a second delivery.
3. `render` turns replies into the body that the channel expects, inside every limit of the channel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel, Field

LONGEST_TEXT = 2000
"""Characters that one message of a citizen may have, in every channel."""


@dataclass(frozen=True)
class Request:
    """A request as it came: header names in lower case."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Inbound:
    """One message of a citizen.

    `sender` is the channel's own id of the person, `message_id` that of the message; `payload` tells which
    button was pressed, if one was.
    """

    channel: str
    sender: str
    message_id: str
    text: str
    payload: str | None = None


@dataclass(frozen=True)
class Ignored:
    """A genuine request that needs no answer, and why."""

    reason: str


class Button(BaseModel):
    """Something a citizen can press; `payload` comes back when they do."""

    label: str
    payload: str


class Reply(BaseModel):
    """One thing said to a citizen.

    `kind` is one of text, answer, choices, feedback, offer, form, ticket, status, staff; `data` holds what a
    channel with more than text may show besides (see the widget).
    """

    kind: str
    text: str
    buttons: list[Button] = Field(default_factory=list)
    data: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Abilities:
    """What a channel can do, so that everything else can degrade by it.

    `form`: it shows a whole form itself. `push`: it can be told something that it didn't ask for.
    """

    form: bool = False
    push: bool = False


class Channel(Protocol):
    """A way in and out; see the module's text for the promises."""

    name: str
    abilities: Abilities

    def verify(self, request: Request) -> None:
        """Raise `Unauthorized` or `Forbidden` unless the request is genuine."""
        ...

    def parse(self, request: Request) -> Inbound | Ignored:
        """The message in a verified request; raises `Malformed` when it can't be read."""
        ...

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """The JSON body that answers a request with these replies."""
        ...
