"""Who is looking at what, and who is typing, right now. In memory: it is worth nothing a minute later."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from core.clock import Clock
from desk.models import Staff

CITIZEN = "citizen"
"""The one who types that is no member of staff."""
_LOOKING = timedelta(seconds=15)
_TYPING = timedelta(seconds=6)
Key = TypeVar("Key")


@dataclass(frozen=True)
class Viewer:
    """A member of staff who has the same ticket or conversation open."""

    id: str
    name: str


class Presence:
    """A page reports every few seconds; who has not reported for a while is gone. Thread-safe.

    `subject` names what is looked at: "ticket:<number>" or "conversation:<id>".
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, dict[Viewer, datetime]] = {}
        self._typing: dict[str, dict[str, datetime]] = {}

    def seen(self, subject: str, staff: Staff) -> None:
        """`staff` has the subject open."""
        viewer = Viewer(staff.id, f"{staff.name} {staff.title}".strip())
        with self._lock:
            self._seen.setdefault(subject, {})[viewer] = self._clock.now()
            _forget(self._seen, self._clock.now() - _LOOKING)

    def others(self, subject: str, staff: Staff) -> list[Viewer]:
        """Who else has the subject open, by name."""
        since = self._clock.now() - _LOOKING
        with self._lock:
            seen = self._seen.get(subject, {})
            here = [viewer for viewer, at in seen.items() if at >= since and viewer.id != staff.id]
        return sorted(here, key=lambda viewer: (viewer.name, viewer.id))

    def typing(self, conversation_id: str, who: str) -> None:
        """`who`, a staff id or CITIZEN, has just pressed a key; to be repeated at least every 5 seconds."""
        with self._lock:
            self._typing.setdefault(conversation_id, {})[who] = self._clock.now()
            _forget(self._typing, self._clock.now() - _TYPING)

    def said(self, conversation_id: str, who: str) -> None:
        """What was typed has been sent."""
        with self._lock:
            self._typing.get(conversation_id, {}).pop(who, None)

    def typists(self, conversation_id: str) -> list[str]:
        """Who is typing there: staff ids, and CITIZEN."""
        since = self._clock.now() - _TYPING
        with self._lock:
            return sorted(who for who, at in self._typing.get(conversation_id, {}).items() if at >= since)


def _forget(kept: dict[str, dict[Key, datetime]], before: datetime) -> None:
    """Drop what is too old, so that nothing piles up."""
    for subject, moments in list(kept.items()):
        for key in [key for key, at in moments.items() if at < before]:
            del moments[key]
        if not moments:
            del kept[subject]
