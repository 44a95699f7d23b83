"""The listener that Rasa calls: loopback only, with a token, beside the public one in the same process."""

from __future__ import annotations

import hmac
import json

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


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
            result = await executor.run(call)
        except (ValueError, TypeError, AttributeError):
            return JSONResponse({"error": "malformed action call"}, 400)
        except ActionExecutionRejection as rejected:
            body = {"error": str(rejected), "action_name": rejected.action_name}
            return JSONResponse(body, 400)
        except ActionNotFoundException as missing:
            return JSONResponse({"error": str(missing), "action_name": missing.action_name}, 404)
        return JSONResponse(result.model_dump() if result else {})

    return Starlette(routes=[Route("/webhook", webhook, methods=["POST"])])
