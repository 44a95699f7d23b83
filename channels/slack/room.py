"""What members of staff see and do in Slack: who they are, a dialog to answer in, words for them alone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from channels.protocol import ANSWER, StaffAct
from channels.slack.mrkdwn import escaped
from channels.slack.payloads import Writing
from channels.vendor import Answer, Vendor
from core.errors import Forbidden, Unavailable

_KNOWN_FOR: Final = 600.0
"""Seconds that somebody's address is remembered; whether they may do something is looked up each time."""
_LONGEST_ANSWER: Final = 3000
_NOT_ONE_OF_US: Final = "이 워크스페이스의 정식 구성원만 할 수 있습니다."


class StaffRoom:
    """Slack's side of what staff do; `channel` is where new tickets are announced, empty for nowhere."""

    def __init__(self, api: Vendor, channel: str) -> None:
        self.channel = channel
        self._api = api
        self._home: Mapping[str, Any] = {}
        self._known: dict[str, tuple[float, str]] = {}

    async def email_of(self, actor: str) -> str:
        """The confirmed address of a full member; raises `Forbidden` for anybody else, or `Unavailable`."""
        at, email = self._known.get(actor, (0.0, ""))
        if not email or time.monotonic() - at > _KNOWN_FOR:
            email = await self._look_up(actor)
            self._known[actor] = (time.monotonic(), email)
        return email

    async def ask(self, act: StaffAct, seen: int | None, words: str) -> None:
        """Open the dialog in which the ticket is answered; `words` stand above the field."""
        view = _dialog(Writing(number=act.number, seen=seen), words)
        body = _body(await self._api.post("/views.open", {"trigger_id": act.way_back, "view": view}))
        if body.get("ok") is not True:
            raise Unavailable("답변 창을 열지 못했습니다. 다시 눌러 주십시오.")

    async def refuse(self, act: StaffAct, reason: str) -> Mapping[str, Any]:
        """Say why not, to them alone; returns what answers the request. A dialog stays open."""
        if act.act == ANSWER:
            return {"response_action": "errors", "errors": {ANSWER: reason}}
        words = {"channel": self.channel, "user": act.actor, "text": escaped(reason)}
        await self._api.post("/chat.postEphemeral", words)
        return {}

    async def _look_up(self, actor: str) -> str:
        if not self._home:
            self._home = _told(await self._api.post("/auth.test", {}))
        user = _told(await self._api.get(f"/users.info?user={actor}")).get("user", {})
        email = str(user.get("profile", {}).get("email") or "")
        outsider = any(user.get(mark) for mark in ("deleted", "is_bot", "is_restricted", "is_stranger"))
        if not email or outsider or not user.get("is_email_confirmed", True) or not self._is_ours(user):
            raise Forbidden(_NOT_ONE_OF_US)
        return email

    def _is_ours(self, user: Mapping[str, Any]) -> bool:
        """Somebody of another workspace may sit in a shared channel, with an address that nobody checked."""
        grid = self._home.get("enterprise_id")
        in_grid = grid and user.get("enterprise_user", {}).get("enterprise_id") == grid
        return bool(in_grid or user.get("team_id") == self._home.get("team_id"))


def _body(answer: Answer) -> Mapping[str, Any]:
    return answer.body if answer.ok and isinstance(answer.body, dict) else {}


def _told(answer: Answer) -> Mapping[str, Any]:
    body = _body(answer)
    if body.get("ok") is not True:
        raise Unavailable("슬랙에서 계정을 확인하지 못했습니다. 잠시 후 다시 눌러 주십시오.")
    return body


def _dialog(about: Writing, words: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": ANSWER,
        "private_metadata": about.model_dump_json(),
        "title": _plain("답변하기"),
        "submit": _plain("보내기"),
        "close": _plain("닫기"),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": escaped(words)}},
            {
                "type": "input",
                "block_id": ANSWER,
                "label": _plain("고객께 보낼 답변"),
                "hint": _plain("성명·부서·전화번호는 자동으로 붙습니다. 개인정보는 적지 마십시오."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": ANSWER,
                    "multiline": True,
                    "max_length": _LONGEST_ANSWER,
                },
            },
        ],
    }


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
