"""Which department a matter goes to: rules first, then what was corrected before, then what it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy.orm import Session

from core.database import Database
from core.privacy import Vault
from desk.models import Staff, Ticket
from embeddings.protocols import Vectors

MOST: Final = 3

Ranked: TypeAlias = Callable[[str], Sequence[tuple[str, float]]]
"""A matter → ids of the departments it may be about with their shares (0..1, together 1), best first."""
Encode: TypeAlias = Callable[[list[str]], Vectors]
"""Texts → vectors of length 1."""


@dataclass(frozen=True)
class Route:
    """Where a matter goes; `department_id` None: the front desk decides (the ticket stays unassigned).

    `candidates` are at most three departments with their shares, for the eyes of staff; `duty` is the duty of
    one of the department's people that the matter fits, as it stands in the directory.
    """

    department_id: str | None
    by: Literal["rule", "lesson", "meaning", "front"]
    candidates: tuple[tuple[str, float], ...] = ()
    duty: str | None = None


class Router:
    """Thread-safe. Rules and lessons are read at every question: a correction counts at once."""

    def __init__(self, database: Database, vault: Vault, ranked: Ranked, encode: Encode) -> None:
        self._database = database
        self._vault = vault
        self._ranked = ranked
        self._encode = encode

    def route(self, matter: str, kind: str) -> Route:
        """Where a matter of that kind (`desk.kinds`) goes. Never raises for any text."""
        return Route(None, "front", tuple(self._ranked(matter))[:MOST])

    def learn(
        self, session: Session, ticket: Ticket, matter: str, department_id: str, staff: Staff, now: datetime
    ) -> None:
        """From now on what is like this matter goes to that department; `staff` says so."""
