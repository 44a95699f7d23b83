"""Telegram's bot platform on this machine: updates out, the bot's methods in, by Telegram's own rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import httpx
from fastapi import Request
from starlette.responses import JSONResponse, Response

from channels.fake import Button, FakeCloud, Fault, Hook, Said, Shown
from channels.telegram.settings import TelegramSettings
from channels.text import length
from core.clock import Clock

_TOKEN, _SECRET = "110201543:fake-token", "telegram-fake-secret"
_LONGEST, _LONGEST_DATA = 4096, 64


class FakeTelegram(FakeCloud):
    """One bot, and whoever writes to it; a sender is a number, as Telegram's are."""

    name: ClassVar[str] = "telegram"
    title: ClassVar[str] = "텔레그램"
    settings: ClassVar[type[TelegramSettings]] = TelegramSettings
    example: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"EUNGDAE_TELEGRAM_TOKEN": _TOKEN, "EUNGDAE_TELEGRAM_SECRET": _SECRET}
    )

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(webhook, client, clock)
        self.typing: list[str] = []
        """Chats in which the bot was shown to be writing."""
        self.answered: list[str] = []
        """Pressed buttons that stopped waiting."""
        self.blocked: set[str] = set()
        """Chats whose citizen has blocked the bot."""
        self.app.post("/bot{token}/{method}")(self._method)
        self.app.get("/file/bot{token}/{path:path}")(self._file)

    def hook(self, said: Said) -> Hook:
        headers = {"x-telegram-bot-api-secret-token": _SECRET}
        return Hook(json.dumps(self.update(said)).encode(), headers)

    def update(self, said: Said) -> dict[str, Any]:
        """The message as an update of the bot."""
        number = int(hashlib.sha256(said.message_id.encode()).hexdigest()[:12], 16)
        chat = {"id": chat_of(said.sender), "type": "private", "first_name": "시민"}
        sender = {"id": chat["id"], "is_bot": False, "first_name": "시민", "language_code": "ko"}
        if said.payload is not None:
            rows = [[{"text": said.text, "callback_data": said.payload}]]
            under = {"message_id": number % 10_000, "chat": chat, "reply_markup": {"inline_keyboard": rows}}
            query = {"id": f"q{number}", "from": sender, "message": under, "data": said.payload}
            return {"update_id": number, "callback_query": query}
        date = int((said.at or self.clock.now()).timestamp())
        message: dict[str, Any] = {"message_id": number % 10_000, "date": date, "chat": chat, "from": sender}
        return {"update_id": number, "message": message | self._content(said)}

    def heard(self, said: Said, answer: httpx.Response) -> None:
        call = answer.json()
        if "method" in call:
            self._do(call["method"], call)

    def failing(self, fault: Fault) -> Response:
        if fault.kind == "429":
            seconds = max(1, round(fault.retry_after))
            return _error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        if fault.kind == "refuse":
            return _error(403, "Forbidden: bot was blocked by the user")
        return _error(500, "Internal Server Error")

    def _content(self, said: Said) -> dict[str, Any]:
        if said.file is None:
            return {"text": said.text}
        file = {"file_id": self.keep(said.file), "file_size": len(said.file.content)}
        words = {"caption": said.text} if said.text else {}
        if said.file.media_type.startswith("image/"):
            return words | {"photo": [file | {"width": 90, "height": 90}]}
        name = {"file_name": said.file.name, "mime_type": said.file.media_type}
        return words | {"document": file | name}

    async def _method(self, token: str, method: str, request: Request) -> Response:
        if token != _TOKEN:
            return _error(404, "Not Found")
        try:
            call = json.loads(await request.body())
        except ValueError:
            return _error(400, "Bad Request: can't parse JSON")
        return self._do(method, call)

    def _do(self, method: str, call: Mapping[str, Any]) -> Response:
        match method:
            case "sendMessage":
                return self._send(call)
            case "sendChatAction":
                self.typing.append(str(call["chat_id"]))
            case "answerCallbackQuery":
                self.answered.append(str(call["callback_query_id"]))
            case "getFile":
                return self._get_file(str(call.get("file_id")))
            case _:
                return _error(404, "Not Found: method not found")
        return JSONResponse({"ok": True, "result": True})

    def _send(self, call: Mapping[str, Any]) -> Response:
        chat, text = str(call.get("chat_id")), call.get("text")
        if chat in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        if not isinstance(text, str) or not text.strip():
            return _error(400, "Bad Request: message text is empty")
        if length(text, "utf16") > _LONGEST:
            return _error(400, "Bad Request: message is too long")
        buttons = _buttons(call.get("reply_markup") or {})
        if any(not 1 <= len((one.payload or "").encode()) <= _LONGEST_DATA for one in buttons):
            return _error(400, "Bad Request: BUTTON_DATA_INVALID")
        self.show(self._sender_of(chat), [Shown(text, buttons)])
        return JSONResponse({"ok": True, "result": {"message_id": len(self.received)}})

    def _get_file(self, file_id: str) -> Response:
        if file_id not in self.files:
            return _error(400, "Bad Request: invalid file_id")
        if len(self.files[file_id].content) > 20 * 1024 * 1024:
            return _error(400, "Bad Request: file is too big")
        return JSONResponse({"ok": True, "result": {"file_id": file_id, "file_path": f"documents/{file_id}"}})

    async def _file(self, token: str, path: str) -> Response:
        file = self.files.get(path.rpartition("/")[2])
        if token != _TOKEN or file is None:
            return _error(404, "Not Found")
        return Response(file.content, media_type="application/octet-stream")

    def _sender_of(self, chat: str) -> str:
        """The name under which a citizen of the page writes, whose chat has a number."""
        return next((sender for sender in self._threads if str(chat_of(sender)) == chat), chat)


def chat_of(sender: str) -> int:
    """The number of the sender's chat: the sender itself, if that is one."""
    return int(sender) if sender.isdecimal() else int(hashlib.sha256(sender.encode()).hexdigest()[:10], 16)


def _buttons(markup: Mapping[str, Any]) -> Sequence[Button]:
    rows = markup.get("inline_keyboard", [])
    return [Button(one["text"], one["callback_data"], said=one["text"]) for row in rows for one in row]


def _error(code: int, description: str, **parameters: int) -> Response:
    body = {"ok": False, "error_code": code, "description": description}
    return JSONResponse(body | ({"parameters": parameters} if parameters else {}), code)
