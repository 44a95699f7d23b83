"""Slack on this machine: signed events and interactions out, Web API calls in, by Slack's own rules.

A citizen writes direct messages. Whoever writes as `ROOM` is staff in their channel: what is announced there
is shown there, its buttons work, and after "답변하기" their next words are what they type into the dialog.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

import httpx
from fastapi import Request
from starlette.responses import JSONResponse, Response

from channels.fake import Button, FakeCloud, Fault, Hook, Said, Shown
from channels.protocol import ANSWER
from channels.slack.adapter import signature
from channels.slack.mrkdwn import LONGEST_SECTION, escaped, plain
from channels.slack.settings import SlackSettings
from channels.text import length
from core.clock import Clock

ROOM: Final = "CSTAFF"
"""The channel of staff."""
CLERK: Final = "USTAFF"
"""Who presses and types there, unless `clerk` is somebody else."""
TEAM: Final = "TFAKE"

_SECRET, _TOKEN = "slack-fake-secret", "xoxb-fake-token"


class FakeSlack(FakeCloud):
    """One workspace with the app in it."""

    name: ClassVar[str] = "slack"
    title: ClassVar[str] = "슬랙"
    settings: ClassVar[type[SlackSettings]] = SlackSettings
    example: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "EUNGDAE_SLACK_SIGNING_SECRET": _SECRET,
            "EUNGDAE_SLACK_BOT_TOKEN": _TOKEN,
            "EUNGDAE_SLACK_STAFF_CHANNEL": ROOM,
        }
    )
    staff: ClassVar[str] = ROOM

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(webhook, client, clock)
        self.members: dict[str, dict[str, Any]] = {CLERK: {"profile": {"email": "kim@example.org"}}}
        """What the workspace knows of people; whoever isn't here has an address that nobody else has."""
        self.clerk = CLERK
        self._posted: dict[str, tuple[str, Shown]] = {}
        self._dialogs: dict[str, str] = {}
        self.app.post("/auth.test")(self._auth)
        self.app.get("/users.info")(self._user)
        self.app.post("/chat.postMessage")(self._post)
        self.app.post("/chat.update")(self._update)
        self.app.post("/chat.postEphemeral")(self._whisper)
        self.app.post("/views.open")(self._open)
        self.app.get("/files/{key}/{name}")(self._file)

    def hook(self, said: Said) -> Hook:
        at = str(int((said.at or self.clock.now()).timestamp()))
        interaction = self._interaction(said)
        body = urlencode({"payload": json.dumps(interaction)}).encode() if interaction else self._event(said)
        kind = "application/x-www-form-urlencoded" if interaction else "application/json"
        return self.signed(body, at, kind)

    def signed(self, body: bytes, at: str, kind: str = "application/json") -> Hook:
        """Any body as Slack sends it."""
        proof = signature(_SECRET.encode(), at, body)
        headers = {"x-slack-request-timestamp": at, "x-slack-signature": proof, "content-type": kind}
        return Hook(body, headers)

    def heard(self, said: Said, answer: httpx.Response) -> None:
        """A dialog that is refused stays open and shows why."""
        if private := self._dialogs.pop(said.sender, None) if said.payload is None else None:
            errors = answer.json().get("errors", {}) if answer.content else {}
            if errors:
                self._dialogs[said.sender] = private
                self.show(said.sender, [Shown(str(errors[ANSWER]), title="답변 창")])

    def failing(self, fault: Fault) -> Response:
        if fault.kind == "refuse":
            return _no("channel_not_found")
        answer = super().failing(fault)
        error = "ratelimited" if fault.kind == "429" else "internal_error"
        return JSONResponse({"ok": False, "error": error}, answer.status_code, dict(answer.headers))

    def _event(self, said: Said) -> bytes:
        message: dict[str, Any] = {
            "type": "message",
            "channel_type": "channel" if said.sender == ROOM else "im",
            "user": self._actor(said),
            "channel": _place(said),
            "text": "" if said.payload == "greet" else escaped(said.text),
            "ts": _moment(said),
        }
        if said.file:
            address = f"{self.address}/files/{self.keep(said.file)}/{quote(said.file.name)}"
            file = {"name": said.file.name, "mimetype": said.file.media_type, "url_private": address}
            message |= {"subtype": "file_share", "files": [file]}
        envelope = {"type": "event_callback", "team_id": TEAM, "event_id": said.message_id, "event": message}
        return json.dumps(envelope).encode()

    def _interaction(self, said: Said) -> dict[str, Any] | None:
        who = {"user": {"id": self._actor(said)}, "team": {"id": TEAM}, "trigger_id": said.message_id}
        if said.payload not in (None, "greet"):
            text = {"type": "plain_text", "text": said.text}
            button = {"action_id": "choice:0", "type": "button", "value": said.payload, "text": text}
            button["action_ts"] = _moment(said)
            return who | {"type": "block_actions", "channel": {"id": _place(said)}, "actions": [button]}
        if private := self._dialogs.get(said.sender):
            state = {"values": {ANSWER: {ANSWER: {"type": "plain_text_input", "value": said.text}}}}
            view = {"callback_id": ANSWER, "private_metadata": private, "state": state}
            return who | {"type": "view_submission", "view": view}
        return None

    def _actor(self, said: Said) -> str:
        return self.clerk if said.sender == ROOM else said.sender

    async def _auth(self, request: Request) -> Response:
        return _refused(request) or JSONResponse({"ok": True, "team_id": TEAM, "user_id": "UBOT"})

    async def _user(self, request: Request, user: str) -> Response:
        somebody: dict[str, Any] = {
            "id": user,
            "team_id": TEAM,
            "is_email_confirmed": True,
            "profile": {"email": f"{user.lower()}@example.com"},
        }
        known = somebody | self.members.get(user, {})
        return _refused(request) or JSONResponse({"ok": True, "user": known})

    async def _post(self, request: Request) -> Response:
        body = await request.json()
        if refusal := _refused(request) or _outside_limits(body):
            return refusal
        key = str(body["client_msg_id"])
        reader, shown = str(body["channel"]).removeprefix("D"), _bubble(body)
        ts = _name(key)
        if self.show(reader, [shown], key):
            self._posted[ts] = (reader, self._threads[reader][-1])
        return JSONResponse({"ok": True, "channel": body["channel"], "ts": ts})

    async def _update(self, request: Request) -> Response:
        body = await request.json()
        if refusal := _refused(request) or _outside_limits(body):
            return refusal
        if body["ts"] not in self._posted:
            return _no("message_not_found")
        reader, before = self._posted[body["ts"]]
        after = replace(_bubble(body), key=before.key, at=before.at)
        self._threads[reader] = [after if one is before else one for one in self._threads[reader]]
        self._posted[body["ts"]] = (reader, after)
        return JSONResponse({"ok": True, "channel": body["channel"], "ts": body["ts"]})

    async def _whisper(self, request: Request) -> Response:
        body = await request.json()
        if refusal := _refused(request):
            return refusal
        self.show(body["channel"], [Shown(plain(body["text"]), title="나에게만 보임")])
        return JSONResponse({"ok": True, "message_ts": "1.1"})

    async def _open(self, request: Request) -> Response:
        body = await request.json()
        if refusal := _refused(request):
            return refusal
        view = body["view"]
        self._dialogs[ROOM] = view["private_metadata"]
        words = plain(view["blocks"][0]["text"]["text"])
        self.show(ROOM, [Shown(f"{words}\n(다음에 적는 글이 답변으로 전송됩니다.)", title="답변 창")])
        return JSONResponse({"ok": True, "view": {"id": "V1"}})

    async def _file(self, key: str, name: str, request: Request) -> Response:
        file = self.files.get(key)
        if file is None or file.name != name:
            return Response(status_code=404)
        return _refused(request) or Response(file.content, media_type=file.media_type)


def _place(said: Said) -> str:
    return ROOM if said.sender == ROOM else f"D{said.sender}"


def _moment(said: Said) -> str:
    """The same message has the same, any other has another."""
    return _name(said.message_id)


def _name(key: str) -> str:
    digits = str(int(hashlib.sha256(key.encode()).hexdigest()[:13], 16)).zfill(16)
    return f"{digits[:10]}.{digits[10:]}"


def _refused(request: Request) -> Response | None:
    return None if request.headers.get("authorization") == f"Bearer {_TOKEN}" else _no("invalid_auth")


def _outside_limits(body: Mapping[str, Any]) -> Response | None:
    blocks = body["blocks"]
    buttons = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    fine = (
        1 <= len(blocks) <= 50
        and all(_within(block["text"]["text"], LONGEST_SECTION) for block in blocks if "text" in block)
        and len(buttons) <= 25
        and len({button["action_id"] for button in buttons}) == len(buttons)
        and all(_within(button["text"]["text"], 75) for button in buttons)
        and all(_within(button["value"], 2000) for button in buttons)
    )
    return None if fine else _no("invalid_blocks")


def _within(text: str, most: int) -> bool:
    return 1 <= length(text, "utf16") <= most


def _no(error: str) -> Response:
    return JSONResponse({"ok": False, "error": error})


def _bubble(body: Mapping[str, Any]) -> Shown:
    text = "".join(plain(block["text"]["text"]) for block in body["blocks"] if block["type"] == "section")
    buttons = [one for block in body["blocks"] if block["type"] == "actions" for one in block["elements"]]
    return Shown(text, [Button(one["text"]["text"], one["value"], one["text"]["text"]) for one in buttons])
