"""A way to citizens that a test plays the vendor of."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from channels.protocol import Abilities, Delivery, Event, InboundFile, Outcome, Receipt, Reply, Request
from conversations import outbox
from conversations.models import OutboxItem
from desk.models import Notice, Ticket
from tests.conversations.world import World

SENT = Receipt(Outcome.SENT)
LATER = Receipt(Outcome.LATER, "바쁘다고 합니다.")
REFUSED = Receipt(Outcome.REFUSED, "받지 않는다고 합니다.")


@dataclass
class Post:
    """A channel that pushes; it says what the next of `says` is, or takes everything."""

    abilities: Abilities
    name: str = "post"
    says: deque[Receipt | Exception] = field(default_factory=deque)
    got: list[Delivery] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, delivery: Delivery) -> Receipt:
        self.got.append(delivery)
        if self.gate:
            await self.gate.wait()
        said = self.says.popleft() if self.says else SENT
        if isinstance(said, Exception):
            raise said
        return said

    @property
    def texts(self) -> list[str]:
        return [reply.text for delivery in self.got for reply in delivery.replies]

    def verify(self, request: Request) -> None:
        """Everybody is let in."""

    def parse(self, request: Request) -> Sequence[Event]:
        return []

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        return {}

    async def fetch(self, file: InboundFile) -> bytes:
        return b""


def opened(world: World, **abilities: Any) -> Post:
    """The post, open for everybody in that world."""
    post = Post(abilities=Abilities(**({"reach": "push", "inline": False} | abilities)))
    world.channels["post"] = post
    return post


def owe(world: World, text: str, to: str = "someone", route: str = "post") -> int:
    """Owe somebody these words; the item's id."""
    with world.database.session() as session:
        reply = Reply(kind="text", text=text)
        return outbox.owe_to(session, world.vault, route, to, reply, world.clock.now()).id


def owe_about(world: World, ticket: Ticket, text: str, route: str = "post") -> int:
    """Owe the ticket's citizen these words; the item's id."""
    with world.database.session() as session:
        reply = Reply(kind="staff", text=text)
        return outbox.owe_otherwise(session, world.vault, route, ticket, reply, world.clock.now()).id


def items(world: World) -> list[OutboxItem]:
    with world.database.session() as session:
        return list(session.scalars(select(OutboxItem).order_by(OutboxItem.id)))


def notices(world: World, kind: str = "undelivered") -> list[Notice]:
    with world.database.session() as session:
        return list(session.scalars(select(Notice).where(Notice.kind == kind)))
