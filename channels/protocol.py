"""What every channel promises, and the words that pass through it.

A new channel is one folder with one class that keeps these promises, and one line in `channels.registry`
(the recipe is `docs/channels.md`; `tests/contracts` tries the promises on each of them):

1. `verify` lets only genuine requests in: it raises `Unauthorized` or `Forbidden`, and has no other effect.
2. `parse` turns a raw body into events; what is deliberately left alone is an `Ignored` that says why. A body
   that can't be read raises `Malformed`. The message id is the channel's own: it tells a second delivery.
3. `render` turns replies into the body that answers a request, inside every limit of the channel.
4. `send` tells a citizen something by itself. It never raises for a failure of the network or the vendor:
   the `Receipt` says what came of it, and whether the citizen may have got it all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, Final, Literal, Protocol, TypeAlias, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

LONGEST_TEXT = 2000
"""Characters that one message of a citizen may have, in every channel."""
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of one file that a citizen may send, in every channel."""
FETCH_REPLY = "fetch_reply"
"""The payload of the button under "please wait" where an answer comes too late for its request."""


@dataclass(frozen=True)
class Request:
    """A request as it came: header names in lower case, `address` that of whoever sent it."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """When it came: a signature that carries its own time is judged by this."""


@dataclass(frozen=True)
class InboundFile:
    """A file that came with a message: its bytes, or the channel's own `reference`, which `fetch` reads."""

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    media_type: str = ""
    content: bytes = b""
    reference: str = ""


@dataclass(frozen=True)
class Inbound:
    """One message of a citizen.

    `sender` is the channel's own id of the person, `message_id` that of the message; `payload` tells which
    button was pressed, if one was. Where the channel's id of a person is personal data (an e-mail address),
    `sender` is its fingerprint, and `address` and `name` are kept encrypted.
    """

    channel: str
    sender: str
    message_id: str
    text: str
    payload: str | None = None
    files: tuple[InboundFile, ...] = ()
    way_back: str = ""
    """What an answer to this very message may use, once and soon: LINE's reply token, Kakao's callback."""
    thread: str = ""
    """What an answer refers to, at any time: an e-mail's Message-ID, the thread of a Slack message."""
    address: str = ""
    name: str = ""
    number: str = ""
    """The ticket that the message is proved to be about, by a signed token in the address it came to."""


@dataclass(frozen=True)
class Ignored:
    """A genuine request that needs no answer, and why."""

    reason: str


@dataclass(frozen=True)
class Answered:
    """A question of the vendor's, not of a citizen's (a challenge): this is the answer to it."""

    body: str | Mapping[str, Any]


@dataclass(frozen=True)
class Typing:
    """The citizen is writing just now."""

    channel: str
    sender: str


@dataclass(frozen=True)
class Forget:
    """The citizen takes the consent back: what we hold of them in this channel goes."""

    channel: str
    sender: str


@dataclass(frozen=True)
class HandedBack:
    """The vendor's own people, to whom the citizen was handed over, are done: the bot has them again."""

    channel: str
    sender: str


@dataclass(frozen=True)
class Undelivered:
    """What was sent under `key` didn't arrive after all (a bounced letter); `reason` in Korean, for staff."""

    key: str
    reason: str


STAFF_ACT: Final = "staff:"
"""The payload of a button for staff is this, an act, a colon, and the ticket's number."""
CLAIM: Final = "claim"
WRITE: Final = "write"
ANSWER: Final = "answer"
"""The acts: to take the ticket on, to ask for the dialog, and what was written in it."""


@dataclass(frozen=True)
class StaffAct:
    """A member of staff acts on a ticket from their own messenger.

    `actor` is the channel's id of them; `way_back` is what a dialog may be opened with.
    """

    channel: str
    actor: str
    act: str
    number: str
    text: str = ""
    way_back: str = ""
    seen: int | None = None
    """The last event of the ticket that they knew of when they began to write."""


Event: TypeAlias = Inbound | Ignored | Answered | Typing | Forget | HandedBack | Undelivered | StaffAct


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


Reach = Literal["fetches", "push", "next"]


@dataclass(frozen=True)
class Abilities:
    """What a channel can do, so that everything else can degrade by it.

    Texts, labels and titles are measured in `unit`: code points, or UTF-16 units as JavaScript counts.
    """

    reach: Reach = "next"
    """How the citizen hears what they didn't ask for: fetched by their own program, pushed to them by us, or
    with the answer to their next message."""
    inline: bool = True
    """Whether the answer to a request reaches the citizen; else everything is pushed."""
    form: bool = False
    """It shows a whole form itself."""
    letters: bool = False
    """Each message is a letter with name and address: nothing is asked step by step."""
    text: int = 2000
    """Longest text of one bubble."""
    unit: Literal["points", "utf16"] = "points"
    bubbles: int | None = None
    """Most bubbles of one answer; None: as many as it takes."""
    buttons: int = 0
    """Most buttons at once; what is offered beyond goes by number."""
    label: int = 20
    """Longest label of a button."""
    payload: int = 80
    """Most bytes of a button's payload."""
    cards: bool = False
    files: bool = False
    """Citizens can send files."""
    typing: bool = False
    signed: bool = True
    """Requests carry a signature of their body; else a secret header or the sender's address proves them."""
    seconds: float | None = None
    """Within so many seconds the vendor wants its answer."""
    window: timedelta | None = None
    """How long after the citizen's last message the bot may write; None: always."""
    person_window: timedelta | None = None
    """How long a person may."""


@dataclass(frozen=True)
class Delivery:
    """Something to tell a citizen (or, in a channel of theirs, staff)."""

    key: str
    """Names it: 32 hexadecimal digits, the same at each try, so that a vendor can tell a repetition."""
    to: str
    replies: Sequence[Reply]
    done: int = 0
    """So many parts of it the vendor has taken at an earlier try."""
    uncertain: bool = False
    """Whether an earlier try may have reached them although we were not told."""
    by_person: bool = False
    opens: bool = False
    """The bot speaks, and it was not the bot who spoke last, or that is a day ago."""
    written_at: datetime | None = None
    """When the citizen wrote last."""
    at: datetime | None = None
    """Now."""
    way_back: str = ""
    thread: str = ""
    number: str = ""
    """The ticket that it is about."""
    replaces: str = ""
    """The vendor's name (`Receipt.id`) of what was sent before and is now said differently."""
    card: Mapping[str, str] = field(default_factory=dict)
    """What the vendor's own people may know of the matter, where a reply's `data` says `handoff`."""


class Outcome(Enum):
    """What became of a delivery."""

    SENT = "sent"
    LATER = "later"  # worth another try
    REFUSED = "refused"  # never will be taken


@dataclass(frozen=True)
class Receipt:
    """What a vendor says to a delivery."""

    outcome: Outcome
    reason: str = ""
    """Why not, in Korean, for staff; without personal data."""
    retry_after: float = 0.0
    """Seconds that the vendor asks us to wait."""
    uncertain: bool = False
    """Whether the citizen may have got it all the same, so that another try may repeat it."""
    waits: bool = False
    """What was refused can still go with the answer to the citizen's next message."""
    done: int = 0
    """Parts taken so far."""
    id: str = ""
    """The vendor's name for what was sent."""


class Sender(Protocol):
    """A way to a person."""

    name: str

    async def send(self, delivery: Delivery) -> Receipt:
        """Tell them; see the module's text."""
        ...


class Channel(Sender, Protocol):
    """A way in and out; see the module's text for the promises."""

    abilities: Abilities

    def verify(self, request: Request) -> None:
        """Raise `Unauthorized` or `Forbidden` unless the request is genuine."""
        ...

    def parse(self, request: Request) -> Sequence[Event]:
        """What a verified request tells, in its order; raises `Malformed` when it can't be read."""
        ...

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """The JSON body that answers a request with these replies."""
        ...

    async def fetch(self, file: InboundFile) -> bytes:
        """The content of a citizen's file; raises `Invalid` when it is too large or can't be had."""
        ...


@runtime_checkable
class Acknowledges(Protocol):
    """A channel that answers a request in its own way when the replies don't go with that answer."""

    def acknowledge(self, inbound: Inbound, late: bool) -> Mapping[str, Any] | None:
        """The body that answers the request; None: nothing special.

        `late`: the replies aren't there yet, and come after. Else they are, and are pushed.
        """
        ...


class StaffRoom(Protocol):
    """Where staff hear of new tickets in their own messenger, and what they can do there."""

    channel: str
    """The vendor's id of the place; empty where nothing is announced."""

    async def email_of(self, actor: str) -> str:
        """The checked address of whoever acts; raises `Forbidden` for an outsider, `Unavailable`."""
        ...

    async def ask(self, act: StaffAct, seen: int | None, words: str) -> None:
        """Open the dialog to answer in, under these words; `seen` comes back with the answer."""
        ...

    async def refuse(self, act: StaffAct, reason: str) -> Mapping[str, Any]:
        """Say why not, to them alone; returns the body that answers the request."""
        ...


@runtime_checkable
class HasStaffRoom(Protocol):
    """A channel that staff use too."""

    staff: StaffRoom
