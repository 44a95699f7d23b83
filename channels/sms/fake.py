"""A gateway for text messages that sends nothing: it shows them, and fails on command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.fake import FakeCloud, Hook, Said, Shown
from channels.sms.adapter import LMS, SMS, size
from channels.sms.settings import SmsSettings
from core.clock import Clock

TOKEN = "fake-sms-token"  # noqa: S105 - opens nothing but this fake


class FakeGateway(FakeCloud):
    """Texts go out alone: what is said on its page reaches nobody."""

    name: ClassVar[str] = "sms"
    title: ClassVar[str] = "문자 메시지"
    settings: ClassVar[type[SmsSettings]] = SmsSettings
    example: ClassVar[Mapping[str, str]] = MappingProxyType({"EUNGDAE_SMS_TOKEN": TOKEN})

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(webhook, client, clock)
        self.app.add_api_route("/messages", self._take, methods=["POST"])

    def hook(self, said: Said) -> Hook:
        return Hook(said.text.encode())

    async def _take(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "token"}, 401)
        message = await request.json()
        most = {"SMS": SMS, "LMS": LMS}.get(message["kind"], 0)
        if size(message["text"]) > most or not message["to"].isdecimal():
            return JSONResponse({"error": "text or number"}, 400)
        self.show(message["to"], [Shown(message["text"])], message["key"])
        return JSONResponse({"id": f"fake-{message['key']}"})
