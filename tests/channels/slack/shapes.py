"""Slack's requests, as its guides and live workspaces show them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from channels.protocol import Event, Request
from channels.registry import TABLE
from channels.slack.adapter import SlackChannel, signature
from channels.slack.fake import ROOM
from channels.slack.settings import SlackSettings

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
INTERACTIONS = {"button", "button_in_thread", "button_link", "claim", "answer", "shortcut"}
NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))


def channel(client: httpx.AsyncClient | None = None, **settings: Any) -> SlackChannel:
    kept = {
        "signing_secret": SecretStr(SECRET),
        "bot_token": SecretStr("xoxb-fake-token"),
        "staff_channel": ROOM,
        "api": "http://vendor.test",
    }
    chosen = SlackSettings(_env_file=None, **(kept | settings))
    return SlackChannel(TABLE["slack"], chosen, client or httpx.AsyncClient())


SLACK = channel()


def body(name: str, **changes: Any) -> bytes:
    """A fixture's body; `changes` are to its event, or to an interaction itself."""
    content = json.loads((FIXTURES / f"{name}.json").read_text())
    content.get("event", content).update(changes)
    text = json.dumps(content)
    return urlencode({"payload": text}).encode() if name in INTERACTIONS else text.encode()


def request(raw: bytes, at: str = str(int(NOW.timestamp())), **headers: str) -> Request:
    """Signed, unless the headers say otherwise."""
    proof = {"x-slack-request-timestamp": at, "x-slack-signature": signature(SECRET.encode(), at, raw)}
    return Request(raw, proof | headers, at=NOW)


def parse(name: str, **changes: Any) -> Event:
    [event] = SLACK.parse(request(body(name, **changes)))
    return event
