"""What the process does by itself, again and again: the desk's clock, and letters to staff."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog

from conversations import citizens_files, door_codes
from core.mail import Mail, Mailer, Outcome
from core.threads import in_thread
from desk import letters, watch
from web.composition import House

EVERY: Final = 30.0
"""Seconds between two rounds."""

_GRACE: Final = 5.0

Job = Callable[[], Awaitable[None]]

log = structlog.get_logger()


def jobs(house: House) -> Mapping[str, Job]:
    """Everything that is done in a round, by its name in the log."""
    return {
        "desk": lambda: _tick(house),
        "leftovers": lambda: _sweep(house),
        "search": lambda: _index(house),
        "arrivals": lambda: _retry(house),
        "mail": lambda: _post(house, house.mailer) if house.mailer else _forget(house),
    }


@asynccontextmanager
async def watching(todo: Mapping[str, Job], every: float = EVERY) -> AsyncIterator[None]:
    """Do a round every so many seconds in the background; the end waits a little for a round under way."""
    stopped = asyncio.Event()
    task = asyncio.create_task(_rounds(todo, every, stopped))
    try:
        yield
    finally:
        stopped.set()
        _, late = await asyncio.wait({task}, timeout=_GRACE)
        for one in late:
            one.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _rounds(todo: Mapping[str, Job], every: float, stopped: asyncio.Event) -> None:
    while not stopped.is_set():
        try:
            await asyncio.wait_for(stopped.wait(), every)
        except TimeoutError:
            await round_of(todo)


async def round_of(todo: Mapping[str, Job]) -> None:
    """Do each job once. One that fails is logged, hinders no other, and has its turn in the next round."""
    for name, job in todo.items():
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - the clock must go on whatever happens
            # The text of an error may hold what a citizen wrote: only its kind and its place are logged.
            place = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{place.filename}:{place.lineno}"
            log.error("a background job failed", job=name, error=type(error).__name__, at=at)


async def _tick(house: House) -> None:
    def work() -> None:
        with house.database.session() as session:
            watch.tick(session, house.clock.now())

    await in_thread(work)


async def _sweep(house: House) -> None:
    """Destroy what was only kept for a while: codes, and files that no ticket came for."""

    def work() -> None:
        with house.database.session() as session:
            door_codes.sweep(session, house.clock.now())
            citizens_files.sweep(session, house.attachments, house.clock.now())

    await in_thread(work)


async def _index(house: House) -> None:
    await in_thread(house.search.catch_up)


async def _retry(house: House) -> None:
    await house.conversations.retry()


async def _post(house: House, mailer: Mailer) -> None:
    """Send the letters that are owed. What a crash leaves unsettled is tried again later."""

    def claim() -> Mapping[str, Mail]:
        with house.database.session() as session:
            settings = house.settings
            return letters.claim(session, settings.foundation_name, settings.public_url, house.clock.now())

    def settle(outcomes: Mapping[str, Outcome]) -> None:
        with house.database.session() as session:
            for notice_id, outcome in outcomes.items():
                letters.settle(session, notice_id, outcome, house.clock.now())

    if owed := await in_thread(claim):
        outcomes = await mailer.send(list(owed.values()))
        await in_thread(settle, dict(zip(owed, outcomes, strict=True)))


async def _forget(house: House) -> None:
    def work() -> None:
        with house.database.session() as session:
            letters.forget(session)

    await in_thread(work)
