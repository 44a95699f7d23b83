"""The action listener over a small foundation, called as Rasa calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from actions import context
from actions.server import create_app
from core.database import Base, Database
from core.ratelimit import RateLimiter
from tests.conversations.world import World

DOMAIN = Path(__file__).parents[2] / "bot/domain"
TOKEN = "actions-token"


@dataclass
class Said:
    """What an action did."""

    replies: list[dict[str, Any]]
    slots: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        return [reply["text"] for reply in self.replies]


class Rasa:
    """Calls actions over HTTP, with Rasa's own domain."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world = world
        self._http = http
        self._domain: dict[str, Any] = {}
        for path in DOMAIN.glob("*.yml"):
            self._domain |= yaml.safe_load(path.read_text())

    async def post(self, body: Any, token: str = TOKEN) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        raw = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self._http.post("/webhook", headers=headers, **raw)

    def call(
        self,
        action: str,
        slots: dict[str, Any] | None = None,
        *,
        form: str | None = None,
        intent: str = "faq",
        given: dict[str, Any] | None = None,
        sender: str = "nobody",
        **metadata: Any,
    ) -> dict[str, Any]:
        """The body of a call; `given` are the slots that this message filled, to be validated."""
        given = given or {}
        return {
            "next_action": action,
            "sender_id": f"{sender}.1",
            "tracker": {
                "sender_id": f"{sender}.1",
                "slots": dict.fromkeys(self._domain["slots"]) | (slots or {}) | given,
                "latest_message": {"intent": {"name": intent}, "text": "…", "metadata": metadata},
                "events": [
                    {"event": "user"},
                    *({"event": "slot", "name": k, "value": v} for k, v in given.items()),
                ],
                "active_loop": {"name": form} if form else {},
                "paused": False,
                "latest_action_name": None,
                "followup_action": None,
            },
            "domain": self._domain,
        }

    async def run(self, action: str, slots: dict[str, Any] | None = None, **more: Any) -> Said:
        """Run the action; it must succeed."""
        response = await self.post(self.call(action, slots, **more))
        assert response.status_code == 200, response.text
        body = response.json()
        slots_set = {event["name"]: event["value"] for event in body["events"] if event["event"] == "slot"}
        return Said([response["custom"] for response in body["responses"]], slots_set)

    def vaulted(self, kind: str, value: str, *, valid: bool = True) -> str:
        """A reference to the value, as a form's slot holds it."""
        with self.world.database.session() as session:
            return str(self.world.vault.put(session, kind, value, valid))


@pytest.fixture
async def rasa(tmp_path: Path) -> AsyncIterator[Rasa]:
    database = Database(f"sqlite:///{tmp_path / 'actions.sqlite3'}")
    Base.metadata.create_all(database.engine)
    world = World(database)
    limiter = RateLimiter(world.clock)
    context.use(
        context.Context(
            database,
            world.vault,
            world.speech,
            world.clock,
            limiter,
            world.opening,
            world.own,
            world.doors,
        )
    )
    transport = httpx.ASGITransport(create_app(TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://actions") as http:
        yield Rasa(world, http)
    database.close()
