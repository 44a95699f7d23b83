"""Short words for what staff and citizens do with a ticket, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.database import Database
from core.privacy import Vault
from desk import tickets
from desk.models import Department, Staff, Ticket
from tests.desk.conftest import NOW


@dataclass(frozen=True)
class Named:
    """A row that a step is given, by the name under which it is found."""

    of: Callable[[Session], Any]


def person(staff_id: str) -> Named:
    return Named(lambda session: session.get_one(Staff, staff_id))


def unit(department_id: str) -> Named:
    return Named(lambda session: session.get_one(Department, department_id))


def case(number: str) -> Named:
    return Named(lambda session: tickets.find(session, number))


OWN = {"add", "withdraw", "objection"}
"""Steps of the citizen."""


class Actor:
    """Acts on one desk; `at` is the present moment of whatever comes next."""

    def __init__(self, desk: Database, vault: Vault) -> None:
        self.desk = desk
        self.vault = vault
        self.at = NOW

    def __call__(
        self, step: Callable[..., Any], number: str, *args: Any, by: str = "cho", at: datetime | None = None,
        **more: Any,
    ) -> Any:  # fmt: skip
        """Take the step of `desk.steps`; whatever is `Named` is found first."""
        with self.desk.session() as session:
            ticket = self.ticket(session, number)
            who = [] if step.__name__ in OWN else [session.get_one(Staff, by)]
            found = [one.of(session) if isinstance(one, Named) else one for one in args]
            return step(session, self.vault, ticket, *who, at or self.at, *found, **more)

    def ticket(self, session: Any, number: str) -> Ticket:
        found = tickets.find(session, number)
        assert found is not None
        return found

    def row(self, number: str) -> Ticket:
        """The ticket's row, outside of any transaction."""
        with self.desk.session() as session:
            return self.ticket(session, number)

    def events(self, number: str) -> list[tuple[str, str]]:
        """Kind and actor of everything that happened."""
        with self.desk.session() as session:
            history = tickets.history(session, self.ticket(session, number))
            return [(event.kind, event.actor) for event in history]

    def kinds(self, number: str) -> list[str]:
        return [kind for kind, _ in self.events(number)]

    def words(self, number: str) -> list[str]:
        """What was written with the events, where something was."""
        with self.desk.session() as session:
            history = tickets.history(session, self.ticket(session, number))
            found = [tickets.opened_words(session, self.vault, event) for event in history]
            return [words for words in found if words]
