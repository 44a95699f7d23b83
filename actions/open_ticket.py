"""The ticket's form, step by step: the questions, their validation, and the ticket itself."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from actions.asking import Asking, wrong
from actions.context import Context, current
from actions.slots import FORM_SLOTS
from actions.turn import conversation_id, say
from channels.protocol import Button, Reply
from conversations import replies
from conversations.models import Conversation
from conversations.tickets import TicketForm, confirmation, open_for
from core.errors import EungdaeError
from core.privacy import references
from core.threads import in_thread
from desk.consent import current_notice
from desk.contact_details import parse_email, parse_phone

Events = list[dict[str, Any]]
Values = dict[str, Any]


class AskConsent(Asking):
    slot = "consent"

    def reply(self, tracker: Tracker) -> Reply:
        buttons = [
            Button(label="동의합니다", payload="affirm"),
            Button(label="동의하지 않습니다", payload="deny"),
        ]
        words = f"{replies.consent_text(current_notice())}\n동의하십니까? (그만두시려면 '취소')"
        return Reply(kind="text", text=words, buttons=buttons)


class AskContactName(Asking):
    slot = "contact_name"
    words = "성함을 알려 주십시오."


class AskContact(Asking):
    slot = "contact"
    words = "답변을 받으실 전화번호나 전자우편 주소를 알려 주십시오. 예: 010-1234-5678"


class AskMatter(Asking):
    slot = "matter"
    words = "문의하실 내용을 적어 주십시오."


class AskReplyNeeded(Asking):
    slot = "reply_needed"
    words = "담당자의 회신이 필요하십니까?"
    buttons = (Button(label="네", payload="affirm"), Button(label="아니요", payload="deny"))

    def reply(self, tracker: Tracker) -> Reply:
        """The matter is shown before it is sent: it may have been filled in from the conversation."""
        asked = super().reply(tracker)
        matter = str(tracker.get_slot("matter") or "")
        return asked.model_copy(update={"text": f"문의 내용: {matter}\n{asked.text}"})


class ValidateTicketForm(FormValidationAction):
    """Judges each answer by its reference alone: the values stay in the vault."""

    def name(self) -> str:
        return "validate_ticket_form"

    async def validate_contact(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """A telephone number or e-mail address that is well-formed; three tries."""
        found = references(value)
        if len(found) == 1 and found[0].valid and found[0].kind in ("phone", "email"):
            return {"contact": str(found[0]), "contact_tries": None}
        hint = "적어 주신 전화번호나 전자우편 주소가 올바르지 않은 것 같습니다."
        return {"contact": None} | wrong(dispatcher, tracker, "contact_tries", hint)


class OpenTicket(Action):
    """Opens the ticket and says so: nothing else may, since only here it is known to be true."""

    def name(self) -> str:
        return "action_open_ticket"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        try:
            say(dispatcher, await in_thread(_open, current(), tracker))
        except EungdaeError as error:
            say(dispatcher, [replies.text(" ".join([error.message, *error.fields.values()]))])
        return [SlotSet(slot, None) for slot in FORM_SLOTS]


def _open(context: Context, tracker: Tracker) -> list[Reply]:
    with context.database.session() as session:
        form = _form(context, session, tracker)
    department_id = context.department_of(form.matter)
    with context.database.session() as session:
        conversation = session.get_one(Conversation, conversation_id(tracker))
        now = context.clock.now()
        opened = open_for(session, context.vault, conversation, form, now, department_id)
        return confirmation(opened, form.reply_needed)


def _form(context: Context, session: Session, tracker: Tracker) -> TicketForm:
    def plain(slot: str) -> str:
        return context.vault.reveal(session, str(tracker.get_slot(slot) or ""))

    contact = plain("contact")
    return TicketForm(
        # The form's own reference: where the way back to Rasa fails after the ticket is saved, the
        # citizen's next try finds the same ticket.
        id=references(str(tracker.get_slot("contact_name")))[0].id,
        name=plain("contact_name"),
        phone=parse_phone(contact),
        email=parse_email(contact),
        matter=plain("matter"),
        reply_needed=bool(tracker.get_slot("reply_needed")),
        consent_version=current_notice().version,
    )
