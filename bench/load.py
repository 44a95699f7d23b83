"""The load: citizens who ask, one after another or all at once, and what became of each question."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LOST = "lost"
QUESTIONS_A_CITIZEN = 20  # then the next citizen comes


class Citizen(Protocol):
    """One conversation."""

    async def ask(self, text: str) -> str:
        """Ask, wait for the reply and return its kind; LOST when there was none."""


class Target(Protocol):
    """A running bot."""

    async def citizen(self) -> Citizen:
        """A new conversation."""


@dataclass(frozen=True)
class Measured:
    """What became of the questions of one load."""

    seconds: Sequence[float]  # each reply's, sorted
    kinds: Counter[str]
    elapsed: float

    @property
    def per_second(self) -> float:
        """Replies a second."""
        return len(self.seconds) / self.elapsed

    def percentile(self, share: float) -> float:
        """In milliseconds: at most this long took `share` (0 to 1) of the replies."""
        return 1000 * self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


async def ask_all(target: Target, questions: Sequence[str], citizens: int = 1) -> Measured:
    """Ask every question once, by so many citizens at a time; each waits for a reply before asking on."""
    waiting = list(reversed(questions))
    samples: list[tuple[float, str]] = []

    async def ask_on() -> None:
        while waiting:
            citizen = await target.citizen()
            for _ in range(min(QUESTIONS_A_CITIZEN, len(waiting))):
                if not waiting:
                    return
                text = waiting.pop()
                began = time.perf_counter()
                kind = await citizen.ask(text)
                samples.append((time.perf_counter() - began, kind))

    began = time.perf_counter()
    await asyncio.gather(*(ask_on() for _ in range(citizens)))
    elapsed = time.perf_counter() - began
    answered = sorted(seconds for seconds, kind in samples if kind != LOST)
    return Measured(answered, Counter(kind for _, kind in samples), elapsed)
