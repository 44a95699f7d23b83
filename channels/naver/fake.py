"""TalkTalk's platform on this machine: events out, the send API in, by Naver's own rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import httpx
from fastapi import Request
from starlette.responses import JSONResponse, Response

from channels.fake import Button, FakeCloud, Fault, Hook, Said, Shown
from channels.naver.settings import NaverSettings
from core.clock import Clock

_API = "/chatbot/v1"
_TOKEN = "ct_fake_token"  # noqa: S105 - proves us to the fake alone
_LONGEST, _LONGEST_CARD, _LONGEST_TITLE, _LONGEST_QUICK, _MOST_BUTTONS = 10_000, 1000, 18, 10, 10
_REFUSED = {"01": "Authorization 정보 오류", "02": "request json 문자열 파싱 오류", "99": "처리 오류"}


class FakeNaver(FakeCloud):
    """One partner account, and whoever writes to it."""

    name: ClassVar[str] = "naver"
    title: ClassVar[str] = "네이버 톡톡"
    settings: ClassVar[type[NaverSettings]] = NaverSettings
    example: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "EUNGDAE_NAVER_ENABLED": "true",
            "EUNGDAE_NAVER_TOKEN": _TOKEN,
            "EUNGDAE_NAVER_NETWORKS": "127.0.0.0/8",
        }
    )

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(webhook, client, clock)
        self.typing: list[str] = []
        """Citizens who were shown that somebody is writing."""
        self.handed_over: list[tuple[str, dict[str, Any]]] = []
        """Citizens handed over to the partner centre's people, with the card that came along."""
        self.notified: list[str] = []
        """Citizens whose telephone was told."""
        self.app.post(f"{_API}/event")(self._event)
        self.app.get(f"{_API}/files/{{name}}")(self._file)

    def hook(self, said: Said) -> Hook:
        """Naver gives a message no id, so the same words make the same request."""
        body = {"event": "send", "user": said.sender, "options": {"mobile": False}} | self._content(said)
        return Hook(json.dumps(body).encode())

    def heard(self, said: Said, answer: httpx.Response) -> None:
        if event := answer.json():
            self._do(said.sender, event)

    def failing(self, fault: Fault) -> Response:
        """The platform answers everything with 200; what stands before it doesn't."""
        return _result("02") if fault.kind == "refuse" else super().failing(fault)

    def _content(self, said: Said) -> dict[str, Any]:
        if said.file is not None:
            address = f"{self.address}{_API}/files/{self.keep(said.file)}.jpg"
            return {"imageContent": {"imageUrl": address}}
        if said.payload is not None:
            return {"textContent": {"text": said.text, "code": said.payload, "inputType": "button"}}
        return {"textContent": {"text": said.text, "inputType": "typing"}}

    async def _event(self, request: Request) -> Response:
        if request.headers.get("authorization") != _TOKEN:
            return _result("01")
        try:
            event = json.loads(await request.body())
        except ValueError:
            return _result("02")
        return _result(self._do(str(event.get("user", "")), event))

    def _do(self, user: str, event: Mapping[str, Any]) -> str:
        """What the event does to the citizen's screen; the result's code."""
        options = event.get("options") or {}
        match event.get("event"):
            case "send" if (shown := _shown(event)) and user:
                self.show(user, [shown])
                self.notified += [user] if options.get("notification") else []
            case "action" if user:
                self.typing.append(user)
            case "handover" if options.get("control") == "passThread" and options.get("targetId") == 1:
                self.handed_over.append((user, json.loads(options.get("metadata") or "{}")))
            case _:
                return "02"
        return "00"

    async def _file(self, name: str) -> Response:
        file = self.files.get(name.removesuffix(".jpg"))
        if file is None:
            return Response(status_code=404)
        return Response(file.content, media_type=file.media_type or "image/jpeg")


def _shown(event: Mapping[str, Any]) -> Shown | None:
    """The bubble; None for one that breaks a limit."""
    if text := event.get("textContent"):
        buttons = _buttons((text.get("quickReply") or {}).get("buttonList") or [], _LONGEST_QUICK)
        fits = buttons is not None and 1 <= len(text["text"]) <= _LONGEST
        return Shown(text["text"], buttons or ()) if fits else None
    cards = (event.get("compositeContent") or {}).get("compositeList") or []
    if len(cards) != 1:
        return None
    words, given = cards[0].get("description", ""), cards[0].get("buttonList") or []
    buttons = _buttons(given, _LONGEST_TITLE)
    return Shown(words, buttons) if buttons and 1 <= len(words) <= _LONGEST_CARD else None


def _buttons(given: Sequence[Mapping[str, Any]], longest: int) -> list[Button] | None:
    data = [button["data"] for button in given]
    if len(data) > _MOST_BUTTONS or any(not 1 <= len(one["title"]) <= longest for one in data):
        return None
    return [Button(one["title"], one.get("code"), said=one["title"]) for one in data]


def _result(code: str) -> Response:
    if code == "00":
        return JSONResponse({"success": True, "resultCode": "00"})
    return JSONResponse({"success": False, "resultCode": code, "resultMessage": _REFUSED[code]})
