"""Webhook events in; replies out by the event's own token, or pushed where that is used up."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from pydantic import ValidationError

from channels.layout import Choice, bubbles
from channels.line.payloads import Call, Event, Message
from channels.line.settings import LineSettings
from channels.protocol import (
    Abilities,
    Delivery,
    Ignored,
    Inbound,
    InboundFile,
    Outcome,
    Receipt,
    Reply,
    Request,
)  # fmt: skip
from channels.text import shorten
from channels.vendor import Answer, Vendor
from core.errors import Malformed, Unauthorized

_SURELY_VALID = timedelta(seconds=40)
"""A reply token lives for a minute: one that is refused before was used, and by nobody but us."""
_POSTBACK_DATA = 300
_FILES = {"image": "사진", "file": "파일", "video": "영상", "audio": "음성"}
_UNREADABLE = Ignored("unreadable event")


class LineChannel:
    """LINE signs the raw body with the channel's secret."""

    name = "line"

    def __init__(self, abilities: Abilities, settings: LineSettings, client: httpx.AsyncClient) -> None:
        self.abilities = abilities
        self._secret = settings.channel_secret.get_secret_value().encode()
        headers = {"Authorization": f"Bearer {settings.access_token.get_secret_value()}"}
        self._api = Vendor(client, settings.api, headers)
        self._files = Vendor(client, settings.api_data, headers)

    def verify(self, request: Request) -> None:
        given = request.headers.get("x-line-signature", "")
        if not hmac.compare_digest(given.encode(), signature(self._secret, request.body).encode()):
            raise Unauthorized("인증되지 않은 요청입니다.")

    def parse(self, request: Request) -> list[Inbound | Ignored]:
        try:
            call = Call.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed("웹훅 요청의 형식이 올바르지 않습니다.") from error
        events = [self._read(event, request.at) for event in call.events]
        if events and all(event is _UNREADABLE for event in events):
            raise Malformed("웹훅 요청의 형식이 올바르지 않습니다.")
        return events or [Ignored("connection check")]

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        said = bubbles(replies, self.abilities)
        messages: list[dict[str, Any]] = [{"type": "text", "text": bubble.text} for bubble in said]
        if said and said[-1].choices:
            messages[-1]["quickReply"] = {"items": [_quick_reply(choice) for choice in said[-1].choices]}
        return {"messages": messages}

    async def send(self, delivery: Delivery) -> Receipt:
        body = self.render(delivery.replies)
        if not body["messages"]:
            return Receipt(Outcome.SENT)
        told = await self._reply(delivery, body) if delivery.way_back else None
        return told or await self._push(delivery, body)

    async def fetch(self, file: InboundFile) -> bytes:
        return await self._files.download(f"/v2/bot/message/{file.reference}/content")

    def _read(self, raw: object, came_at: datetime) -> Inbound | Ignored:
        try:
            event = Event.model_validate(raw)
        except ValidationError:
            return _UNREADABLE
        if event.mode == "standby":
            return Ignored("standby")
        if event.source is None or event.source.type != "user" or not event.source.user_id:
            return Ignored("not a talk with one person")
        if event.message and not _words(event.message):
            return Ignored(f"message {event.message.type}")
        if not (event.message or event.postback or event.type == "follow"):
            return Ignored(event.type)
        return self._inbound(event, event.source.user_id, came_at)

    def _inbound(self, event: Event, sender: str, came_at: datetime) -> Inbound:
        text, payload = _said(event)
        return Inbound(
            self.name,
            sender,
            hashlib.sha256(event.webhook_event_id.encode()).hexdigest(),
            text,
            payload,
            _files(event.message) if event.message else (),
            way_back=_way_back(event, came_at),
        )

    async def _reply(self, delivery: Delivery, body: dict[str, Any]) -> Receipt | None:
        """By the event's token, which costs nothing; None where it must be pushed."""
        since, _, token = delivery.way_back.partition(".")
        answer = await self._api.post("/v2/bot/message/reply", {"replyToken": token} | body)
        if answer.receipt.outcome is not Outcome.REFUSED:
            return answer.receipt
        refused = _told(answer) == "Invalid reply token"
        used = refused and delivery.uncertain and _surely_valid(since, delivery.at)
        return Receipt(Outcome.SENT) if used else None

    async def _push(self, delivery: Delivery, body: dict[str, Any]) -> Receipt:
        key = {"X-Line-Retry-Key": str(UUID(delivery.key))}
        answer = await self._api.post("/v2/bot/message/push", {"to": delivery.to} | body, key)
        if answer.status == 409:  # this key was accepted before
            return Receipt(Outcome.SENT)
        if answer.status == 401:
            return Receipt(Outcome.LATER, "LINE 채널 액세스 토큰이 올바르지 않습니다.")
        if answer.status == 429 and "monthly limit" in _told(answer):
            return Receipt(Outcome.REFUSED, "이번 달에 LINE으로 보낼 수 있는 메시지를 모두 썼습니다.")
        return answer.receipt


def signature(secret: bytes, body: bytes) -> str:
    """What LINE puts into the header of a request."""
    return base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()


def _said(event: Event) -> tuple[str, str | None]:
    """Text and payload; who has just become a friend is greeted."""
    if event.message:
        return _words(event.message), None
    return (event.postback.said, event.postback.payload) if event.postback else ("시작하기", "greet")


def _words(message: Message) -> str:
    """What the message says, or that something was sent; empty where it asks for nothing."""
    if message.type == "text":
        return message.text
    if message.type == "location":
        return "(위치를 보냈습니다)"
    return f"({_FILES[message.type]}을 보냈습니다)" if message.type in _FILES else ""


def _files(message: Message) -> tuple[InboundFile, ...]:
    if message.type not in _FILES or not message.id or message.content_provider.type != "line":
        return ()
    return (InboundFile(message.file_name or _FILES[message.type], reference=message.id),)


def _way_back(event: Event, came_at: datetime) -> str:
    """The token, and since when it lives by the earlier of two clocks (milliseconds); empty without one."""
    since = min(event.timestamp, int(came_at.timestamp() * 1000))
    return f"{since}.{event.reply_token}" if event.reply_token else ""


def _surely_valid(since: str, now: datetime | None) -> bool:
    return now is not None and now.timestamp() * 1000 - int(since) < _SURELY_VALID / timedelta(milliseconds=1)


def _quick_reply(choice: Choice) -> dict[str, Any]:
    """LINE tells us nothing of a pressed button but its data: what it says goes along."""
    data = shorten(f"{choice.payload}\n{choice.said}", _POSTBACK_DATA, "utf16")
    shown = shorten(choice.said, _POSTBACK_DATA, "utf16")
    action = {"type": "postback", "label": choice.label, "data": data, "displayText": shown}
    return {"type": "action", "action": action}


def _told(answer: Answer) -> str:
    return str(answer.body.get("message", "")) if isinstance(answer.body, dict) else ""
