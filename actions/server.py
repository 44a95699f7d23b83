"""The listener that Rasa calls: loopback only, with a token, beside the public one in the same process."""

from __future__ import annotations

import hmac
import json

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

log = structlog.get_logger()


def create_app(token: str) -> Starlette:
    """An application with one route, `POST /webhook`, in the shape that Rasa expects of an action server."""
    executor = ActionExecutor()
    executor.register_package("actions")

    async def webhook(request: Request) -> JSONResponse:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return JSONResponse({"error": "unauthorized"}, 401)
        try:
            call = json.loads(await request.body())
        except ValueError:
            call = None
        if not isinstance(call, dict):
            return JSONResponse({"error": "not a call of an action"}, 400)
        try:
            # Rasa sends the domain to the forms' validation only; the executor insists on one.
            result = await executor.run({"domain": {}} | call)
        except ActionExecutionRejection as rejected:
            body = {"error": str(rejected), "action_name": rejected.action_name}
            return JSONResponse(body, 400)
        except ActionNotFoundException as missing:
            return JSONResponse({"error": str(missing), "action_name": missing.action_name}, 404)
        except Exception as error:  # noqa: BLE001 - whatever it was, Rasa must hear of it
            # The error's text may hold what a citizen wrote: only its kind is told.
            log.error("an action failed", error=type(error).__name__)
            return JSONResponse({"error": "the action failed", "action_name": None}, 500)
        return JSONResponse(result.model_dump() if result else {})

    return Starlette(routes=[Route("/webhook", webhook, methods=["POST"])])
