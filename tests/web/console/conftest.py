"""A fresh world for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.conversations.world import World as Below
from tests.web.browsing import served
from tests.web.console.office import Office
from tests.web.console.world import Browser, Talk, World
from web.security import SecurityHeaders


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    one = World(tmp_path)
    yield one
    one.database.close()


@pytest.fixture
def lee(world: World) -> Browser:
    """Somebody of the customer support, logged in."""
    return world.signed_in("lee")


@pytest.fixture
def office(small_world: Below, app: FastAPI) -> Office:
    """The whole house with its staff at work."""
    return Office(small_world, app)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """Where the console answers: kim and lee work there, and a citizen has asked something."""
    world.app.add_middleware(SecurityHeaders, tls=False)
    for username in ("kim", "lee"):
        world.account(username)
    world.desk.put(Talk("c1"))
    world.desk.add("c1", "citizen", "빅카인즈 회원 가입이 안 됩니다.")
    with served(world.app) as url:
        yield url
