"""What is said after its request was answered: once by the request's callback, or by the Event API."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from channels.kakao.settings import KakaoSettings
from channels.protocol import Delivery, Outcome, Receipt
from channels.vendor import Answer, Vendor

RESULT_AFTER: Final = (0.5, 1.0, 2.0)
"""Seconds between the questions what came of a message that was accepted; after them it counts as sent."""
_CALLBACK_LIVES: Final = timedelta(seconds=58)
_NOT_TAKEN: Final = "카카오톡이 받지 않았습니다."
_NOT_DELIVERED: Final = "카카오톡이 전하지 못했습니다. 채널을 추가하지 않았거나 차단한 분일 수 있습니다."


def is_kakaos(url: str, hosts: Sequence[str]) -> bool:
    """Whether an address that a request names is encrypted, and on one of the hosts or under it."""
    try:
        asked = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return False
    return asked.scheme == "https" and any(
        asked.host == host or asked.host.endswith(f".{host}") for host in hosts
    )


class Push:
    """The two ways to say something unasked. Only the Event API is told our key."""

    def __init__(self, settings: KakaoSettings, client: httpx.AsyncClient) -> None:
        key = {"Authorization": f"KakaoAK {settings.rest_key.get_secret_value()}"}
        self._api = Vendor(client, settings.api, key)
        self._callback = Vendor(client, "")
        self._own = settings.api.rstrip("/") + "/"
        self._path = f"/v2/bots/{settings.bot_id}/talk"
        self._event = settings.event
        self.result_after: Sequence[float] = RESULT_AFTER

    def way_back(self, url: str, since: datetime) -> str:
        """The callback's address and until when it lives, if it is Kakao's; else nothing."""
        if not (url.startswith(self._own) or is_kakaos(url, ("kakao.com",))):
            return ""
        return f"{(since + _CALLBACK_LIVES).isoformat()} {url}"

    async def call_back(self, delivery: Delivery, body: dict[str, Any]) -> Receipt | None:
        """Answer by the request's own callback; None: it has none, or too much time has passed."""
        until, _, url = delivery.way_back.partition(" ")
        if not url or (delivery.at and delivery.at > datetime.fromisoformat(until)):
            return None
        return _judged(await self._callback.post(url, body))

    async def talk(self, delivery: Delivery, texts: Sequence[str]) -> Receipt:
        """Each text is one event, which a block of the bot shows."""
        for done, text in enumerate(texts):
            if done < delivery.done:
                continue
            receipt = await self._tell(delivery.to, text)
            if receipt.outcome is not Outcome.SENT:
                return replace(receipt, done=done)
        return Receipt(Outcome.SENT, done=len(texts))

    async def _tell(self, to: str, text: str) -> Receipt:
        user = {"type": "botUserKey", "id": to, "properties": {}}
        event = {"name": self._event, "data": {"text": text}}
        answer = await self._api.post(self._path, {"event": event, "user": [user], "params": {}})
        receipt = _judged(answer)
        if receipt.outcome is Outcome.SENT and isinstance(task := answer.body.get("taskId"), str):
            return await self._result(task)
        return receipt

    async def _result(self, task: str) -> Receipt:
        """SUCCESS only meant that it was accepted: whether it reached them is told afterwards."""
        for seconds in self.result_after:
            await asyncio.sleep(seconds)
            told = (await self._api.get(f"/v1/tasks/{task}")).body
            if isinstance(told, dict) and told.get("successCount"):
                return Receipt(Outcome.SENT)
            if isinstance(told, dict) and "FAIL" in str(told.get("status")):
                return Receipt(Outcome.REFUSED, _NOT_DELIVERED, waits=True)
        return Receipt(Outcome.SENT)


def _judged(answer: Answer) -> Receipt:
    """Kakao says FAIL or ERROR in the body of an answer whose status is fine."""
    if not answer.ok:
        return answer.receipt
    status = answer.body.get("status") if isinstance(answer.body, dict) else None
    return Receipt(Outcome.SENT) if status == "SUCCESS" else Receipt(Outcome.REFUSED, _NOT_TAKEN, waits=True)
