"""How far is my ticket? Number and telephone are asked, and both must fit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.asking import Asking, wrong
from actions.context import Context, current
from actions.slots import FORM_SLOTS
from actions.turn import conversation_id, say
from channels.protocol import Reply
from conversations import replies
from core.errors import TooMany
from core.privacy import references
from core.threads import in_thread
from desk import numbers, tickets

Events = list[dict[str, Any]]
Values = dict[str, Any]

_TRIES = 10
# More than one conversation may try, so that a stranger's guesses don't lock the citizen out at once.
_TRIES_A_TICKET = 30
_PER = timedelta(hours=1)


class AskTicketNumber(Asking):
    slot = "ticket_number"
    words = "접수번호를 알려 주십시오. 예: E-20261122-7F3K"


class AskTicketPhone(Asking):
    slot = "ticket_phone"
    words = "접수하실 때 남기신 전화번호나 전자우편 주소를 알려 주십시오."


class ValidateStatusForm(FormValidationAction):
    """Judges the form of number and telephone; whether they fit, only the look-up tells."""

    def name(self) -> str:
        return "validate_status_form"

    async def validate_ticket_number(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """A ticket number in any spacing and case; three tries."""
        number = numbers.normalise(value)
        if number:
            return {"ticket_number": number, "status_tries": None}
        hint = "적어 주신 접수번호가 올바르지 않은 것 같습니다. 접수 안내에 적힌 번호입니다."
        return {"ticket_number": None} | wrong(dispatcher, tracker, "status_tries", hint)

    async def validate_ticket_phone(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """A well-formed telephone number or e-mail address; three tries."""
        found = references(value)
        if len(found) == 1 and found[0].valid:
            return {"ticket_phone": str(found[0]), "status_tries": None}
        hint = "적어 주신 전화번호나 전자우편 주소가 올바르지 않은 것 같습니다."
        return {"ticket_phone": None} | wrong(dispatcher, tracker, "status_tries", hint)


class CheckTicket(Action):
    """Looks the ticket up, and tells nothing unless number and telephone fit."""

    def name(self) -> str:
        return "action_check_ticket"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        try:
            current().limiter.hit(f"status:{conversation_id(tracker)}", _TRIES, _PER)
            current().limiter.hit(f"status:{tracker.get_slot('ticket_number')}", _TRIES_A_TICKET, _PER)
            say(dispatcher, [await in_thread(_look_up, current(), tracker)])
        except TooMany as error:
            say(dispatcher, [replies.text(error.message)])
        return [SlotSet(slot, None) for slot in FORM_SLOTS]


def _look_up(context: Context, tracker: Tracker) -> Reply:
    number = str(tracker.get_slot("ticket_number") or "")
    with context.database.session() as session:
        phone = context.vault.reveal(session, str(tracker.get_slot("ticket_phone") or ""))
        found = tickets.look_up(session, context.vault.cipher, number, phone)
        if found:
            return context.doors.offered(session, conversation_id(tracker), replies.status(found))
    return replies.text(
        "접수번호와 연락처가 맞는 문의를 찾지 못했습니다. 두 가지를 다시 확인해 주십시오. "
        f"대표전화 {context.speech.phone}에서도 확인해 드립니다."
    )
