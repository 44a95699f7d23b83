"""What a question led to: an answer, choices, a department, or the offer of a ticket."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.context import Context, current
from actions.turn import conversation_id, intent, kind, metadata, say, shows_form
from channels.protocol import Reply
from conversations import replies
from core.threads import in_thread

Events = list[dict[str, Any]]


class Answer(Action):
    """Gives the entry that the decision chose, and asks whether it helped."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        faq_id = (metadata(tracker).get("faq") or {}).get("faq_id") or ""
        spoken = current().speech.answer(faq_id, kind(tracker))
        if tracker.active_loop_name:  # the form goes on asking: one question at a time
            say(dispatcher, spoken[:1])
            return []
        say(dispatcher, spoken)
        return [SlotSet("pending", "feedback"), *_matter_to_file(tracker)]


class Choices(Action):
    """Offers the nearest entries."""

    def name(self) -> str:
        return "action_choices"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        candidates = (metadata(tracker).get("faq") or {}).get("candidates") or []
        say(dispatcher, [replies.choices(candidates, kind(tracker))])
        return [SlotSet("pending", None), *_matter_to_file(tracker)]


class OfferTicket(Action):
    """Offers to pass the matter on to a person."""

    def name(self) -> str:
        return "action_offer_ticket"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        reason = metadata(tracker).get("reason") or intent(tracker)
        say(dispatcher, [replies.offer(reason, kind(tracker))])
        pending = "inline_offer" if shows_form(tracker) else "offer"
        return [SlotSet("pending", pending), SlotSet("matter", metadata(tracker).get("matter"))]


def _matter_to_file(tracker: Tracker) -> Events:
    """What is no inquiry can be filed by the next button: the form then doesn't ask for it again."""
    matter = metadata(tracker).get("matter")
    return [SlotSet("matter", matter)] if matter and kind(tracker) != "inquiry" else []


class ShowForm(Action):
    """Hands the ticket's form to a channel that shows it itself."""

    def name(self) -> str:
        return "action_show_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        say(dispatcher, [await in_thread(_form, current(), tracker)])
        return [SlotSet("pending", None), SlotSet("channel_form", None)]


def _form(context: Context, tracker: Tracker) -> Reply:
    """The form with all that is known: the question, its kind, and who asks."""
    matter, known = metadata(tracker).get("matter"), context.own.known(conversation_id(tracker))
    return context.speech.form(matter, context.opening.suggest(matter), known)


class FindStaff(Action):
    """Names the departments whose duties fit; asks for the duty when none was named."""

    def name(self) -> str:
        return "action_find_staff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        departments = metadata(tracker).get("departments") or []
        say(dispatcher, [current().speech.staff(departments)])
        return [] if tracker.active_loop_name else [SlotSet("pending", None if departments else "find_staff")]
