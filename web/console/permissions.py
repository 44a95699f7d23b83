"""What each role may do in the console: whoever may not sees no button, and is refused by the server."""

from __future__ import annotations

from dataclasses import dataclass

_ANSWER = frozenset({"agent", "supervisor", "admin"})
_RELOAD = frozenset({"editor", "supervisor", "admin"})
_TEACH = _ANSWER | _RELOAD


@dataclass(frozen=True)
class May:
    """An auditor may nothing of this: reading is what is left."""

    answer: bool
    """Reply to tickets, close them, take over conversations."""
    reload: bool
    """Build the FAQ's index anew."""
    teach: bool
    """Say which entry answers a citizen's question."""
    publish: bool
    """Change the FAQ's entries."""


def may(role: str) -> May:
    """The rights of a role; an unknown one has none."""
    return May(answer=role in _ANSWER, reload=role in _RELOAD, teach=role in _TEACH, publish=role in _RELOAD)
