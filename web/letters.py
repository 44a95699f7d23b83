"""Citizens' letters, fetched from the mailbox: each is settled there only when it is safe with us."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from channels.email.adapter import EmailChannel
from channels.email.mailbox import Mailbox, OpenMailbox
from channels.protocol import Inbound, Request
from core.errors import Malformed, TooMany
from core.threads import in_thread
from web import webhooks
from web.composition import House
from web.watching import Job

EVERY: Final = 15.0
"""Seconds between two looks into the mailbox."""
LETTERS_AN_HOUR: Final = 12
"""From one address; two programs that answer each other get no further, and nothing of it is lost."""
_HOUR: Final = timedelta(hours=1)
_AT_ONCE: Final = 20
_MOST_TRIES: Final = 5
_ONE_AT_A_TIME: Final = 0x6C657474
"""The name of the lock, which is the database's own kind of name: a number."""

log = structlog.get_logger()


def fetching(house: House) -> Mapping[str, Job]:
    """The job that fetches letters; none where no mailbox is set."""
    channel = house.channels.get("email")
    if not isinstance(channel, EmailChannel) or channel.mailbox is None:
        return {}
    return {"letters": Postman(house, channel, channel.mailbox).round}


class Postman:
    """Looks into one mailbox."""

    def __init__(self, house: House, channel: EmailChannel, mailbox: Mailbox) -> None:
        self._house = house
        self._channel = channel
        self._mailbox = mailbox
        self._failed: Counter[str] = Counter()
        self._not_before: dict[str, datetime] = {}

    async def round(self) -> None:
        """Take in what is unread. Raises what the mailbox or the database raises: then it is tried again."""
        turn = await in_thread(self._take_turn)
        if turn is None:
            return
        try:
            await self._look()
        finally:
            await in_thread(turn.close)

    def _take_turn(self) -> Connection | None:
        """Of several processes one looks at a time; None while another does. Closing it ends the turn."""
        connection = self._house.database.engine.connect()
        mine = select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))
        if connection.dialect.name != "postgresql" or connection.scalar(mine):
            return connection
        connection.close()
        return None

    async def _look(self) -> None:
        box = await in_thread(self._mailbox.open)
        try:
            for uid in self._due(await in_thread(box.unread)):
                await self._bring(box, uid)
        finally:
            await in_thread(box.close)

    def _due(self, unread: list[str]) -> list[str]:
        now = self._house.clock.now()
        self._not_before = {uid: at for uid, at in self._not_before.items() if uid in unread and at > now}
        return [uid for uid in unread if uid not in self._not_before][:_AT_ONCE]

    async def _bring(self, box: OpenMailbox, uid: str) -> None:
        """One letter; that it can't be handled hinders no other, and in the end it is left to people."""
        raw = await in_thread(box.read, uid)
        try:
            await self._take(raw)
        except TooMany as error:
            self._not_before[uid] = self._house.clock.now() + timedelta(seconds=error.retry_after)
        except Malformed:
            webhooks.ignored[f"{self._channel.name}: unreadable"] += 1
            await in_thread(box.give_up, uid)
        except OperationalError:
            raise  # the database is away: not the letter's fault
        except Exception as error:  # noqa: BLE001 - a letter may hold anything
            self._failed[uid] += 1
            log.error("a letter can't be taken in", error=type(error).__name__, tries=self._failed[uid])
            if self._failed[uid] >= _MOST_TRIES:
                await in_thread(box.give_up, uid)
        else:
            await in_thread(box.settle, uid)

    async def _take(self, raw: bytes) -> None:
        until = asyncio.get_running_loop().time() + webhooks.AT_ONCE
        for event in await in_thread(self._channel.parse, Request(raw, at=self._house.clock.now())):
            if isinstance(event, Inbound):
                self._house.limiter.hit(f"letters:{event.sender}", LETTERS_AN_HOUR, _HOUR)
            await webhooks.handle(self._house, self._channel, event, until)
