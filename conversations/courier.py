"""Brings the outbox's items on their way: one after the other in a lane, many lanes at a time."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from channels.protocol import Outcome, Receipt, Sender
from conversations import outbox
from conversations.hub import STAFF, Hub
from conversations.outbox import Parcel
from core.clock import Clock
from core.database import Database
from core.privacy import Vault
from core.threads import in_thread

MOST_AT_ONCE = 20
LOOKS_EVERY = 1.0
"""Seconds: what is tried again, or was owed by another process, is found so late."""

log = structlog.get_logger()


@dataclass
class Courier:
    """One process, one instance; several processes may share a database."""

    database: Database
    vault: Vault
    senders: Mapping[str, Sender]
    clock: Clock
    hub: Hub
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Until cancelled: what is owed goes out, at once when this process owes it."""
        try:
            with self.hub.watch(STAFF) as changed:
                while True:
                    changed.clear()
                    if not await self._some():
                        await self._pause(changed)
        finally:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def round(self) -> int:
        """Send what may go out now, and wait for it; returns how much that was."""
        count = await self._some()
        await asyncio.gather(*self._under_way)
        return count

    async def _pause(self, changed: asyncio.Event) -> None:
        news = asyncio.create_task(changed.wait())
        await asyncio.wait({news, *self._under_way}, timeout=LOOKS_EVERY, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()

    async def _some(self) -> int:
        if (free := MOST_AT_ONCE - len(self._under_way)) <= 0:
            return 0
        parcels = await in_thread(self._claim, free)
        for parcel in parcels:
            task = asyncio.create_task(self._carry(parcel))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(parcels)

    def _claim(self, most: int) -> list[Parcel]:
        with self.database.session() as session:
            return outbox.claim(session, self.vault, self.clock.now(), most)

    async def _carry(self, parcel: Parcel) -> None:
        sender = self.senders.get(parcel.route)
        if sender is None:
            receipt = Receipt(Outcome.REFUSED, "연결되어 있지 않은 채널입니다.")
        else:
            try:
                receipt = await sender.send(parcel.delivery)
            except Exception as error:  # noqa: BLE001 - a mistake in one channel must not stop the others
                receipt = Receipt(Outcome.LATER, "프로그램 오류로 보내지 못했습니다.", uncertain=True)
                place = traceback.extract_tb(error.__traceback__)[-1]
                at = f"{place.filename}:{place.lineno}"
                log.error("a channel failed to send", route=parcel.route, error=type(error).__name__, at=at)
        await in_thread(self._settle, parcel, receipt, sender)

    def _settle(self, parcel: Parcel, receipt: Receipt, sender: Sender | None) -> None:
        abilities = getattr(sender, "abilities", None)  # a mere way out has none
        waits = abilities is not None and abilities.reach == "next"
        with self.database.session() as session:
            outbox.settle(session, parcel, receipt, self.clock.now(), waits)
