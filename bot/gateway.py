"""Rasa's one door: `POST /webhooks/gateway/message`, with a token, and errors that are errors."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.dialogue import Turn, TurnFailed
from bot.quiet import places

logger = logging.getLogger(__name__)

LONGEST_NAME = 255  # the tracker store's column
LONGEST_TEXT = 20_000  # characters
LONGEST_TURN_S = 20.0  # our client waits 3 s; this frees the conversation when an action hangs


_turns: set[asyncio.Future[HTTPResponse]] = set()  # asyncio itself keeps no hold on a task


class BadMessage(ValueError):
    """The body is not a message; the text says why."""


class Silent(OutputChannel):
    """Replies are read from the tracker, so that a repeated message gets the very same ones."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return GatewayInput.name()

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Nothing to send."""


class GatewayInput(InputChannel):
    """The stock REST channel answers every error with `200 []` and wants no token. This one doesn't."""

    def __init__(self, token: str) -> None:
        """`token`: what the one client sends as `Authorization: Bearer …`."""
        self._authorization = f"Bearer {token}".encode()

    @classmethod
    def name(cls) -> str:
        """The channel's name, and its part of the path."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayInput:
        """Reads `token` of credentials.yml; without one the door stays shut."""
        token = (credentials or {}).get("token")
        if not token:
            raise ValueError("credentials.yml: the gateway needs a token.")
        return cls(str(token))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes `message` and `health`."""
        routes = Blueprint("gateway")

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return json({"error": "wrong token"}, status=401)
            try:
                user_message = parse(_body(request))
            except BadMessage as error:
                return json({"error": str(error)}, status=400)
            return await _answer(request, user_message)

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            return await asyncio.get_running_loop().run_in_executor(None, _health, request.app.ctx.agent)

        return routes

    def _is_allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._authorization)


def parse(body: Any) -> UserMessage:
    """The message of a request's body.

    Raises:
        BadMessage: a field is missing, empty, too long or of the wrong type.
    """
    if not isinstance(body, dict):
        raise BadMessage("the body must be a JSON object")
    metadata = body.get("metadata") if body.get("metadata") is not None else {}
    if not isinstance(metadata, dict):
        raise BadMessage("metadata must be an object")
    if not isinstance(body.get("retry", False), bool):
        raise BadMessage("retry must be true or false")
    text = _string(body, "text", LONGEST_TEXT).strip()
    if text.startswith("/"):
        # Rasa takes a leading slash for a command, `/intent{"slot": …}`; the full-width one is just text.
        text = f"／{text[1:]}"
    return UserMessage(
        text=text,
        output_channel=Silent(),
        sender_id=_string(body, "sender", LONGEST_NAME),
        message_id=_string(body, "message_id", LONGEST_NAME),
        input_channel=GatewayInput.name(),
        metadata=metadata,
    )


def _string(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadMessage(f"{name} must be a text that isn't empty")
    if len(value) > longest:
        raise BadMessage(f"{name} must have at most {longest} characters")
    return value


def _body(request: Request) -> Any:
    try:
        return request.json
    except InvalidUsage as error:
        raise BadMessage("the body must be JSON") from error


async def _answer(request: Request, message: UserMessage) -> HTTPResponse:
    # A task of its own: a client that hangs up must not tear the turn in two.
    turn = asyncio.ensure_future(_turn(request.app.ctx.agent, message))
    _turns.add(turn)
    turn.add_done_callback(_turns.discard)
    return await asyncio.shield(turn)


async def _turn(agent: Any, message: UserMessage) -> HTTPResponse:
    try:
        turn: Turn = await asyncio.wait_for(agent.handle_message(message), LONGEST_TURN_S)
    except TurnFailed as error:
        logger.error("no turn: %s", error)
        return json({"error": "no turn"}, status=503)
    except Exception as error:  # noqa: BLE001  (whatever it was, the client must hear of it)
        logger.error("no turn: %s", places(error))
        return json({"error": "no turn"}, status=503)
    return json({"replies": turn.replies, "awaiting": {"form": turn.form, "slot": turn.slot}})


def _health(agent: Any) -> HTTPResponse:
    try:
        agent.tracker_store.ping()
    except Exception as error:  # noqa: BLE001  (a driver may raise anything)
        logger.error("the tracker database doesn't answer: %s", places(error))
        return json({"error": "the tracker database doesn't answer"}, status=503)
    return json({"model": agent.processor.model_filename})
