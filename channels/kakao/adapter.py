"""The skill call in, the skill response out, inside Kakao's limits."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from channels.kakao.payloads import SkillCall
from channels.kakao.settings import KakaoSettings
from channels.layout import Bubble, Choice, bubbles
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
from core.errors import Forbidden, Invalid, Malformed, Unauthorized

SECRET_HEADER = "x-eungdae-secret"  # noqa: S105 - the header's name, not a secret
# Kakao shows an error for a response without any output, and the bot has none while a person is there.
PASSED_ON = "담당 직원에게 전달했습니다. 답변은 다음 메시지에 이어서 알려 드리겠습니다."


class KakaoChannel:
    """Kakao signs nothing: a secret header, registered in the skill's settings, proves the sender."""

    name = "kakao"

    def __init__(self, abilities: Abilities, secret: str, settings: KakaoSettings) -> None:
        self.abilities = abilities
        self._secret = secret
        self._bot_id = settings.bot_id

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
        if self._bot_id and call.bot.id.rstrip("!") != self._bot_id:
            raise Forbidden("등록되지 않은 챗봇입니다.")
        text = "(사진을 보냈습니다)" if call.media_type else call.user_request.utterance
        told_apart_by = request.headers.get("x-request-id", "").encode() or request.body
        message_id = hashlib.sha256(told_apart_by).hexdigest()
        return (Inbound(self.name, call.user_request.user.id, message_id, text, call.payload),)

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        said = bubbles(replies, self.abilities) or [Bubble(PASSED_ON)]
        return {
            "version": "2.0",
            "template": {
                "outputs": [{"simpleText": {"text": bubble.text}} for bubble in said],
                "quickReplies": [_quick_reply(choice) for choice in said[-1].choices],
            },
        }

    async def send(self, delivery: Delivery) -> Receipt:
        return Receipt(Outcome.REFUSED, "먼저 보낼 수 없는 채널입니다.")

    async def fetch(self, file: InboundFile) -> bytes:
        raise Invalid("사진은 받지 않습니다.")


def _quick_reply(choice: Choice) -> dict[str, Any]:
    return {
        "label": choice.label,
        "action": "message",
        "messageText": choice.said,
        "extra": {"payload": choice.payload},
    }
