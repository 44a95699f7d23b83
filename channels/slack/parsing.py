"""Slack's requests become events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import parse_qs

from pydantic import TypeAdapter, ValidationError

from channels.protocol import (
    ANSWER,
    STAFF_ACT,
    Answered,
    Event,
    Ignored,
    Inbound,
    InboundFile,
    Request,
    StaffAct,
)
from channels.slack.mrkdwn import plain
from channels.slack.payloads import (
    WRITTEN_BY_PEOPLE,
    Envelope,
    Interaction,
    Message,
    Pressed,
    SharedFile,
    Writing,
)
from core.errors import Malformed

NAME: Final = "slack"

_FORM: Final = "application/x-www-form-urlencoded"
_JSON = TypeAdapter(dict[str, Any])


def events(request: Request) -> Sequence[Event]:
    """What a verified request tells; raises `Malformed`."""
    try:
        if _is_form(request):
            return list(_interaction(request))
        return [_envelope(Envelope.model_validate_json(request.body))]
    except ValidationError as error:
        raise Malformed("슬랙 요청의 형식이 올바르지 않습니다.") from error


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == _FORM or request.body.startswith(b"payload=")


def _envelope(call: Envelope) -> Event:
    if call.type == "url_verification":
        return Answered({"challenge": call.challenge})
    if call.type != "event_callback":
        return Ignored("news about the app")
    if reason := _not_for_us(call.event):
        return Ignored(reason)
    if not call.event_id:
        raise Malformed("슬랙 요청에 event_id가 없습니다.")
    mention = call.event["type"] == "app_mention"
    return _said(call.event_id, Message.model_validate(call.event), in_public=mention)


def _not_for_us(happened: dict[str, Any]) -> str:
    if happened.get("type") not in ("message", "app_mention"):
        return "another event"
    if happened.get("bot_id") or happened.get("subtype") == "bot_message":
        return "said by a bot"
    if (happened.get("subtype") or "") not in WRITTEN_BY_PEOPLE:
        return "a message that was changed"
    if happened["type"] == "message" and happened.get("channel_type") != "im":
        return "not said to us"
    return ""


def _said(event_id: str, message: Message, *, in_public: bool) -> Inbound:
    files = tuple(map(_file, message.files))
    text, payload = plain(message.text), None
    if not text and not files:
        text, payload = "시작하기", "greet"
    root = message.thread_ts or (message.ts if in_public else None)
    return Inbound(
        NAME, message.user, event_id, text or _sent(files), payload, files,
        thread=_thread(message.channel, root),
    )  # fmt: skip


def _file(shared: SharedFile) -> InboundFile:
    return InboundFile(shared.name or "파일", shared.mimetype or "", reference=shared.url_private)


def _sent(files: Sequence[InboundFile]) -> str:
    pictures = all(file.media_type.startswith("image/") for file in files)
    return "(사진을 보냈습니다)" if pictures else "(파일을 보냈습니다)"


def _thread(channel: str, ts: str | None) -> str:
    return f"{channel}:{ts}" if ts else channel


def _interaction(request: Request) -> Iterator[Event]:
    fields = parse_qs(request.body.decode(errors="replace"), keep_blank_values=True)
    if "payload" not in fields:
        yield Ignored("no interaction")  # a slash command, or a check of the certificate
        return
    read = _JSON.validate_json(fields["payload"][0])
    if read.get("type") not in ("block_actions", "view_submission"):
        yield Ignored("another interaction")
        return
    call = Interaction.model_validate(read)
    if call.user is None:
        raise Malformed("슬랙 요청에 user가 없습니다.")
    if call.type == "view_submission":
        yield _answer(call, call.user.id)
    else:
        yield from (_pressed(call, call.user.id, button) for button in call.actions)


def _answer(call: Interaction, actor: str) -> Event:
    if call.view is None or call.view.callback_id != ANSWER:
        return Ignored("another dialog")
    about = Writing.model_validate_json(call.view.private_metadata)
    field = call.view.state.values.get(ANSWER, {}).get(ANSWER)
    text = (field.value if field else None) or ""
    return StaffAct(NAME, actor, ANSWER, about.number, text, call.trigger_id, about.seen)


def _pressed(call: Interaction, sender: str, button: Pressed) -> Event:
    if not button.value:
        return Ignored("a link")
    if button.value.startswith(STAFF_ACT):
        act, _, number = button.value.removeprefix(STAFF_ACT).partition(":")
        return StaffAct(NAME, sender, act, number, way_back=call.trigger_id)
    pressed = f"{sender} {button.action_ts} {button.action_id} {button.value}"
    thread = ""
    if call.channel:
        thread = _thread(call.channel.id, call.message.thread_ts if call.message else None)
    return Inbound(
        NAME, sender, hashlib.sha256(pressed.encode()).hexdigest(), button.text.text or button.value,
        button.value, thread=thread,
    )  # fmt: skip
