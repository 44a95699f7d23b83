"""What the actions act upon: rasa-sdk makes them without arguments, so it is left here for them."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.doors import Doors
from conversations.own_tickets import OwnTickets
from conversations.speech import Speech
from conversations.tickets import Opening
from core.clock import Clock
from core.database import Database
from core.privacy import Vault
from core.ratelimit import RateLimiter


@dataclass(frozen=True)
class Context:
    """The parts of the house that actions call."""

    database: Database
    vault: Vault
    speech: Speech
    clock: Clock
    limiter: RateLimiter
    opening: Opening
    own: OwnTickets
    doors: Doors


_current: list[Context] = []


def use(context: Context) -> None:
    """Called once by the composition root, and by tests."""
    _current[:] = [context]


def current() -> Context:
    """The context of this process."""
    return _current[0]
