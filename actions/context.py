"""What the actions act upon: rasa-sdk makes them without arguments, so it is left here for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conversations.speech import Speech
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
    department_of: Callable[[str], str | None]
    """Whose business a matter is, by its words; None when no department stands out."""


_current: list[Context] = []


def use(context: Context) -> None:
    """Called once by the composition root, and by tests."""
    _current[:] = [context]


def current() -> Context:
    """The context of this process."""
    return _current[0]
