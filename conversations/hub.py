"""Tells whoever is watching a conversation, in this process, that something changed in it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

STAFF = "staff"
"""The topic of whoever watches all conversations."""


def topic_of(channel: str, sender: str) -> str:
    """The topic, and the lane, of one citizen's conversation."""
    return f"{channel}:{sender}"


class Hub:
    """Fan-out by topic. A change is only a hint: what changed is in the database, so none can be lost."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def watch(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set at every change of the topic; the watcher clears it before it looks."""
        changed = asyncio.Event()
        self._watchers[topic].add(changed)
        try:
            yield changed
        finally:
            self._watchers[topic].discard(changed)
            if not self._watchers[topic]:
                del self._watchers[topic]

    def changed(self, topic: str) -> None:
        """Tell the watchers of the topic, and of all."""
        for name in (topic, STAFF):
            for event in self._watchers.get(name, ()):
                event.set()
