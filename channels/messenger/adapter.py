"""Webhook events in; replies out through the Send API, inside the time that the platform allows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import unquote

import httpx
from pydantic import ValidationError

from channels.layout import Bubble, bubbles
from channels.messenger.payloads import Attachment, Call, Entry, Event, Message
from channels.messenger.settings import MessengerSettings
from channels.messenger.verdict import judged
from channels.protocol import (
    Abilities,
    Answered,
    Delivery,
    Ignored,
    Inbound,
    InboundFile,
    Outcome,
    Receipt,
    Reply,
    Request,
)
from channels.vendor import Vendor
from core.errors import Forbidden, Malformed, Unauthorized

AUTOMATED: Final = "챗봇이 자동으로 안내해 드립니다."
_TOO_LATE: Final = "시민의 마지막 메시지에서 오래 지나 메신저로는 보낼 수 없습니다."
_FILE_HOSTS: Final = ("fbcdn.net", "fbsbx.com")
_FILES: Final = {"image": "사진", "file": "파일", "video": "영상", "audio": "음성"}
_START: Final = {"greet", "GET_STARTED", "<GET_STARTED_PAYLOAD>"}
_UNREADABLE: Final = Ignored("unreadable event")


class MessengerChannel:
    """The platform signs the raw body with the application's secret."""

    name = "messenger"

    def __init__(self, abilities: Abilities, settings: MessengerSettings, client: httpx.AsyncClient) -> None:
        self.abilities = abilities
        self._secret = settings.app_secret.get_secret_value().encode()
        self._verify_token = settings.verify_token.get_secret_value()
        self._page_id = settings.page_id
        token = {"Authorization": f"Bearer {settings.page_token.get_secret_value()}"}
        self._api = Vendor(client, settings.api, token, _FILE_HOSTS)

    def verify(self, request: Request) -> None:
        if request.method == "GET":
            given = request.query.get("hub.verify_token", "")
            known = hmac.compare_digest(given.encode(), self._verify_token.encode())
            if not known or request.query.get("hub.mode") != "subscribe":
                raise Forbidden("확인 토큰이 올바르지 않습니다.")
            return
        given = request.headers.get("x-hub-signature-256", "")
        if not hmac.compare_digest(given.encode(), signature(self._secret, request.body).encode()):
            raise Unauthorized("인증되지 않은 요청입니다.")

    def parse(self, request: Request) -> list[Inbound | Ignored | Answered]:
        if request.method == "GET":
            return [Answered(request.query.get("hub.challenge", ""))]
        try:
            call = Call.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed("웹훅 요청의 형식이 올바르지 않습니다.") from error
        if call.object != "page":
            return [Ignored("not about a page")]
        events = [event for entry in call.entry for event in self._events(entry)]
        if events and all(event is _UNREADABLE for event in events):
            raise Malformed("웹훅 요청의 형식이 올바르지 않습니다.")
        return [*events]

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """Nobody sees it: what is said is pushed, one message a call."""
        return {"messages": [_message(bubble) for bubble in bubbles(replies, self.abilities)]}

    async def send(self, delivery: Delivery) -> Receipt:
        allowed = self._allowed(delivery)
        if allowed is None:
            return Receipt(Outcome.REFUSED, _TOO_LATE)
        messages = self.render(_disclosed(delivery))["messages"]
        for part, message in enumerate(messages[delivery.done :], delivery.done):
            body = {"recipient": {"id": delivery.to}, **allowed, "message": message}
            receipt = judged(await self._api.post("/me/messages", body))
            if receipt.outcome is not Outcome.SENT:
                return replace(receipt, done=part)
        return Receipt(Outcome.SENT, done=len(messages))

    async def fetch(self, file: InboundFile) -> bytes:
        return await self._api.download(file.reference)

    def _events(self, raw: object) -> Iterator[Inbound | Ignored]:
        try:
            entry = Entry.model_validate(raw)
        except ValidationError:
            yield _UNREADABLE
            return
        if self._page_id and entry.id != self._page_id:
            yield Ignored("another page")
            return
        if entry.standby:
            yield Ignored("standby")
        if not entry.messaging and not entry.standby:
            yield Ignored("no message")
        for event in entry.messaging:
            yield self._read(event, entry.id)

    def _read(self, raw: object, page: str) -> Inbound | Ignored:
        try:
            event = Event.model_validate(raw)
        except ValidationError:
            return _UNREADABLE
        if event.sender.id == page or (event.message and event.message.is_echo):
            return Ignored("echo")
        if event.message:
            return self._written(event, event.message)
        if event.postback is None:
            return Ignored("neither a message nor a button")
        pressed, said = event.postback.payload, event.postback.title
        if pressed in _START:
            pressed, said = "greet", "시작하기"
        return Inbound(self.name, event.sender.id, event.id, said or pressed, pressed)

    def _written(self, event: Event, message: Message) -> Inbound | Ignored:
        files = tuple(
            InboundFile(_name_of(one), reference=one.url) for one in message.attachments if _is_file(one)
        )
        text = message.text or _named(message.attachments)
        if not text:
            return Ignored("a message without words")
        pressed = message.quick_reply.payload if message.quick_reply else None
        return Inbound(self.name, event.sender.id, event.id, text, pressed, files)

    def _allowed(self, delivery: Delivery) -> dict[str, str] | None:
        """By which rule it may be sent now; None: the platform allows it no more."""
        since = delivery.at - delivery.written_at if delivery.at and delivery.written_at else timedelta()
        if self.abilities.window is None or since <= self.abilities.window:
            return {"messaging_type": "RESPONSE"}
        person = self.abilities.person_window
        if delivery.by_person and person and since <= person:
            return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        return None


def signature(secret: bytes, body: bytes) -> str:
    """What the platform puts into the header of a request."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def _message(bubble: Bubble) -> dict[str, Any]:
    message: dict[str, Any] = {"text": bubble.text}
    if bubble.choices:
        message["quick_replies"] = [
            {"content_type": "text", "title": choice.label, "payload": choice.payload}
            for choice in bubble.choices
        ]
    return message


def _disclosed(delivery: Delivery) -> Sequence[Reply]:
    """The platform wants a bot to say that it is one, whenever it begins to speak."""
    if not delivery.opens or not delivery.replies:
        return delivery.replies
    first, *others = delivery.replies
    return [first.model_copy(update={"text": f"{AUTOMATED}\n\n{first.text}"}), *others]


def _named(attachments: Sequence[Attachment]) -> str:
    """That something was sent; a sticker says nothing that asks for an answer."""
    if kinds := [one.type for one in attachments if _is_file(one)]:
        return f"({_FILES[kinds[0]]}을 보냈습니다)"
    return "(위치를 보냈습니다)" if any(one.type == "location" for one in attachments) else ""


def _is_file(one: Attachment) -> bool:
    return one.type in _FILES and bool(one.url) and one.sticker is None


def _name_of(one: Attachment) -> str:
    """A document's own name stands at the end of its address; a picture's is only a number."""
    name = unquote(one.url.partition("?")[0].rpartition("/")[2]) if one.type == "file" else ""
    return name or _FILES[one.type]
