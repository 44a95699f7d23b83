"""The composition root puts a house together that works, from settings alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from actions import context
from core import migrate
from core.clock import FixedClock
from core.database import Database
from core.settings import Settings
from desk import seeding
from embeddings.hashing import HashingEncoder
from tests.conversations.world import DIRECTORY, ENTRIES
from web import serve
from web.app import create_app
from web.composition import House, build

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with a directory and three entries; nobody listens where Rasa should."""
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url="", rasa_port=1, rasa_timeout=0.2)
    migrate.upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    from faq import repository

    with database.session() as session:
        seeding.seed(session, DIRECTORY)
        for entry in ENTRIES.values():
            repository.save_entry(session, entry, NOW)
    database.close()
    return settings


@pytest.fixture
def built(settings: Settings) -> House:
    return build(settings, FixedClock(NOW), HashingEncoder())


def test_a_house_answers_over_http_even_without_rasa(built: House) -> None:
    with TestClient(create_app(built)) as client:
        token = client.post("/api/chat/session").json()["token"]
        body = {"id": "client-message-1", "text": "아무도 모르는 이야기"}
        response = client.post("/api/chat/messages", headers={"Authorization": f"Bearer {token}"}, json=body)
        assert response.json()["replies"]
        assert client.get("/health").json() == {"database": True, "rasa": False}


def test_the_actions_act_upon_the_same_house(built: House) -> None:
    assert context.current().database is built.database
    assert context.current().vault is built.vault


def test_departments_are_found_by_their_duties(built: House) -> None:
    assert [unit for unit, _ in built.faq.understand("정부광고 담당 부서 전화번호").departments]


def test_a_token_is_good_after_a_restart(settings: Settings) -> None:
    first = build(settings, FixedClock(NOW), HashingEncoder())
    token = first.channels["web"].issue()
    again = build(settings, FixedClock(NOW), HashingEncoder())
    assert again.channels["web"].visitor(token)
    for house in (first, again):
        asyncio.run(house.close())


def test_the_action_listener_stays_on_this_machine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `serve` starts: a public port where the operator wants it, the actions on loopback alone."""
    started: list[tuple[str, int]] = []

    async def note(server: object) -> None:
        started.append((server.config.host, server.config.port))

    public = settings.model_copy(update={"host": "0.0.0.0"})
    monkeypatch.setattr(serve, "load_settings", lambda: public)
    monkeypatch.setattr(serve, "build", lambda s: build(s, FixedClock(NOW), HashingEncoder()))
    monkeypatch.setattr(serve.logging, "configure", lambda: None)
    monkeypatch.setattr(serve.uvicorn.Server, "serve", note)
    asyncio.run(serve.serve())
    assert sorted(started) == [("0.0.0.0", 8000), ("127.0.0.1", 5055)]
