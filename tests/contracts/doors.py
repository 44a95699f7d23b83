"""Each channel between two worlds: its vendor's fake on one side, the whole program on the other.

A channel comes in by its folder alone: whoever ships `channels/<name>/fake.py` is tried here.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from channels.fake import FakeCloud, Hook, Shown
from channels.protocol import Channel
from channels.registry import TABLE
from conversations.models import Arrival, OutboxItem
from core.database import Base, Database
from tests.conversations.world import World
from tests.web.small_house import small_house
from web import webhooks
from web.app import create_app
from web.cli.demo_commands import fakes

VENDOR = "http://vendor.test"
CITIZEN = "1001"
STRANGER = ("203.0.113.9", 4444)
"""An address on nobody's list."""


@cache
def clouds() -> dict[str, type[FakeCloud]]:
    """The fake of each channel that has a webhook, by the channel's name."""
    return {name: cloud for name, cloud in fakes().items() if name in TABLE}


def configure(patch: pytest.MonkeyPatch, name: str) -> None:
    """As the operator sets the channel up, with the fake in the vendor's place."""
    cloud = clouds()[name]
    prefix = cloud.settings.model_config["env_prefix"]
    for field in cloud.settings.model_fields:
        if field == "api" or field.startswith("api_"):
            patch.setenv(f"{prefix}{field.upper()}", VENDOR)
    for variable, value in cloud.example.items():
        patch.setenv(variable, value)
    patch.setenv("EUNGDAE_SMTP_PORT", str(_free_port()))


def _free_port() -> int:
    """Letters go over a real socket, and other tests run beside this one."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Vendor(httpx.AsyncBaseTransport):
    """Reaches the fake, which is made after the program that calls it; nobody else can be reached."""

    inner: httpx.AsyncBaseTransport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url).startswith(VENDOR), f"{request.url.host} was asked"
        return await self.inner.handle_async_request(request)


@dataclass
class Door:
    """One channel, and short words for what happens at it."""

    name: str
    world: World
    fake: FakeCloud
    app: httpx.ASGITransport

    @property
    def channel(self) -> Channel:
        return self.world.channels[self.name]

    @property
    def pushes(self) -> bool:
        """Whether the bot's replies go out by themselves, after the request is answered."""
        return not self.channel.abilities.inline

    async def say(
        self, text: str, payload: str | None = None, message_id: str = "", sender: str = CITIZEN
    ) -> httpx.Response:
        """A citizen writes; what is owed to them goes out."""
        answer = await self.fake.say(sender, text, payload, message_id)
        if self.world.dialogue.gate is None:  # a machine may be slow; a bot that is held is not waited for
            await self.world.conversations.drain()
        await self.deliver()
        return answer

    async def deliver(self) -> None:
        """Everything that may go out now goes out."""
        while await self.world.courier.round():
            pass

    async def knock(self, hook: Hook, *, stranger: bool = False) -> httpx.Response:
        """One raw request to the webhook."""
        transport = httpx.ASGITransport(self.app.app, client=STRANGER) if stranger else self.app
        async with httpx.AsyncClient(transport=transport) as client:
            headers = {"content-type": "application/json"} | dict(hook.headers)
            return await client.post(self.fake.webhook, content=hook.body, headers=headers)

    def shown(self, sender: str = CITIZEN) -> list[Shown]:
        return self.fake.shown(sender)

    def texts(self, sender: str = CITIZEN) -> str:
        """Everything on the citizen's screen."""
        return "\n".join(f"{one.title}\n{one.text}" for one in self.shown(sender))

    def count(self, table: type[Base]) -> int:
        with self.world.database.session() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def nothing_is_stored(self) -> bool:
        return not (self.count(Arrival) or self.count(OutboxItem) or self.world.stored())

    def items(self) -> list[OutboxItem]:
        with self.world.database.session() as session:
            return list(session.scalars(select(OutboxItem).order_by(OutboxItem.id)))


@asynccontextmanager
async def opened(name: str, folder: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    """The channel, open, over an empty database."""
    configure(patch, name)
    database = Database(f"sqlite:///{folder / 'door.sqlite3'}")
    Base.metadata.create_all(database.engine)
    vendor = Vendor()
    async with httpx.AsyncClient(transport=vendor) as client:
        world = World(database, client=client)
        app = httpx.ASGITransport(create_app(small_house(world), [webhooks.router]))
        async with httpx.AsyncClient(transport=app) as program:
            fake = clouds()[name].opened(f"http://house.test/channels/{name}", world.secrets)
            fake.clock, fake._client, fake.address = world.clock, program, VENDOR
            vendor.inner = fake.transport()
            async with fake.serving():
                yield Door(name, world, fake, app)
    database.close()
