"""The whole program behind a vendor's fake: what a citizen says goes the whole way, and comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from channels.fake import FakeCloud, Shown
from channels.protocol import InboundFile
from core.database import Base, Database
from tests.conversations.world import World
from tests.web.small_house import small_house
from web.app import create_app

Cloud = TypeVar("Cloud", bound=FakeCloud)


@dataclass
class Door(Generic[Cloud]):
    """A citizen's side, and the house behind it; nothing is sent before it is asked for."""

    cloud: Cloud
    world: World

    async def say(
        self, text: str, payload: str | None = None, *, sender: str = "U1", message_id: str = "",
        file: InboundFile | None = None,
    ) -> list[str]:  # fmt: skip
        """Say something, and let everything that is owed be sent; the texts that are new on the screen."""
        before = len(self.cloud.shown(sender))
        response = await self.cloud.say(sender, text, payload, message_id, file)
        assert response.status_code == 200, response.text
        await self.deliver()
        return [bubble.text for bubble in self.cloud.shown(sender)[before:]]

    async def deliver(self) -> None:
        """What is owed now is sent."""
        await self.world.conversations.drain()
        while await self.world.courier.round():
            pass

    def screen(self, sender: str = "U1") -> list[Shown]:
        return self.cloud.shown(sender)


@asynccontextmanager
async def opened(
    cloud_type: type[Cloud], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Door[Cloud]]:
    """The program with one channel configured for its fake; both run inside the test."""

    async def program(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    for name, value in cloud_type.example.items():
        monkeypatch.setenv(name, value)
    inwards = httpx.AsyncClient(transport=httpx.ASGITransport(program))
    cloud = cloud_type(f"http://program/channels/{cloud_type.name}", inwards)
    database = Database(f"sqlite:///{tmp_path / 'door.sqlite3'}")
    Base.metadata.create_all(database.engine)
    async with inwards, httpx.AsyncClient(transport=cloud.transport()) as outwards:
        world = World(database, client=outwards)
        cloud.clock = world.clock
        app = create_app(small_house(world))
        yield Door(cloud, world)
        await world.conversations.drain()
    database.close()
