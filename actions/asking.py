"""How a form asks, and what it does with a wrong answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import current
from actions.turn import say
from channels.protocol import Button, Reply
from conversations import replies

MOST_TRIES = 3


class Asking(Action):
    """Asks for one slot of a form; the subclass says which, and how."""

    slot: ClassVar[str] = ""
    words: ClassVar[str] = ""
    buttons: ClassVar[Sequence[Button]] = ()

    def name(self) -> str:
        return f"action_ask_{self.slot}"

    def reply(self, tracker: Tracker) -> Reply:
        """The question."""
        return Reply(kind="text", text=self.words, buttons=list(self.buttons))

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        say(dispatcher, [self.reply(tracker)])
        return []


def wrong(dispatcher: CollectingDispatcher, tracker: Tracker, counter: str, hint: str) -> dict[str, Any]:
    """Say the hint and count the try; after the third the form is left, with a number to call instead."""
    tries = int(tracker.get_slot(counter) or 0) + 1
    if tries < MOST_TRIES:
        say(dispatcher, [replies.text(hint)])
        return {counter: tries}
    phone = current().speech.phone
    words = f"입력하신 내용을 확인하지 못했습니다. 대표전화 {phone}번으로 연락해 주시면 도와드리겠습니다."
    say(dispatcher, [replies.text(words)])
    return {counter: None, "gave_up": True, "requested_slot": None}
