"""Updates in, messages with inline keyboards out; replies never go with the answer to an update."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import httpx
from pydantic import ValidationError

from channels.layout import Bubble, bubbles
from channels.protocol import (
    LARGEST_FILE,
    Abilities,
    Delivery,
    Ignored,
    Inbound,
    InboundFile,
    Outcome,
    Receipt,
    Reply,
    Request,
)
from channels.telegram.payloads import CallbackQuery, File, Message, Update
from channels.telegram.settings import TelegramSettings
from channels.vendor import Answer, Vendor
from core.errors import Invalid, Malformed, Unauthorized

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name, not a secret
_PICTURE, _FILE, _PRESSED = "(사진을 보냈습니다)", "(파일을 보냈습니다)", "(단추를 눌렀습니다)"
_TOO_LARGE = f"파일은 {LARGEST_FILE // 1024 // 1024} MB까지 보내실 수 있습니다."
_NOT_TO_BE_HAD = "보내신 파일을 받지 못했습니다."
_REFUSALS: Final = {
    "blocked": "시민이 이 봇을 차단하여 보낼 수 없습니다.",
    "deactivated": "시민이 텔레그램을 탈퇴하여 보낼 수 없습니다.",
    "chat not found": "텔레그램에서 이 대화를 찾을 수 없습니다.",
}
"""What Telegram's own words for a refusal mean to staff."""


class TelegramChannel:
    """Telegram signs nothing: the secret that was given to setWebhook comes back with every update."""

    name = "telegram"

    def __init__(self, abilities: Abilities, settings: TelegramSettings, client: httpx.AsyncClient) -> None:
        self.abilities = abilities
        self._secret = settings.secret.get_secret_value()
        token, api = settings.token.get_secret_value(), settings.api.rstrip("/")
        self._bot = Vendor(client, f"{api}/bot{token}")
        self._files = Vendor(client, f"{api}/file/bot{token}")

    def verify(self, request: Request) -> None:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Unauthorized("인증되지 않은 요청입니다.")

    def parse(self, request: Request) -> tuple[Inbound | Ignored]:
        try:
            update = Update.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed("텔레그램 업데이트의 형식이 올바르지 않습니다.") from error
        message_id = str(update.update_id)
        if update.callback_query:
            return (self._pressed(update.callback_query, message_id),)
        if update.message:
            return (self._written(update.message, message_id),)
        return (Ignored("neither a message nor a button"),)

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """Nobody sees it: what is said is pushed."""
        return {"messages": [_message(bubble) for bubble in bubbles(replies, self.abilities)]}

    def acknowledge(self, inbound: Inbound, late: bool) -> Mapping[str, Any] | None:
        """A pressed button stops waiting; whoever waits longer sees that somebody is writing."""
        if inbound.way_back:
            return {"method": "answerCallbackQuery", "callback_query_id": inbound.way_back}
        if late:
            return {"method": "sendChatAction", "chat_id": inbound.sender, "action": "typing"}
        return None

    async def send(self, delivery: Delivery) -> Receipt:
        said = bubbles(delivery.replies, self.abilities)
        for done, bubble in enumerate(said[delivery.done :], delivery.done):
            receipt = _judged(
                await self._bot.post("/sendMessage", {"chat_id": delivery.to, **_message(bubble)})
            )
            if receipt.outcome is not Outcome.SENT:
                return replace(receipt, done=done)
        return Receipt(Outcome.SENT, done=len(said))

    async def fetch(self, file: InboundFile) -> bytes:
        answer = await self._bot.post("/getFile", {"file_id": file.reference})
        if not answer.ok:
            raise Invalid(_TOO_LARGE if "too big" in _description(answer) else _NOT_TO_BE_HAD)
        found = answer.body.get("result") if isinstance(answer.body, dict) else None
        path = found.get("file_path") if isinstance(found, dict) else None
        if not path:
            raise Invalid(_NOT_TO_BE_HAD)
        return await self._files.download(f"/{path}")

    def _written(self, message: Message, message_id: str) -> Inbound | Ignored:
        if message.chat.type != "private":
            return Ignored("not a talk of two")
        if message.sender and message.sender.is_bot:
            return Ignored("said by a bot")
        sender, words = str(message.chat.id), message.text or message.caption
        if words.split("@")[0].split(maxsplit=1)[:1] == ["/start"]:
            return Inbound(self.name, sender, message_id, "시작하기", payload="greet")
        files = tuple(_files(message))
        words = words or (_FILE if message.other_file else _PICTURE if files else _without_words(message))
        if not words:
            return Ignored("a message without words")
        return Inbound(self.name, sender, message_id, words, files=files)

    def _pressed(self, query: CallbackQuery, message_id: str) -> Inbound | Ignored:
        if query.message is None or query.message.chat.type != "private":
            return Ignored("a button outside of a talk of two")
        if not query.data:
            return Ignored("a button without data")
        keyboard = query.message.reply_markup
        buttons = [one for row in keyboard.inline_keyboard for one in row] if keyboard else []
        label = (
            next((one.text for one in buttons if one.callback_data == query.data), "")
            or "(단추를 눌렀습니다)"
        )
        sender = str(query.message.chat.id)
        return Inbound(self.name, sender, message_id, label, query.data, way_back=query.id)


def _message(bubble: Bubble) -> dict[str, Any]:
    message: dict[str, Any] = {"text": bubble.text, "link_preview_options": {"is_disabled": True}}
    if bubble.choices:
        rows = [[{"text": choice.label, "callback_data": choice.payload}] for choice in bubble.choices]
        message["reply_markup"] = {"inline_keyboard": rows}
    return message


def _files(message: Message) -> list[InboundFile]:
    files = []
    if message.photo:
        whole = [size for size in message.photo if size.file_size <= LARGEST_FILE] or message.photo[:1]
        files.append(InboundFile("사진.jpg", "image/jpeg", reference=whole[-1].file_id))
    if other := message.other_file:
        files.append(InboundFile(_name_of(other), other.mime_type, reference=other.file_id))
    return files


def _name_of(file: File) -> str:
    return file.file_name[:120] or "첨부 파일"


def _without_words(message: Message) -> str:
    """A shared place isn't read: only that there was one."""
    if message.contact:
        return message.contact.phone_number
    if message.sticker:
        return message.sticker.emoji or "(스티커를 보냈습니다)"
    return "(위치를 보냈습니다)" if message.location else ""


def _judged(answer: Answer) -> Receipt:
    """Telegram tells in the body how long to wait, and why it refuses."""
    if answer.status == 429:
        return replace(answer.receipt, retry_after=_retry_after(answer) or answer.receipt.retry_after)
    if answer.status in (401, 404):
        return Receipt(Outcome.LATER, "텔레그램이 봇 토큰을 받아들이지 않습니다. 설정을 확인해 주십시오.")
    if answer.receipt.outcome is Outcome.REFUSED:
        said = _description(answer)
        reason = next((meant for words, meant in _REFUSALS.items() if words in said), answer.receipt.reason)
        return replace(answer.receipt, reason=reason)
    return answer.receipt


def _description(answer: Answer) -> str:
    return str(answer.body.get("description", "")) if isinstance(answer.body, dict) else ""


def _retry_after(answer: Answer) -> float:
    """Seconds, a day at most."""
    parameters = answer.body.get("parameters") if isinstance(answer.body, dict) else None
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return min(max(0.0, float(seconds)), 86_400.0) if isinstance(seconds, int | float) else 0.0
