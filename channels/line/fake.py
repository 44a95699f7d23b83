"""LINE's platform on this machine: webhook events out, replies and pushes in, by LINE's own rules."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import httpx
from fastapi import Request
from starlette.responses import JSONResponse, Response

from channels.fake import Button, FakeCloud, Fault, Hook, Said, Shown
from channels.line.adapter import signature
from channels.line.payloads import Postback
from channels.line.settings import LineSettings
from channels.text import length
from core.clock import Clock

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOKEN_LIVES = timedelta(minutes=1)
_SECRET, _ACCESS = "line-fake-secret", "line-fake-token"


class FakeLine(FakeCloud):
    """One official account, and whoever writes to it."""

    name: ClassVar[str] = "line"
    title: ClassVar[str] = "라인"
    settings: ClassVar[type[LineSettings]] = LineSettings
    example: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"EUNGDAE_LINE_CHANNEL_SECRET": _SECRET, "EUNGDAE_LINE_ACCESS_TOKEN": _ACCESS}
    )

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(webhook, client, clock)
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._used: set[str] = set()
        self.app.post("/v2/bot/message/reply")(self._reply)
        self.app.post("/v2/bot/message/push")(self._push)
        self.app.get("/v2/bot/message/{message_id}/content")(self._content)

    def hook(self, said: Said) -> Hook:
        body = json.dumps({"destination": "Ufake", "events": [self.event(said)]}).encode()
        return Hook(body, {"x-line-signature": signature(_SECRET.encode(), body)})

    def event(self, said: Said) -> dict[str, Any]:
        """The message as one event of a call."""
        at = said.at or self.clock.now()
        token = hashlib.sha256(said.message_id.encode()).hexdigest()[:32]
        self._tokens.setdefault(token, (said.sender, at))
        return {
            "webhookEventId": said.message_id,
            "deliveryContext": {"isRedelivery": False},
            "timestamp": int(at.timestamp() * 1000),
            "source": {"type": "user", "userId": said.sender},
            "mode": "active",
            "replyToken": token,
            **self._what(said),
        }

    def failing(self, fault: Fault) -> Response:
        answer = super().failing(fault)
        words = {"429": "The API rate limit has been exceeded.", "refuse": "Failed to send messages"}
        return JSONResponse(
            {"message": words.get(fault.kind, "Internal error")}, answer.status_code, dict(answer.headers)
        )

    def _what(self, said: Said) -> dict[str, Any]:
        if said.payload == "greet":
            return {"type": "follow", "follow": {"isUnblocked": False}}
        if said.payload is not None:
            return {"type": "postback", "postback": {"data": f"{said.payload}\n{said.text}"}}
        return {"type": "message", "message": self._message(said)}

    def _message(self, said: Said) -> dict[str, Any]:
        if said.file is None:
            number = int(hashlib.sha256(said.message_id.encode()).hexdigest()[:14], 16)
            return {"id": str(number), "type": "text", "quoteToken": "q", "text": said.text}
        key = self.keep(said.file)
        if said.file.media_type.startswith("image/"):
            return {"id": key, "type": "image", "contentProvider": {"type": "line"}}
        size = len(said.file.content)
        return {"id": key, "type": "file", "fileName": said.file.name, "fileSize": size}

    async def _reply(self, request: Request) -> Response:
        body = await request.json()
        if refusal := _refused(request, body):
            return refusal
        sender, since = self._tokens.get(token := body["replyToken"], ("", self.clock.now()))
        if not sender or token in self._used or self.clock.now() - since > _TOKEN_LIVES:
            return _error(400, "Invalid reply token")
        self._used.add(token)
        self.show(sender, [_bubble(message) for message in body["messages"]])
        return JSONResponse({"sentMessages": []})

    async def _push(self, request: Request) -> Response:
        body = await request.json()
        if refusal := _refused(request, body):
            return refusal
        key = request.headers.get("x-line-retry-key", "")
        if key and not _UUID.fullmatch(key):
            return _error(400, "The retry key is invalid")
        if not self.show(body["to"], [_bubble(message) for message in body["messages"]], key):
            return _error(409, "The retry key is already accepted")
        return JSONResponse({"sentMessages": []})

    async def _content(self, message_id: str, request: Request) -> Response:
        if refusal := _unknown_caller(request):
            return refusal
        file = self.files.get(message_id)
        return Response(file.content, media_type=file.media_type) if file else _error(404, "Not found")


def _unknown_caller(request: Request) -> Response | None:
    known = request.headers.get("authorization") == f"Bearer {_ACCESS}"
    return None if known else _error(401, "Authentication failed")


def _refused(request: Request, body: dict[str, Any]) -> Response | None:
    """What LINE says to a call that nobody may make, or whose messages are outside its limits."""
    messages = body.get("messages", [])
    if refusal := _unknown_caller(request):
        return refusal
    if not 1 <= len(messages) <= 5 or not all(_within_limits(message) for message in messages):
        return _error(400, "The request body has 1 error(s)")
    return None


def _within_limits(message: dict[str, Any]) -> bool:
    actions = [item["action"] for item in message.get("quickReply", {"items": []})["items"]]
    return (
        1 <= length(message["text"], "utf16") <= 5000
        and len(actions) <= 13
        and all(1 <= length(action["label"], "utf16") <= 20 for action in actions)
        and all(1 <= length(action["data"], "utf16") <= 300 for action in actions)
        and all(length(action["displayText"], "utf16") <= 300 for action in actions)
    )


def _bubble(message: dict[str, Any]) -> Shown:
    items = message.get("quickReply", {"items": []})["items"]
    return Shown(message["text"], [_button(item["action"]) for item in items])


def _button(action: dict[str, str]) -> Button:
    return Button(action["label"], Postback(data=action["data"]).payload, action["displayText"])


def _error(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)
