"""Facebook's platform on this machine: webhook events out, the Send API in, by the platform's own rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import httpx
from fastapi import Request
from starlette.responses import JSONResponse, Response

from channels.fake import Button, FakeCloud, Fault, Hook, Said, Shown
from channels.messenger.adapter import signature
from channels.messenger.settings import MessengerSettings
from channels.text import length
from core.clock import Clock

PAGE = "100012345678901"
_SECRET, _TOKEN, _VERIFY = "messenger-fake-secret", "messenger-fake-token", "messenger-fake-check"
_WINDOWS = MappingProxyType({"RESPONSE": timedelta(hours=24), "MESSAGE_TAG": timedelta(days=7)})
_ERRORS = MappingProxyType({"429": 613, "500": 2, "refuse": 551})


class FakeMessenger(FakeCloud):
    """One page, and whoever writes to it."""

    name: ClassVar[str] = "messenger"
    title: ClassVar[str] = "페이스북 메신저"
    settings: ClassVar[type[MessengerSettings]] = MessengerSettings
    example: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "EUNGDAE_MESSENGER_APP_SECRET": _SECRET,
            "EUNGDAE_MESSENGER_PAGE_TOKEN": _TOKEN,
            "EUNGDAE_MESSENGER_VERIFY_TOKEN": _VERIFY,
        }
    )

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(webhook, client, clock)
        self._wrote_at: dict[str, datetime] = {}
        self.app.post("/me/messages")(self._send)
        self.app.get("/files/{key}")(self._file)

    async def subscribe(self, verify_token: str = _VERIFY) -> httpx.Response:
        """The check of the webhook's address, before anything is sent there."""
        query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": "1158201444"}
        return await self._client.get(self.webhook, params=query)

    def hook(self, said: Said) -> Hook:
        at = said.at or self.clock.now()
        self._wrote_at[said.sender] = max(at, self._wrote_at.get(said.sender, at))
        milliseconds = int(at.timestamp() * 1000)
        event = {
            "sender": {"id": said.sender},
            "recipient": {"id": PAGE},
            "timestamp": milliseconds,
            **self._what(said),
        }
        entry = {"id": PAGE, "time": milliseconds, "messaging": [event]}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        return Hook(body, {"x-hub-signature-256": signature(_SECRET.encode(), body)})

    def failing(self, fault: Fault) -> Response:
        answer = super().failing(fault)
        return _error(
            answer.status_code, _ERRORS[fault.kind], fault.kind, after=answer.headers.get("retry-after")
        )

    def _what(self, said: Said) -> dict[str, Any]:
        if said.payload == "greet":
            button = {"mid": said.message_id, "title": said.text, "payload": said.payload}
            return {"postback": button}
        message: dict[str, Any] = {"mid": said.message_id, "text": said.text}
        if said.payload is not None:
            message["quick_reply"] = {"payload": said.payload}
        if said.file is not None:
            kind = "image" if said.file.media_type.startswith("image/") else "file"
            url = f"{self.address}/files/{self.keep(said.file)}"
            message["attachments"] = [{"type": kind, "payload": {"url": url}}]
        return {"message": message}

    async def _send(self, request: Request) -> Response:
        body = await request.json()
        to, message = body["recipient"]["id"], body["message"]
        if request.headers.get("authorization") != f"Bearer {_TOKEN}":
            return _error(401, 190, "Invalid OAuth access token.")
        now = self.clock.now()
        if now - self._wrote_at.get(to, now) > _WINDOWS[body["messaging_type"]]:
            return _error(400, 10, "This message is sent outside of allowed window.")
        if not _within_limits(message):
            return _error(400, 100, "Invalid parameter")
        offered = message.get("quick_replies", [])
        buttons = [Button(one["title"], one["payload"], one["title"]) for one in offered]
        self.show(to, [Shown(message["text"], buttons)])
        number = hashlib.sha256(f"{to} {len(self.received)}".encode()).hexdigest()
        return JSONResponse({"recipient_id": to, "message_id": f"m_{number}"})

    async def _file(self, key: str) -> Response:
        file = self.files.get(key)
        return Response(file.content, media_type=file.media_type) if file else Response(status_code=404)


def _within_limits(message: dict[str, Any]) -> bool:
    offered = message.get("quick_replies", [])
    return (
        1 <= length(message["text"], "utf16") <= 2000
        and len(offered) <= 13
        and all(1 <= length(one["title"], "utf16") <= 20 for one in offered)
        and all(1 <= len(one["payload"]) <= 1000 for one in offered)
    )


def _error(status: int, code: int, message: str, after: str | None = None) -> Response:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "fake"}
    return JSONResponse({"error": error}, status, {"retry-after": after} if after else None)
