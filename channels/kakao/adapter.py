"""The skill call in, the skill response out; what is said later goes by the callback or the Event API."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import httpx
from pydantic import ValidationError

from channels.kakao.outputs import SkillResponse, waiting
from channels.kakao.payloads import Media, SkillCall, UserRequest
from channels.kakao.push import Push, is_kakaos
from channels.kakao.settings import KakaoSettings
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
from channels.vendor import Vendor
from core.errors import Forbidden, Malformed, Unauthorized

SECRET_HEADER = "x-eungdae-secret"  # noqa: S105 - the header's name, not a secret
FILE_HOSTS = ("kakaocdn.net", "talk.kakao.com")
_WELCOME = "웰컴 블록"
_PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic"}
_NOT_FIRST = "카카오톡은 먼저 보낼 수 없어, 다음 메시지에 함께 전합니다."


class KakaoChannel:
    """Kakao signs nothing: a secret header, registered in the skill's settings, proves the sender."""

    name = "kakao"

    def __init__(
        self, abilities: Abilities, secret: str, settings: KakaoSettings, client: httpx.AsyncClient
    ) -> None:
        self.abilities = replace(abilities, reach="push") if settings.pushes else abilities
        self._secret = secret
        self._settings = settings
        self._response = SkillResponse(self.abilities, settings.operator)
        self._push = Push(settings, client)
        self._files = Vendor(client, settings.api, file_hosts=FILE_HOSTS)

    def verify(self, request: Request) -> None:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Unauthorized("인증되지 않은 요청입니다.")

    def parse(self, request: Request) -> tuple[Inbound | Ignored]:
        try:
            call = SkillCall.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed("스킬 요청의 형식이 올바르지 않습니다.") from error
        if call.is_in_slot_filling is not None:
            return (Ignored("slot validation"),)
        if call.user_request is None:
            raise Malformed("스킬 요청에 userRequest가 없습니다.")
        bot_id = self._settings.bot_id.rstrip("!")
        if bot_id and call.bot.id.rstrip("!") != bot_id:
            raise Forbidden("등록되지 않은 챗봇입니다.")
        return (self._inbound(call.user_request, call.payload, request),)

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        return self._response.of(replies)

    def acknowledge(self, inbound: Inbound, late: bool) -> dict[str, Any] | None:
        """Within five seconds something must be said: that the answer comes by itself, or by a button."""
        pushes = self._settings.pushes
        return waiting(calls_back=bool(inbound.way_back), pushes=pushes) if late else None

    async def send(self, delivery: Delivery) -> Receipt:
        called = await self._push.call_back(delivery, self.render(delivery.replies))
        if called and called.outcome is not Outcome.REFUSED:
            return called
        if not self._settings.pushes:
            return called or Receipt(Outcome.REFUSED, _NOT_FIRST)
        return await self._push.talk(delivery, self._response.texts(delivery.replies))

    async def fetch(self, file: InboundFile) -> bytes:
        return await self._files.download(file.reference)

    def _inbound(self, asked: UserRequest, payload: str | None, request: Request) -> Inbound:
        told_apart_by = request.headers.get("x-request-id", "").encode() or request.body
        picture = _picture(asked)
        text = "(사진을 보냈습니다)" if picture else asked.utterance
        if asked.block and asked.block.name == _WELCOME and payload is None:
            text, payload = "시작하기", "greet"
        return Inbound(
            self.name,
            asked.user.id,
            hashlib.sha256(told_apart_by).hexdigest(),
            text,
            payload,
            files=picture,
            way_back=self._push.way_back(asked.callback_url or "", request.at),
        )


def _picture(asked: UserRequest) -> tuple[InboundFile, ...]:
    """Some calls name it in the parameters, others only say its address."""
    try:
        media = Media.model_validate((asked.params or {}).get("media"))
    except ValidationError:
        media = Media()
    said = _encrypted(asked.utterance.strip())
    url = _encrypted(media.url) or (said if is_kakaos(said, FILE_HOSTS) else "")
    if not url:
        return ()
    ending = PurePosixPath(url.partition("?")[0]).suffix.lower()
    return (InboundFile(f"사진{ending if ending in _PICTURES else '.jpg'}", reference=url),)


def _encrypted(url: str) -> str:
    """Pictures' addresses are often given without encryption; the same hosts speak it too."""
    encrypted = url.replace("http://", "https://", 1)
    return encrypted if is_kakaos(encrypted, FILE_HOSTS) else url
