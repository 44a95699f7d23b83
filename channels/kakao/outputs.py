"""Replies as Kakao shows them: bubbles of text, cards with buttons, lists, and quick replies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from channels.layout import Bubble, Choice, bubbles
from channels.protocol import FETCH_REPLY, Abilities, Button, Reply
from channels.text import shorten

# Kakao shows an error for a response without any output, and the bot has none while a person is there.
PASSED_ON: Final = "담당 직원에게 전달했습니다. 답변은 다음 메시지에 이어서 알려 드리겠습니다."
_PASSED_ON_PUSHED: Final = "담당 직원에게 전달했습니다. 답변이 오면 이 대화로 알려 드리겠습니다."
_BY_ITSELF: Final = "답변을 준비하고 있습니다. 잠시만 기다려 주십시오."
_BY_BUTTON: Final = f"{_BY_ITSELF} 아래 단추를 누르시면 이어서 알려 드리겠습니다."
_BY_EITHER: Final = f"{_BY_ITSELF} 답변이 이어지지 않으면 아래 단추를 눌러 주십시오."
_LIST_HEADER: Final = "아래에서 골라 주십시오"
MOST_OUTPUTS: Final = 3
CARD_TEXT: Final = 400
CARD_BUTTONS: Final = 3
LIST_ITEMS: Final = 5
LIST_TITLE: Final = 36
"""Kakao's guide names no limit for the title of a list's item: about what two lines of a phone show."""
_TELEPHONE: Final = re.compile(r"[0-9+][0-9-]{6,19}")

Json: TypeAlias = dict[str, Any]


def waiting(*, calls_back: bool, pushes: bool) -> Json:
    """The answer comes later: by itself, or when the citizen presses the button."""
    if calls_back:
        return {"version": "2.0", "useCallback": True, "data": {"text": _BY_ITSELF}}
    fetch = Choice("답변 확인하기", "답변 확인하기", FETCH_REPLY)
    return _response([_simple_text(_BY_EITHER if pushes else _BY_BUTTON)], [_quick_reply(fetch)])


class SkillResponse:
    """Renders replies; `operator`: the channel's own chat takes over who wants a person."""

    def __init__(self, can: Abilities, operator: bool) -> None:
        self._can = can
        self._operator = operator

    def of(self, replies: Sequence[Reply]) -> Json:
        """The whole body of an answer."""
        listed = _listed(replies, self._can)
        if listed is None:
            said = bubbles(replies, self._can)
            quick = [_quick_reply(choice) for choice in said[-1].choices] if said else []
            return _response(self._outputs(said, replies), quick)
        told = [reply.model_copy(update={"buttons": []}) for reply in replies]
        said = bubbles(told, replace(self._can, bubbles=MOST_OUTPUTS - 1))
        return _response([*self._outputs(said, told), _list_card(listed)], [])

    def texts(self, replies: Sequence[Reply]) -> list[str]:
        """The same as mere texts, as few as possible, since each is paid for; choices go by number."""
        joined: list[str] = []
        for bubble in bubbles(replies, replace(self._can, buttons=0, bubbles=None)):
            if joined and len(joined[-1]) + 2 + len(bubble.text) <= self._can.text:
                joined[-1] += f"\n\n{bubble.text}"
            else:
                joined.append(bubble.text)
        return joined

    def _outputs(self, said: Sequence[Bubble], replies: Sequence[Reply]) -> list[Json]:
        if not said:
            return [_simple_text(_PASSED_ON_PUSHED if self._can.reach == "push" else PASSED_ON)]
        if not _one_each(said, replies):
            return [_simple_text(bubble.text) for bubble in said]
        return [self._bubble(bubble, reply) for bubble, reply in zip(said, replies, strict=True)]

    def _bubble(self, bubble: Bubble, reply: Reply) -> Json:
        """A card where there is something to press besides the choices, and the text fits into it."""
        buttons = self._buttons(reply)
        links = [button["webLinkUrl"] for button in buttons if "webLinkUrl" in button]
        lines = bubble.text.split("\n")
        text = "\n".join(line for line in lines if not line.endswith(tuple(links))) if links else bubble.text
        if not text.strip() or not 0 < len(buttons) <= CARD_BUTTONS or len(text) > CARD_TEXT:
            return _simple_text(bubble.text)
        return {"textCard": {"description": text, "buttons": buttons, "buttonLayout": "vertical"}}

    def _buttons(self, reply: Reply) -> list[Json]:
        shown = [*_files(reply), *_telephones(reply)]
        if self._operator and reply.data.get("handoff"):
            shown.append({"label": "상담직원 연결", "action": "operator"})
        return [button | {"label": shorten(button["label"], self._can.label)} for button in shown]


def _one_each(said: Sequence[Bubble], replies: Sequence[Reply]) -> bool:
    """Whether no reply was parted, joined or left out: else which bubble is whose can't be told."""
    return len(said) == len(replies) and all(
        bubble.text.startswith(reply.text) for bubble, reply in zip(said, replies, strict=True)
    )


def _files(reply: Reply) -> list[Json]:
    named = [(file["name"], file["href"]) for file in reply.data.get("files", ())]
    named.append(("내 일정에 담기", str(reply.data.get("calendar"))))
    return [
        {"label": name, "action": "webLink", "webLinkUrl": link}
        for name, link in named
        if link.startswith("http")
    ]


def _telephones(reply: Reply) -> list[Json]:
    """Of whoever is named as responsible in the reply."""
    data = reply.data
    people = [data.get("department"), data.get("signed"), *data.get("departments", ())]
    known = [(one.get("name", ""), one.get("phone")) for one in people if isinstance(one, dict)]
    if isinstance(data.get("department"), str):
        known.append((data["department"], data.get("phone")))
    return [
        {"label": f"전화 {name}".strip(), "action": "phone", "phoneNumber": phone}
        for name, phone in known
        if _TELEPHONE.fullmatch(str(phone))
    ]


def _listed(replies: Sequence[Reply], can: Abilities) -> list[Button] | None:
    """What reads better as a list: a few choices whose whole words are too long for quick replies."""
    offered = [button for reply in replies for button in reply.buttons]
    if not offered or len(offered) > LIST_ITEMS or replies[-1].buttons != offered:
        return None
    too_long = any(len(button.label) > can.label for button in offered)
    fits = all(len(button.label) <= LIST_TITLE for button in offered)
    return offered if too_long and fits else None


def _list_card(buttons: Sequence[Button]) -> Json:
    items = [
        {
            "title": button.label,
            "action": "message",
            "messageText": button.label,
            "extra": {"payload": button.payload},
        }
        for button in buttons
    ]
    return {"listCard": {"header": {"title": _LIST_HEADER}, "items": items}}


def _response(outputs: Sequence[Json], quick_replies: Sequence[Json]) -> Json:
    template = {"outputs": list(outputs), "quickReplies": list(quick_replies)}
    return {"version": "2.0", "template": template}


def _simple_text(text: str) -> Json:
    return {"simpleText": {"text": text}}


def _quick_reply(choice: Choice) -> Json:
    return {
        "label": choice.label,
        "action": "message",
        "messageText": choice.said,
        "extra": {"payload": choice.payload},
    }
