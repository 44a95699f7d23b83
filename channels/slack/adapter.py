"""Slack's events and interactions in, Block Kit messages out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID, uuid5

import httpx

from channels.layout import Bubble, Choice, bubbles
from channels.protocol import (
    Abilities,
    Delivery,
    Event,
    InboundFile,
    Outcome,
    Receipt,
    Reply,
    Request,
)  # fmt: skip
from channels.slack import parsing
from channels.slack.mrkdwn import escaped, sections
from channels.slack.room import StaffRoom
from channels.slack.settings import SlackSettings
from channels.slack.verdict import judged
from channels.text import shorten
from channels.vendor import Vendor
from core.errors import Unauthorized

MOST_SECONDS_OFF: Final = 300
"""A request whose time is farther from ours was recorded by somebody, and is played again."""

_FIT_FOR_ALL_EYES: Final = frozenset({"answer", "choices", "feedback", "offer"})
_NOTICE: Final = 150


def signature(secret: bytes, at: str, body: bytes) -> str:
    """What proves a request of Slack's, made at `at` (seconds since 1970)."""
    return "v0=" + hmac.new(secret, f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()


class SlackChannel:
    """Everything is pushed; `sender` is Slack's id of the person, who is reached in a direct message."""

    name = parsing.NAME

    def __init__(self, abilities: Abilities, settings: SlackSettings, client: httpx.AsyncClient) -> None:
        self.abilities = abilities
        self._secret = settings.signing_secret.get_secret_value().encode()
        token = {"authorization": f"Bearer {settings.bot_token.get_secret_value()}"}
        self._api = Vendor(client, settings.api, token)
        # Files lie at another address, and want the same token.
        self._files = Vendor(client, settings.files, token)
        self.staff = StaffRoom(self._api, settings.staff_channel)

    def verify(self, request: Request) -> None:
        """Slack signs body and time together."""
        at = request.headers.get("x-slack-request-timestamp", "")
        if not (at.isascii() and at.isdigit() and len(at) <= 12):
            raise Unauthorized("인증되지 않은 요청입니다.")
        given = request.headers.get("x-slack-signature", "")
        if not hmac.compare_digest(given.encode(), signature(self._secret, at, request.body).encode()):
            raise Unauthorized("인증되지 않은 요청입니다.")
        if abs(request.at.timestamp() - int(at)) > MOST_SECONDS_OFF:
            raise Unauthorized("너무 오래된 요청입니다.")

    def parse(self, request: Request) -> Sequence[Event]:
        return parsing.events(request)

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """The messages that `send` posts one after the other."""
        return {"messages": [_message(bubble) for bubble in bubbles(replies, self.abilities)]}

    async def send(self, delivery: Delivery) -> Receipt:
        messages = self.render(delivery.replies)["messages"]
        if delivery.replaces:
            return await self._update(delivery.replaces, messages[0])
        receipt = Receipt(Outcome.SENT)
        for n, message in enumerate(messages[delivery.done :], delivery.done):
            post = _where(delivery) | message | {"client_msg_id": str(uuid5(UUID(delivery.key), str(n)))}
            receipt = replace(judged(await self._api.post("/chat.postMessage", post)), done=n)
            if receipt.outcome is not Outcome.SENT:
                return receipt
        return replace(receipt, done=len(messages))

    async def _update(self, name: str, message: dict[str, Any]) -> Receipt:
        channel, _, ts = name.partition(":")
        answer = await self._api.post("/chat.update", {"channel": channel, "ts": ts} | message)
        # Said twice, it still stands there once.
        return replace(judged(answer), uncertain=False)

    async def fetch(self, file: InboundFile) -> bytes:
        return await self._files.download(file.reference)


def _where(delivery: Delivery) -> dict[str, str]:
    """Back to where the person wrote; what isn't for everybody's eyes goes into the direct message."""
    channel, _, ts = delivery.thread.partition(":")
    for_all = not delivery.by_person and all(reply.kind in _FIT_FOR_ALL_EYES for reply in delivery.replies)
    if channel and (channel.startswith("D") or for_all):
        return {"channel": channel} | ({"thread_ts": ts} if ts else {})
    return {"channel": delivery.to}


def _message(bubble: Bubble) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in sections(bubble.text)
    ]
    if bubble.choices:
        blocks.append(
            {"type": "actions", "elements": [_button(n, one) for n, one in enumerate(bubble.choices)]}
        )
    # The text is what a notification shows.
    return {"text": escaped(shorten(bubble.text, _NOTICE)), "blocks": blocks}


def _button(n: int, choice: Choice) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": f"choice:{n}",
        "text": {"type": "plain_text", "text": choice.label, "emoji": False},
        "value": choice.payload,
    }
