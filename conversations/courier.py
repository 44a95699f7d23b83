"""Brings the outbox's items on their way: one after the other in a lane, many lanes at a time."""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from channels.protocol import Outcome, Receipt, Sender
from conversations import outbox, store, ways
from conversations.hub import STAFF, Hub
from conversations.models import Conversation, Message, OutboxItem
from conversations.outbox import Parcel
from core.clock import Clock
from core.database import Database
from core.privacy import Vault
from core.threads import in_thread
from desk.models import Ticket

MOST_AT_ONCE: Final = 24
MOST_OF_A_ROUTE: Final = 12
"""More are not begun, so that a vendor who doesn't answer keeps nobody else's citizens waiting."""
_A_LOOK: Final = 6
LOOKS_EVERY: Final = 1.0
"""Seconds: what is tried again, or was owed by another process, is found so late."""
LONGEST: Final = outbox.LEASE.total_seconds() - 15
"""Seconds that one sending may take: nobody may send what another process has leased meanwhile."""
GRACE: Final = 3.0
"""Seconds that the end waits for what is being sent."""

_LOST: Final = Receipt(Outcome.LATER, outbox.LOST, uncertain=True)
_LATE: Final = Receipt(Outcome.LATER, "보내는 데 시간이 너무 오래 걸렸습니다.", uncertain=True)
_BROKEN: Final = Receipt(Outcome.LATER, "프로그램 오류로 보내지 못했습니다.", uncertain=True)
_UNKNOWN: Final = Receipt(Outcome.REFUSED, "연결되어 있지 않은 채널입니다.")

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
    _by_route: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        """Until cancelled: what is owed goes out, at once when this process owes it."""
        try:
            with self.hub.watch(STAFF) as changed:
                while True:
                    changed.clear()
                    if not await self._look():
                        await self._pause(changed)
        finally:
            await self._end()

    async def round(self) -> int:
        """Send what may go out now, and wait for it; returns how much that was."""
        count = 0
        while some := await self._some():
            count += some
        await asyncio.gather(*self._under_way)
        return count

    async def _look(self) -> int:
        try:
            return await self._some()
        except Exception as error:  # noqa: BLE001 - a database that is away for a moment must not end it
            _told("the outbox can't be read", error)
            await asyncio.sleep(LOOKS_EVERY)
            return 0

    async def _pause(self, changed: asyncio.Event) -> None:
        news = asyncio.create_task(changed.wait())
        await asyncio.wait({news, *self._under_way}, timeout=LOOKS_EVERY, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()

    async def _end(self) -> None:
        """What isn't sent by then is tried again later, by whoever comes next."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _some(self) -> int:
        if (free := MOST_AT_ONCE - len(self._under_way)) <= 0:
            return 0
        full = [route for route, count in self._by_route.items() if count >= MOST_OF_A_ROUTE]
        claiming = asyncio.ensure_future(in_thread(self._claim, min(free, _A_LOOK), full))
        try:
            return self._start(await asyncio.shield(claiming))
        except asyncio.CancelledError:
            self._start(await claiming)  # leased already: nobody else may send it for a while
            raise

    def _start(self, parcels: list[Parcel]) -> int:
        for parcel in parcels:
            task = asyncio.create_task(self._carry(parcel))
            self._under_way.add(task)
            self._by_route[parcel.route] += 1
            task.add_done_callback(partial(self._over, parcel.route))
        return len(parcels)

    def _over(self, route: str, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._by_route[route] -= 1

    def _claim(self, most: int, but: Collection[str]) -> list[Parcel]:
        with self.database.session() as session:
            return outbox.claim(session, self.vault, self.clock.now(), most, but)

    async def _carry(self, parcel: Parcel) -> None:
        sender = self.senders.get(parcel.route)
        try:
            receipt = await self._send(sender, parcel)
        except asyncio.CancelledError:
            await in_thread(self._settle, parcel, _LOST, sender)
            raise
        try:
            await in_thread(self._settle, parcel, receipt, sender)
        except Exception as error:  # noqa: BLE001 - its lease runs out, and it is tried again
            _told("what came of a delivery can't be noted", error, parcel.route)

    async def _send(self, sender: Sender | None, parcel: Parcel) -> Receipt:
        if sender is None:
            return _UNKNOWN
        try:
            async with asyncio.timeout(LONGEST):
                return await sender.send(parcel.delivery)
        except TimeoutError:
            return _LATE
        except Exception as error:  # noqa: BLE001 - a mistake in one channel must not stop the others
            _told("a channel failed to send", error, parcel.route)
            return _BROKEN

    def _settle(self, parcel: Parcel, receipt: Receipt, sender: Sender | None) -> None:
        abilities = getattr(sender, "abilities", None)  # a mere way out has none
        waits = receipt.waits or (abilities is not None and abilities.reach == "next")
        with self.database.session() as session:
            outbox.settle(session, parcel, receipt, self.clock.now(), waits)
            if receipt.waits:
                self._send_otherwise(session, parcel.id)

    def _send_otherwise(self, session: Session, item_id: int) -> None:
        """A letter that now waits goes to what else the citizen left, as in a channel that never pushes."""
        item = session.get_one(OutboxItem, item_id)
        ticket = session.get(Ticket, item.ticket_id) if item.ticket_id else None
        talk = session.get(Conversation, item.conversation_id) if item.conversation_id else None
        message = session.get(Message, item.message_id) if item.message_id else None
        if item.state != outbox.WAITS or not (ticket and talk and message):
            return
        reply = store.said(session, self.vault, message).reply
        for route in ways.instead(session, self.vault, self.senders, ticket, talk):
            outbox.owe_otherwise(session, self.vault, route, ticket, reply, self.clock.now(), message)


def _told(what: str, error: Exception, route: str = "") -> None:
    # The text of an error may hold what a citizen wrote: only its kind and its place are logged.
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(what, route=route, error=type(error).__name__, at=f"{place.filename}:{place.lineno}")
