"""Runs all processes of one installation, and ends them together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ops.child import Child, Pace, Spec
from ops.logs import RotatingLog


def say(text: str) -> None:
    """One line for the operator."""
    with contextlib.suppress(OSError):  # a closed terminal must not keep children from being ended
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Supervisor:
    """`run` returns when it was asked to end (Ctrl-C, SIGTERM), after every child has ended."""

    def __init__(
        self,
        specs: Sequence[Spec],
        logs: Path,
        announce: Callable[[Sequence[str]], None],
        pace: Pace | None = None,
        patience: float = 60,
    ) -> None:
        """`announce` is called once, with the titles of those that aren't ready after `patience` seconds."""
        self._specs, self._logs, self._announce = specs, logs, announce
        self._pace, self._patience = pace or Pace(), patience

    async def run(self) -> None:
        """Start everything, keep it alive, end it when asked."""
        asked = self._listen()
        children = [Child(spec, self._log(spec), say, self._pace) for spec in self._specs]
        tasks = [asyncio.create_task(child.keep_alive()) for child in children]
        tasks.append(asyncio.create_task(self._introduce(children)))
        await asked.wait()
        say("끝내는 중입니다.")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        say("모두 끝냈습니다.")

    def _listen(self) -> asyncio.Event:
        asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, asked.set)
        return asked

    def _log(self, spec: Spec) -> RotatingLog:
        return RotatingLog(self._logs / f"{spec.name}.log")

    async def _introduce(self, children: Sequence[Child]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await asyncio.gather(*(child.ready.wait() for child in children))
        await children[0].ready.wait()  # without the first, there is nothing to show
        self._announce([child.spec.title for child in children if not child.ready.is_set()])
