"""The card of a ticket: whoever takes it over sees it first, and the citizen says nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from core.privacy import Vault
from desk import tickets
from desk.models import Staff, Ticket, TicketEvent
from desk.schemas import TicketDetails
from desk.wording import checked

_OPEN: Final = "\n\n[남은 사항]\n"
_SPOKEN: Final = frozenset(
    {"asked", "told", "apologised", "extended", "delayed", "answered", "decided", "remedied"}
    | {"added", "reopened", "withdrawn"}
)
"""Events whose words the citizen has heard or said."""


@dataclass(frozen=True)
class Given:
    """Something that was said already: by `who` ("고객" or the name of a member of staff)."""

    at: datetime
    who: str
    kind: str
    words: str


@dataclass(frozen=True)
class Card:
    """Who asks, what, which FAQ entries were tried, what was said, and what the last hand-over left.

    `who` holds the matter too. `summary` and `open_points` are empty until the ticket is transferred.
    """

    number: str
    who: TicketDetails
    matter: str
    tried: tuple[str, ...]
    given: tuple[Given, ...]
    summary: str
    open_points: str


def card(session: Session, vault: Vault, ticket: Ticket) -> Card:
    """The card, readable; the caller logs the access."""
    events = tickets.history(session, ticket)
    who = tickets.details(session, vault, ticket)
    transfers = [event for event in events if event.kind == "transferred"]
    words = tickets.opened_words(session, vault, transfers[-1]) if transfers else ""
    summary, _, open_points = words.partition(_OPEN)
    return Card(
        number=ticket.number,
        who=who,
        matter=vault.reveal(session, who.matter or ""),
        tried=tuple(ticket.tried),
        given=tuple(_given(session, vault, event) for event in events if event.kind in _SPOKEN),
        summary=summary,
        open_points=open_points,
    )


def handed_over(summary: str, open_points: str) -> str:
    """Both as the words of one event; raises `Invalid` for a card that is too long."""
    return checked(f"{summary}{_OPEN}{open_points.strip()}" if open_points.strip() else summary)


def _given(session: Session, vault: Vault, event: TicketEvent) -> Given:
    staff = session.get(Staff, event.actor)
    who = staff.name if staff else {"citizen": "고객"}.get(event.actor, "자동 안내")
    return Given(event.at, who, event.kind, tickets.opened_words(session, vault, event))
