"""A fresh world over each database."""

from __future__ import annotations

import pytest

from core.database import Database
from tests.conversations.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World(database)
