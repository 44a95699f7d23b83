"""Greeting, thanks, farewell, and the ways out."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.context import Context, current
from actions.slots import FORM_SLOTS, PERSONAL_SLOTS
from actions.turn import say
from conversations import replies
from core.threads import in_thread

Events = list[dict[str, Any]]


class _Saying(Action):
    """Says its words; nothing is pending afterwards."""

    action = ""
    words = ""
    settles = False
    """Whether the matter is over: what comes next is a new one."""

    def name(self) -> str:
        return self.action

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        reply = replies.settled(self.words) if self.settles else replies.text(self.words)
        say(dispatcher, [reply])
        return [SlotSet("pending", None)]


class Greet(_Saying):
    action = "action_greet"
    words = "안녕하세요. 무엇을 도와드릴까요?"


class Thanks(_Saying):
    action = "action_thanks"
    words = "도움이 되었다니 기쁩니다. 더 궁금하신 점이 있으면 언제든지 말씀해 주십시오."


class Farewell(_Saying):
    action = "action_farewell"
    words = "감사합니다. 안녕히 가십시오. 좋은 하루 되십시오."
    settles = True


class FeedbackYes(_Saying):
    action = "action_feedback_yes"
    words = "도움이 되어 기쁩니다. 더 궁금하신 점이 있으면 말씀해 주십시오."
    settles = True


class Fallback(_Saying):
    action = "action_default_fallback"
    words = "어떤 말씀인지 잘 이해하지 못했습니다. 궁금하신 내용을 한 문장으로 적어 주십시오."

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if tracker.active_loop_name:
            words = "지금은 접수를 진행하고 있습니다. 그만두시려면 '취소'라고 적어 주십시오."
            say(dispatcher, [replies.text(words)])
            return []
        return await super().run(dispatcher, tracker, domain)


class Cancelled(Action):
    """Leaves a form, or whatever was pending; the personal data given to the form is destroyed."""

    def name(self) -> str:
        return "action_cancelled"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        forgotten = await in_thread(_forget, current(), tracker)
        if tracker.get_slot("gave_up"):
            pass  # the validation has already said where to turn
        elif tracker.active_loop_name:
            words = (
                "진행을 취소하고, 적어 주신 성함과 연락처는 지웠습니다."
                if forgotten
                else "진행을 취소했습니다."
            )
            say(dispatcher, [replies.settled(words)])
        else:
            words = "알겠습니다. 다른 도움이 필요하시면 언제든지 말씀해 주십시오."
            say(dispatcher, [replies.settled(words)])
        return [SlotSet(slot, None) for slot in FORM_SLOTS]


def _forget(context: Context, tracker: Tracker) -> bool:
    given = " ".join(str(tracker.get_slot(slot) or "") for slot in PERSONAL_SLOTS).strip()
    if given:
        with context.database.session() as session:
            context.vault.forget(session, given)
    return bool(given)
