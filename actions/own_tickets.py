"""What a citizen does with an own ticket: see it, add words, object, withdraw, answer whoever asked."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.asking import Asking
from actions.context import current
from actions.slots import FORM_SLOTS
from actions.turn import conversation_id, entity, message_text, metadata, say
from channels.protocol import Reply
from conversations import replies
from core.threads import in_thread

Events = list[dict[str, Any]]
Values = dict[str, Any]


class OwnTickets(Action):
    """How far the tickets of this conversation are: neither number nor telephone is asked for."""

    def name(self) -> str:
        return "action_own_tickets"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        say(dispatcher, await in_thread(current().own.status, conversation_id(tracker)))
        return [SlotSet("pending", None)]


class TellStaff(Action):
    """Hands the citizen's answer to the person who asked; what the FAQ can answer, is."""

    def name(self) -> str:
        return "action_tell_staff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        number, words = entity(tracker, "ticket") or "", message_text(tracker)
        told = [await in_thread(current().own.do, conversation_id(tracker), "add", number, words)]
        faq_id = (metadata(tracker).get("faq") or {}).get("faq_id")
        if faq_id and words.rstrip().endswith("?"):
            told += current().speech.answer(faq_id)[:1]
        say(dispatcher, told)
        return [SlotSet("pending", None), SlotSet("ticket", None)]


class AskTicket(Asking):
    slot = "ticket"
    words = "어느 접수에 대한 말씀인지 접수번호를 알려 주십시오. 예: E-20261122-7F3K"


class AskWords(Asking):
    slot = "words"

    def reply(self, tracker: Tracker) -> Reply:
        number = tracker.get_slot("ticket")
        if tracker.get_slot("follow_up") == "objection":
            words = f"접수번호 {number}의 답변에서 어떤 점이 만족스럽지 않으셨는지 적어 주십시오."
        else:
            words = f"접수번호 {number}의 담당자에게 전할 말씀을 적어 주십시오."
        return replies.text(f"{words} (그만두시려면 '취소')")


class ValidateFollowUpForm(FormValidationAction):
    """Judges whether this ticket can be added to, or objected to, before words are asked for."""

    def name(self) -> str:
        return "validate_follow_up_form"

    async def validate_ticket(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """The citizen's own ticket, in a state where the step is possible; else the form is left."""
        what = str(tracker.get_slot("follow_up") or "add")
        refusal = await in_thread(current().own.refusal, conversation_id(tracker), what, value)
        if refusal is None:
            return {"ticket": value}
        say(dispatcher, [replies.text(refusal)])
        return {"ticket": None, "gave_up": True, "requested_slot": None}


class FollowUp(Action):
    """Adds the words, or objects with them."""

    def name(self) -> str:
        return "action_follow_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        what, number = str(tracker.get_slot("follow_up") or "add"), str(tracker.get_slot("ticket"))
        words = str(tracker.get_slot("words") or "")
        done = await in_thread(current().own.do, conversation_id(tracker), what, number, words)
        say(dispatcher, [done])
        return [SlotSet(slot, None) for slot in FORM_SLOTS]


class AskWithdraw(Action):
    """Asks whether the citizen is sure, unless it isn't possible anyway."""

    def name(self) -> str:
        return "action_ask_withdraw"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        number = entity(tracker, "ticket") or ""
        refusal = await in_thread(current().own.refusal, conversation_id(tracker), "withdraw", number)
        if refusal:
            say(dispatcher, [replies.text(refusal)])
            return [SlotSet("pending", None), SlotSet("ticket", None)]
        say(dispatcher, [await in_thread(current().own.really_withdraw, number)])
        return [SlotSet("pending", "withdraw"), SlotSet("ticket", number)]


class Withdraw(Action):
    """Withdraws the ticket."""

    def name(self) -> str:
        return "action_withdraw"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        number = str(tracker.get_slot("ticket") or "")
        say(dispatcher, [await in_thread(current().own.do, conversation_id(tracker), "withdraw", number)])
        return [SlotSet("pending", None), SlotSet("ticket", None)]
