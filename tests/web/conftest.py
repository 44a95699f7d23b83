"""The public application over a small foundation, in which only the search and Rasa are stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from core.database import Base, Database
from tests.conversations.world import World
from tests.e2e import browsers
from tests.web.small_house import small_house
from web.app import create_app
from web.composition import House


@pytest.fixture
def small_world(tmp_path: Path) -> Iterator[World]:
    """The parts below the web."""
    database = Database(f"sqlite:///{tmp_path / 'web.sqlite3'}")
    Base.metadata.create_all(database.engine)
    yield World(database)
    database.close()


@pytest.fixture
def house(small_world: World) -> House:
    """The whole, put together as the composition root does."""
    return small_house(small_world)


@pytest.fixture
def app(house: House) -> FastAPI:
    return create_app(house)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A browser, for as many people as the test has."""
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Somebody who talks with the application; an error inside it is answered, not raised."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def visitor(client: TestClient) -> dict[str, str]:
    """The headers of a visitor with a token."""
    return bearer(client)


def bearer(client: TestClient) -> dict[str, str]:
    """The headers of a new visitor."""
    return {"Authorization": f"Bearer {client.post('/api/chat/session').json()['token']}"}
