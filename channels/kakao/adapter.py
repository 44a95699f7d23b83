"""The skill call in, the skill response out, inside Kakao's limits."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from channels.kakao.payloads import SkillCall
from channels.protocol import Abilities, Button, Ignored, Inbound, Reply, Request
from channels.text import shorten, split
from core.errors import Forbidden, Malformed, Unauthorized

SECRET_HEADER = "x-eungdae-secret"  # noqa: S105 - the header's name, not a secret
TEXT_LIMIT = 1000
MOST_OUTPUTS = 3
MOST_QUICK_REPLIES = 10
LABEL_LIMIT = 14
# Kakao shows an error for a response without any output, and the bot has none while a person is there.
PASSED_ON = "담당 직원에게 전달했습니다. 답변은 다음 메시지에 이어서 알려 드리겠습니다."


class KakaoChannel:
    """Kakao signs nothing: a secret header, registered in the skill's settings, proves the sender."""

    name = "kakao"
    abilities = Abilities()

    def __init__(self, secret: str, bot_id: str = "") -> None:
        """`bot_id` empty: calls of any bot that knows the secret are taken."""
        self._secret = secret
        self._bot_id = bot_id

    def verify(self, request: Request) -> None:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Unauthorized("인증되지 않은 요청입니다.")

    def parse(self, request: Request) -> Inbound | Ignored:
        try:
            call = SkillCall.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed("스킬 요청의 형식이 올바르지 않습니다.") from error
        if call.is_in_slot_filling is not None:
            return Ignored("slot validation")
        if call.user_request is None:
            raise Malformed("스킬 요청에 userRequest가 없습니다.")
        if self._bot_id and call.bot.id.rstrip("!") != self._bot_id:
            raise Forbidden("등록되지 않은 챗봇입니다.")
        text = "(사진을 보냈습니다)" if call.media_type else call.user_request.utterance
        told_apart_by = request.headers.get("x-request-id", "").encode() or request.body
        message_id = hashlib.sha256(told_apart_by).hexdigest()
        return Inbound(self.name, call.user_request.user.id, message_id, text, call.payload)

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        texts = [part for reply in replies for part in split(_spoken(reply), TEXT_LIMIT)]
        buttons = [button for reply in replies for button in reply.buttons]
        return {
            "version": "2.0",
            "template": {
                "outputs": [{"simpleText": {"text": text}} for text in _within(texts) or [PASSED_ON]],
                "quickReplies": [_quick_reply(button) for button in _last(buttons)],
            },
        }


def _spoken(reply: Reply) -> str:
    lines = [reply.text]
    if any(len(button.label) > LABEL_LIMIT for button in reply.buttons):
        # A quick reply shows 14 characters of a question: the whole stands here, and its number can be typed.
        lines += [f"{number}. {button.label}" for number, button in enumerate(reply.buttons, 1)]
    if reply.kind == "answer" and (department := reply.data.get("department")):
        lines.append(f"담당: {department['name']} {department['phone']}")
    for file in reply.data.get("files", ()):
        # A link without a host leads nowhere from a messenger.
        link = file["href"] if file["href"].startswith("http") else "담당자에게 요청하시면 보내 드립니다."
        lines.append(f"첨부 파일 {file['name']}: {link}")
    if str(calendar := reply.data.get("calendar")).startswith("http"):
        lines.append(f"내 일정에 담기: {calendar}")
    if person := reply.data.get("signed"):
        who = f"{person['name']} {person['title']}".strip()
        lines.append(f"— {who} · {person['department']} · {person['phone']}")
    return "\n".join(lines)


def _within(texts: list[str]) -> list[str]:
    """At most three bubbles: what is too much is joined, and shortened only when even that is too long."""
    if len(texts) <= MOST_OUTPUTS:
        return texts
    return [*texts[: MOST_OUTPUTS - 1], shorten("\n\n".join(texts[MOST_OUTPUTS - 1 :]), TEXT_LIMIT)]


def _last(buttons: list[Button]) -> list[Button]:
    """The newest buttons, each label once."""
    unique = {button.label: button for button in buttons}
    return list(unique.values())[-MOST_QUICK_REPLIES:]


def _quick_reply(button: Button) -> dict[str, Any]:
    return {
        "label": shorten(button.label, LABEL_LIMIT),
        "action": "message",
        "messageText": button.label,
        "extra": {"payload": button.payload},
    }
