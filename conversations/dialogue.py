"""The only client of Rasa."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from channels.protocol import Reply


class DialogueError(Exception):
    """Rasa is down, too slow, or answers rubbish; the message must be handled without it."""


class Awaiting(BaseModel):
    """What the dialogue waits for: a form and its field, or nothing."""

    form: str | None = None
    slot: str | None = None


class Turn(BaseModel):
    """What Rasa says to one message."""

    replies: list[Reply] = Field(min_length=1)
    awaiting: Awaiting = Awaiting()
    alone: bool = Field(False, exclude=True)
    """Said without Rasa, who may still handle the message, and then stand where the citizen never was."""


class RasaDialogue:
    """Speaks with Rasa's gateway channel (`bot/gateway.py`)."""

    def __init__(self, base_url: str, token: str, timeout: float) -> None:
        """`timeout` in seconds bounds the whole turn, actions included."""
        self._timeout = timeout
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            trust_env=False,
        )

    async def turn(
        self, sender: str, message_id: str, text: str, metadata: dict[str, Any], retry: bool = False
    ) -> Turn:
        """Hand over one masked message; raises `DialogueError` whenever there is no usable answer.

        With `retry` a message that Rasa has already handled gets the same replies again.
        """
        body = {
            "sender": sender,
            "message_id": message_id,
            "text": text,
            "metadata": metadata,
            "retry": retry,
        }
        try:
            # httpx bounds each read alone: an answer that drips would never end.
            async with asyncio.timeout(self._timeout):
                response = await self._http.post("/webhooks/gateway/message", json=body)
            response.raise_for_status()
            return Turn.model_validate_json(response.content)
        except (httpx.HTTPError, TimeoutError, ValidationError) as error:
            raise DialogueError(type(error).__name__) from error

    async def healthy(self) -> bool:
        """Whether Rasa says that it can answer."""
        try:
            return (await self._http.get("/webhooks/gateway/health")).status_code == 200
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()
