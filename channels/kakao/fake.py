"""Kakao's chatbot platform on this machine: skill calls out, callbacks and events in, by Kakao's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import httpx
from fastapi import Request
from starlette.responses import JSONResponse, Response

from channels.fake import Button, FakeCloud, Hook, Said, Shown
from channels.kakao.adapter import SECRET_HEADER
from channels.kakao.limits import flaws
from channels.kakao.settings import KakaoSettings
from core.clock import Clock
from core.secrets import Secrets

_WAITS = httpx.Timeout(5.0)
_CALLBACK_LIVES = timedelta(minutes=1)
_BROKEN = "(카카오톡이 보일 수 없는 응답입니다)"


class FakeKakao(FakeCloud):
    """One chatbot, and whoever talks with it."""

    name: ClassVar[str] = "kakao"
    title: ClassVar[str] = "카카오톡"
    settings: ClassVar[type[KakaoSettings]] = KakaoSettings

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None,
        secret: str = "kakao-secret",  # noqa: S107 - opens nothing: a fake's, for tests
    ) -> None:  # fmt: skip
        super().__init__(webhook, client or httpx.AsyncClient(timeout=_WAITS), clock)
        self.callbacks = False
        """Whether the bot was approved for callbacks."""
        self.strangers: set[str] = set()
        """Who isn't a friend of the channel: no event reaches them."""
        known = KakaoSettings.load()
        self.bot_id = known.bot_id.rstrip("!") or "fake-bot"
        self.rest_key = known.rest_key.get_secret_value()
        self._secret = secret
        self._awaited: dict[str, tuple[str, datetime]] = {}
        self._tasks: dict[str, bool] = {}
        self.app.post("/v1/bots/{bot_id}/callback/{token}")(self._call_back)
        self.app.post("/v2/bots/{bot_id}/talk")(self._talk)
        self.app.get("/v1/tasks/{task_id}")(self._task)
        self.app.get("/dna/{file_id}/{name}")(self._file)

    @classmethod
    def opened(cls, webhook: str, secrets: Secrets) -> Self:
        cloud = cls(webhook, secret=secrets.kakao_secret)
        cloud.callbacks = urlsplit(KakaoSettings.load().api).hostname == "127.0.0.1"
        return cloud

    def hook(self, said: Said) -> Hook:
        headers = {SECRET_HEADER: self._secret, "x-request-id": said.message_id}
        return Hook(json.dumps(self.call(said), ensure_ascii=False).encode(), headers)

    def call(self, said: Said) -> dict[str, Any]:
        """The message as Kakao calls a skill with it."""
        url = f"{self.address}/dna/{self.keep(said.file)}/{said.file.name}" if said.file else ""
        params: dict[str, Any] = {"surface": "Kakaotalk.plusfriend"}
        asked: dict[str, Any] = {
            "timezone": "Asia/Seoul",
            "params": params | ({"media": {"type": "image", "url": url}} if url else {}),
            "block": {"id": "fallback", "name": "웰컴 블록" if said.payload == "greet" else "폴백 블록"},
            "utterance": url or said.text,
            "lang": "ko",
            "user": {
                "id": said.sender,
                "type": "botUserKey",
                "properties": {"botUserKey": said.sender, "bot_user_key": said.sender},
            },
        }
        if self.callbacks:
            self._awaited.setdefault(said.message_id, (said.sender, said.at or self.clock.now()))
            asked["callbackUrl"] = f"{self.address}/v1/bots/{self.bot_id}/callback/{said.message_id}"
        pressed = said.payload is not None and said.payload != "greet"
        trigger = "IMAGE_UPLOAD" if url else "QUICKREPLY_BUTTON_MESSAGE" if pressed else "TEXT_INPUT"
        return {
            "intent": {
                "id": "fallback",
                "name": "폴백 블록",
                "extra": {"reason": {"code": 1, "message": "OK"}},
            },
            "userRequest": asked,
            "bot": {"id": self.bot_id, "name": "응대(가상)"},
            "action": {
                "id": "skill",
                "name": "응대",
                "params": {},
                "detailParams": {},
                "clientExtra": {"payload": said.payload} if pressed else {},
            },
            "contexts": [],
            "flow": {"trigger": {"type": trigger}, "lastBlock": None},
        }

    def heard(self, said: Said, answer: httpx.Response) -> None:
        self._show(said.sender, answer.json(), said.message_id and f"answer:{said.message_id}")

    def _show(self, sender: str, body: Mapping[str, Any], key: str = "") -> None:
        if wrong := flaws(body):
            self.flaws += wrong
            self.show(sender, [Shown(_BROKEN)], key)
        elif body.get("useCallback"):
            self.show(sender, [Shown(body["data"]["text"])], key)
        else:
            self.show(sender, screen(body["template"]), key)

    async def _call_back(self, token: str, request: Request) -> Response:
        """Once, and within a minute."""
        sender, since = self._awaited.pop(token, ("", self.clock.now()))
        body = await request.json()
        taken = bool(sender) and self.clock.now() - since <= _CALLBACK_LIVES and not flaws(body)
        if taken:
            self._show(sender, body)
        return self._result(token, "SUCCESS" if taken else "ERROR")

    async def _talk(self, bot_id: str, request: Request) -> Response:
        if (
            request.headers.get("authorization") != f"KakaoAK {self.rest_key}"
            or bot_id.rstrip("!") != self.bot_id
        ):
            return JSONResponse({"status": "FAIL", "message": "UNAUTHORIZED"}, 401)
        body = await request.json()
        if not 1 <= len(body["user"]) <= 100:
            return JSONResponse({"status": "FAIL", "message": "INVALID_PARAMETER"}, 400)
        sender, task = body["user"][0]["id"], f"task-{len(self._tasks) + 1}"
        self._tasks[task] = sender not in self.strangers
        if self._tasks[task]:
            self.show(sender, [Shown(body["event"]["data"]["text"])])
        return self._result(task, "SUCCESS")

    async def _task(self, task_id: str) -> Response:
        if task_id not in self._tasks:
            return JSONResponse({"message": "NOT_FOUND"}, 404)
        reached = self._tasks[task_id]
        return JSONResponse(
            {
                "taskId": task_id,
                "status": "ALL SUCCESS" if reached else "1 FAIL",
                "allRequestCount": 1,
                "successCount": int(reached),
                "fail": {"count": int(not reached), "list": []},
            }
        )

    async def _file(self, file_id: str) -> Response:
        file = self.files.get(file_id)
        return Response(file.content, media_type=file.media_type) if file else Response(status_code=404)

    def _result(self, task: str, status: str) -> Response:
        at = int(self.clock.now().timestamp() * 1000)
        return JSONResponse({"taskId": task, "status": status, "message": "", "timestamp": at})


def screen(template: Mapping[str, Any]) -> list[Shown]:
    """The bubbles; the quick replies stand under the last one."""
    shown = [_bubble(output) for output in template["outputs"]]
    quick = [_button(reply) for reply in template["quickReplies"]]
    return [*shown[:-1], replace(shown[-1], buttons=[*shown[-1].buttons, *quick])]


def _bubble(output: Mapping[str, Any]) -> Shown:
    if text := output.get("simpleText"):
        return Shown(text["text"])
    if card := output.get("textCard"):
        return Shown(card["description"], [_button(button) for button in card["buttons"]])
    items = output["listCard"]
    return Shown("", [_button(item) for item in items["items"]], title=items["header"]["title"])


def _button(button: Mapping[str, Any]) -> Button:
    link = button.get("webLinkUrl") or (f"tel:{button['phoneNumber']}" if "phoneNumber" in button else "")
    payload = button.get("extra", {}).get("payload")
    return Button(button.get("label") or button["title"], payload, button.get("messageText", ""), link)
