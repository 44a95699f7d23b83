"""The console's search over tickets and conversations: by words, by meaning, and by who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from core.clock import Clock
from core.database import Database
from core.privacy import Vault
from embeddings.protocols import Encoder


@dataclass(frozen=True)
class Query:
    """What is looked for, and where. A blank between words is AND, `|` is OR and binds closer.

    Days are those in Seoul, both inclusive. Everything left out is not asked for.
    """

    text: str = ""
    mode: Literal["words", "meaning"] = "words"
    since: date | None = None
    until: date | None = None
    department_id: str | None = None
    staff_id: str | None = None
    kind: str | None = None
    state: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Hit:
    """A ticket's matter, or one message; `snippet` is masked, `number` that of the ticket it belongs to."""

    author: str
    """citizen, staff or whisper."""
    snippet: str
    at: datetime
    channel: str
    conversation_id: str | None
    number: str | None
    kind: str | None
    state: str | None
    department: str | None
    person: str | None
    is_ticket: bool


@dataclass(frozen=True)
class PastReply:
    """How a similar matter was answered; both texts are masked. `likeness` is a cosine."""

    number: str
    matter: str
    text: str
    person: str
    department: str
    at: datetime
    likeness: float


class Search:
    """Every method opens its own transactions; not to be called inside one."""

    def __init__(self, database: Database, vault: Vault, encoder: Encoder, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._encoder = encoder
        self._clock = clock

    def find(self, query: Query, limit: int = 20, offset: int = 0) -> list[Hit]:
        """The newest first, or (by meaning) the nearest; `Invalid` for a query that asks for nothing."""
        raise NotImplementedError

    def similar_replies(self, number: str, limit: int = 3) -> Sequence[PastReply]:
        """How matters like that of the ticket `number` were answered, the most similar first."""
        raise NotImplementedError

    def catch_up(self, most: int = 200) -> int:
        """Make what was written since findable; returns how much of it that was."""
        raise NotImplementedError
