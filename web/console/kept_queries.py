"""What somebody searched for, kept for a while under a number that tells nothing: an address may hold that.

A name or a telephone number must stand in no address: neither in the browser's history nor in a log.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conversations.search import Query
from core.clock import Clock

_KEPT_FOR: Final = timedelta(hours=8)
_MOST: Final = 2000


@dataclass(frozen=True)
class _Kept:
    staff_id: str
    query: Query
    at: datetime


class KeptQueries:
    """In memory alone; thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keep(self, staff_id: str, query: Query) -> str:
        """The number under which this member of staff, and nobody else, finds the query again."""
        number = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[number] = _Kept(staff_id, query, self._clock.now())
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return number

    def get(self, staff_id: str, number: str) -> Query | None:
        """The query; None when it is somebody else's, or too long ago."""
        with self._lock:
            kept = self._kept.get(number)
        if kept is None or kept.staff_id != staff_id or self._clock.now() - kept.at > _KEPT_FOR:
            return None
        return kept.query
