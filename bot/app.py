"""The Sanic application: Rasa's agent behind the channels of credentials.yml, without Rasa's HTTP API."""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from pathlib import Path

from rasa.core.channels.channel import register
from rasa.core.lock_store import LockStore
from rasa.core.run import create_http_input_channels
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from sanic import Sanic

from bot.dialogue import DialogueAgent
from bot.speed import KeepAliveEndpoint, compile_the_schema_once, remember_event_classes

LARGEST_BODY = 1_000_000  # bytes

logger = logging.getLogger(__name__)


def application(model: Path, root: Path) -> Sanic:
    """The app that serves `model`, configured by the endpoints.yml and credentials.yml in `root`."""
    compile_the_schema_once()
    remember_event_classes()
    app = Sanic("eungdae", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY
    app.config.ACCESS_LOG = False
    register(create_http_input_channels(None, str(root / "credentials.yml")), app, "/webhooks/")

    async def load(app: Sanic, _: AbstractEventLoop) -> None:
        app.ctx.agent = _agent(model, root / "endpoints.yml")
        logger.info("ready, with %s", model.name)

    app.register_listener(load, "before_server_start")
    return app


def _agent(model: Path, endpoints_file: Path) -> DialogueAgent:
    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    agent = DialogueAgent(
        tracker_store=TrackerStore.create(endpoints.tracker_store),
        lock_store=LockStore.create(endpoints.lock_store),
        action_endpoint=KeepAliveEndpoint(endpoints.action),
    )
    agent.load_model(model)
    return agent
