"""Rate limits, kept in memory: a restart forgives, which is fine for limits of minutes."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

from core.clock import Clock
from core.errors import TooMany

_MESSAGE = "요청이 너무 많습니다. 잠시 후 다시 시도해 주십시오."
_MOST_KEYS = 100_000


class RateLimiter:
    """A sliding window a key."""

    def __init__(self, clock: Clock, enabled: bool = True) -> None:
        self._clock = clock
        self._enabled = enabled
        self._hits: dict[str, deque[float]] = {}

    def hit(self, key: str, limit: int, per: timedelta) -> None:
        """Count one request of `key`; raise `TooMany` when there were `limit` in the last `per`."""
        if not self._enabled:
            return
        now = self._clock.now().timestamp()
        if len(self._hits) > _MOST_KEYS:
            self._hits.clear()
        hits = self._hits.setdefault(key, deque())
        while hits and hits[0] <= now - per.total_seconds():
            hits.popleft()
        if len(hits) >= limit:
            raise TooMany(_MESSAGE, retry_after=hits[0] + per.total_seconds() - now)
        hits.append(now)
