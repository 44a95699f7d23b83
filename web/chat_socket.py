"""The same chat over a WebSocket: the widget sends, and hears at once what bot and staff say."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError

from channels import protocol
from conversations.hub import topic_of
from core.errors import EungdaeError, TooMany, Unauthorized
from web.chat import LAST_MESSAGE, limit_messages
from web.composition import House
from web.requests import MINUTE, address_of, house_of, web_channel

router = APIRouter(prefix="/api/chat")
log = structlog.get_logger()

UNAUTHORIZED = 4401
BROKEN = 1011
FAILED = "일시적인 문제로 처리하지 못했습니다. 잠시 후 다시 시도해 주십시오."
_LARGEST_FRAME = 64 * 1024
_HELLO_SECONDS = 10
_TYPING = '{"type":"typing"}'
"""The frame, to the letter, with which the widget says that the citizen is writing."""
_TYPING_SECONDS = 3.0
"""After this long it is looked whether the member of staff still writes: nobody tells when they stop."""
TYPINGS_A_MINUTE = 30


class Hello(BaseModel):
    """The first frame: a token belongs into no URL."""

    token: str
    after: int = Field(0, ge=0, le=LAST_MESSAGE)


@router.websocket("/ws")
async def live(socket: WebSocket) -> None:
    """Hello first; then messages in both directions until either side hangs up."""
    house = house_of(socket)
    await socket.accept()
    try:
        text = await asyncio.wait_for(_text(socket), _HELLO_SECONDS)
        hello = Hello.model_validate_json(text)
        visitor = web_channel(house).visitor(hello.token)
    except (TimeoutError, ValidationError, Unauthorized):
        await socket.close(UNAUTHORIZED)
        return
    except WebSocketDisconnect:
        return
    line = _Line(socket, house, visitor, hello)
    try:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(line.tell())
            await line.listen()
            telling.cancel()
    except* Exception as broken:  # noqa: BLE001 - the widget comes again, and is told what it missed
        log.error("a line broke", errors=[type(error).__name__ for error in broken.exceptions])
        await socket.close(BROKEN)


async def _text(socket: WebSocket) -> str:
    """The next frame; nothing, which nobody can read either, where it isn't text."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1000)
    return message.get("text") or ""


async def _wait(changed: asyncio.Event, seconds: float | None) -> None:
    """Until something changes, or so many seconds have passed."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()


class _Line:
    """One open socket."""

    def __init__(self, socket: WebSocket, house: House, visitor: str, hello: Hello) -> None:
        self._socket = socket
        self._house = house
        self._visitor = visitor
        self._hello = hello

    async def tell(self) -> None:
        """Send whatever is new, from the message on that the widget already has."""
        seq, person, typing, first = self._hello.after, None, False, True
        with self._house.hub.watch(topic_of("web", self._visitor)) as changed:
            while True:
                changed.clear()
                history = await self._house.conversations.history("web", self._visitor, seq)
                for said in history.messages:
                    seq = said.seq
                    await self._send({"type": "message", "message": said.for_citizen()})
                if first or history.person != person:
                    person, first = history.person, False
                    await self._send({"type": "person", "person": person})
                if history.typing != typing:
                    typing = history.typing
                    await self._send({"type": "typing", "typing": typing})
                await _wait(changed, _TYPING_SECONDS if typing else None)

    async def listen(self) -> None:
        """Take messages; each is acknowledged by being told like all others."""
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                try:
                    await self._take(await _text(self._socket))
                except EungdaeError as error:
                    await self._send({"type": "error", "error": error.message, "status": error.status})
                except WebSocketDisconnect:
                    raise
                except Exception as error:  # noqa: BLE001 - the citizen must hear that it failed
                    log.error("a message failed", error=type(error).__name__)
                    await self._send({"type": "error", "error": FAILED, "status": 500})

    async def _take(self, frame: str) -> None:
        if frame == _TYPING:
            await self._is_typing()
            return
        channel = web_channel(self._house)
        headers = {"authorization": f"Bearer {self._hello.token}"}
        request = protocol.Request(frame.encode("utf-8", "replace")[:_LARGEST_FRAME], headers)
        channel.verify(request)
        [inbound] = channel.parse(request)
        limit_messages(self._house, inbound.sender, address_of(self._socket))
        await self._house.conversations.receive(inbound)

    async def _is_typing(self) -> None:
        # Who types too often for our taste is not told: it was only a courtesy.
        with contextlib.suppress(TooMany):
            self._house.limiter.hit(f"typing:{self._visitor}", TYPINGS_A_MINUTE, MINUTE)
            await self._house.conversations.typing("web", self._visitor)

    async def _send(self, frame: dict[str, Any]) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the other side has hung up
            await self._socket.send_json(frame)
