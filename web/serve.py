"""Runs the web process: the public port, and the action listener for Rasa on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn
import uvloop

from actions.server import create_app as create_actions
from core import logging
from core.settings import load_settings
from web.app import create_app
from web.composition import build


class _Quiet(uvicorn.Server):
    """A server that leaves signals to the other one."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve() -> None:
    """Serve both until a signal comes; raises `SystemExit` when a port is taken."""
    logging.configure()
    settings = load_settings()
    house = build(settings)
    common: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}
    public = uvicorn.Server(
        uvicorn.Config(
            create_app(house),
            settings.host,
            settings.port,
            timeout_graceful_shutdown=5,
            ws_max_size=64 * 1024,
            **common,
        )
    )
    action_app = create_actions(house.secrets.actions_token)
    actions = _Quiet(uvicorn.Config(action_app, "127.0.0.1", settings.actions_port, **common))
    listening = asyncio.create_task(actions.serve())
    await public.serve()
    actions.should_exit = True
    await listening


if __name__ == "__main__":
    uvloop.run(serve())
