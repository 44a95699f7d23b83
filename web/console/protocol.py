"""What the console needs from the parts below it, as it sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from desk.attachments import File
from desk.directory import Contact
from faq.decision import Candidate
from faq.entries import Entry


class TranscriptMessage(Protocol):
    """One thing said; `text` is as the citizen typed it, personal data revealed."""

    @property
    def key(self) -> str:
        """Names the message beyond its conversation."""
        ...

    @property
    def seq(self) -> int: ...
    @property
    def channel(self) -> str:
        """The door it came by."""
        ...

    @property
    def files(self) -> Sequence[File]:
        """What the citizen sent with it."""
        ...

    @property
    def author(self) -> str:
        """citizen, bot, staff, system, or whisper: for staff alone."""
        ...

    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def person(self) -> Contact | None:
        """Who of the staff said it."""
        ...

    @property
    def faq_id(self) -> str | None: ...
    @property
    def decision(self) -> str | None:
        """answer, choices or no_answer: how a citizen's question was understood."""
        ...


class Transcript(Protocol):
    """A whole conversation."""

    @property
    def id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def channels(self) -> Sequence[str]:
        """The citizen's doors, the one where staff reach them first."""
        ...

    @property
    def state(self) -> str:
        """bot, waiting (for a person) or person."""
        ...

    @property
    def person(self) -> Contact | None:
        """Who holds it, in the state `person`."""
        ...

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the citizen waits for a person."""
        ...

    @property
    def messages(self) -> Sequence[TranscriptMessage]: ...


class LiveConversation(Protocol):
    """A conversation of the last 24 hours, or one that waits for a person; `last_text` is masked."""

    @property
    def id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def person_name(self) -> str | None: ...
    @property
    def person_id(self) -> str | None: ...
    @property
    def waiting_since(self) -> datetime | None: ...
    @property
    def last_text(self) -> str: ...
    @property
    def last_at(self) -> datetime: ...
    @property
    def ticket_number(self) -> str | None: ...


class StaffDeskPort(Protocol):
    """The staff's side of the conversations. Every method may raise a `core.errors.EungdaeError`."""

    async def conversation(self, conversation_id: str, staff_id: str) -> Transcript:
        """The conversation for the eyes of this member of staff; raises `NotFound`."""
        ...

    async def live(self) -> Sequence[LiveConversation]:
        """Who waits for a person, the longest first; then those with a person, then those with the bot."""
        ...

    async def take_over(self, conversation_id: str, staff_id: str, *, force: bool = False) -> None:
        """Silence the bot; raises `Conflict` when someone else holds it, unless `force`."""
        ...

    async def give_back(self, conversation_id: str, staff_id: str) -> None:
        """Let the bot answer again; raises `Conflict` when someone else holds it."""
        ...

    async def say(self, conversation_id: str, staff_id: str, text: str) -> None:
        """Say something in a conversation that this member of staff holds; raises `Conflict` otherwise."""
        ...

    async def whisper(self, conversation_id: str, staff_id: str, text: str) -> None:
        """Say something that staff alone see."""
        ...

    async def typing(self, conversation_id: str, staff_id: str) -> None:
        """This person is writing to the citizen."""
        ...

    async def version(self, conversation_id: str) -> int:
        """The number of the last message: cheap enough to ask every few seconds."""
        ...


class FaqPort(Protocol):
    """What the console needs of the FAQ."""

    @property
    def version(self) -> str | None:
        """Names the index that answers now; None while there is none."""
        ...

    def entry(self, faq_id: str) -> Entry | None:
        """The entry with that id."""
        ...

    def search(self, text: str, k: int = 10) -> Sequence[Candidate]:
        """The best entries for a text, ranked."""
        ...

    def rebuild(self) -> object:
        """Build the index anew from the database and swap it in, while questions are being answered."""
        ...
