"""The ticket's form, step by step: the answers judged, and the ticket itself."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from actions.asking import wrong
from actions.asking_ticket import LATER, NO_SLOT, kind_of
from actions.context import Context, current
from actions.slots import FORM_SLOTS
from actions.turn import conversation_id, say
from channels.protocol import Reply
from conversations import replies
from conversations.models import Conversation
from conversations.tickets import RESERVATION, TicketForm
from core.errors import EungdaeError
from core.privacy import references
from core.threads import in_thread
from desk.consent import current_notice
from desk.contact_details import parse_email, parse_phone
from desk.kinds import KINDS

Events = list[dict[str, Any]]
Values = dict[str, Any]

_TAKEN = "그 시간은 예약할 수 없게 되었습니다. 다른 시간을 골라 주십시오."


class ValidateTicketForm(FormValidationAction):
    """Judges each answer by its reference alone: the values stay in the vault."""

    def name(self) -> str:
        return "validate_ticket_form"

    async def validate_contact_name(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """What was typed as a name; a button that is pressed once more names nobody."""
        found = references(value)
        if len(found) == 1 and found[0].kind == "name":
            if found[0].valid:
                return {"contact_name": value}
            say(dispatcher, [replies.text("성함만 적어 주십시오. 예: 홍길동")])
        return {"contact_name": None}

    async def validate_contact(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """A telephone number or e-mail address that is well-formed; three tries."""
        found = references(value)
        if len(found) == 1 and found[0].valid and found[0].kind in ("phone", "email"):
            return {"contact": str(found[0]), "contact_tries": None}
        hint = "적어 주신 전화번호나 전자우편 주소가 올바르지 않은 것 같습니다."
        return {"contact": None} | wrong(dispatcher, tracker, "contact_tries", hint)

    async def validate_matter(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """Any matter; its kind follows from what it means, and is shown before anything is sent.

        What is typed in answer to the question comes as a reference: a button that was pressed doesn't.
        """
        if tracker.get_slot("requested_slot") == "matter" and not references(value):
            return {"matter": None}
        if tracker.get_slot("kind"):
            return {"matter": value}
        return {"matter": value} | _of_kind(await in_thread(_suggested, current(), value))

    async def validate_kind(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """A kind that was picked; to be called back, a citizen must have left a telephone number."""
        if value not in KINDS:
            return {"kind": None}
        contact = references(str(tracker.get_slot("contact") or ""))
        if KINDS[value].phone and contact and contact[0].kind != "phone":
            say(dispatcher, [replies.text("전화로 회신드리려면 전화번호가 필요합니다.")])
            return _of_kind(value) | {"contact": None}
        return _of_kind(value)

    async def validate_appointment(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """A time that is still free, or none."""
        if value in (LATER, NO_SLOT) or await in_thread(_is_free, current(), tracker, value):
            return {"appointment": value}
        say(dispatcher, [replies.text(_TAKEN)])
        return {"appointment": None}

    async def validate_reply_needed(
        self, value: bool, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        """Yes or no; where the question was whether all is right, a no sends nothing."""
        if not value and kind_of(tracker) in ("callback", RESERVATION):
            hint = "접수하지 않았습니다. 종류를 바꾸시거나, 그만두시려면 '취소'라고 적어 주십시오."
            say(dispatcher, [replies.text(hint)])
            return {"reply_needed": None}
        return {"reply_needed": value}


class ChangeKind(Action):
    """Forgets the kind, so that the form asks for it."""

    def name(self) -> str:
        return "action_change_kind"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return [SlotSet("kind", None), SlotSet("appointment", None)]


class OpenTicket(Action):
    """Opens the ticket and says so: nothing else may, since only here it is known to be true."""

    def name(self) -> str:
        return "action_open_ticket"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        try:
            say(dispatcher, await in_thread(_open, current(), tracker))
        except EungdaeError as error:
            if "slot" in error.fields:  # somebody was faster: only this is asked again
                say(dispatcher, [replies.text(_TAKEN)])
                again = [SlotSet(slot, None) for slot in ("appointment", "reply_needed")]
                return [*again, FollowupAction("ticket_form")]
            say(dispatcher, [replies.text(" ".join([error.message, *error.fields.values()]))])
        return [SlotSet(slot, None) for slot in FORM_SLOTS]


def _of_kind(kind: str) -> Values:
    """Only a reservation asks for a time."""
    return {"kind": kind, "appointment": None if kind == RESERVATION else NO_SLOT}


def _suggested(context: Context, matter: str) -> str:
    with context.database.session() as session:
        return context.opening.suggest(context.vault.reveal(session, matter))


def _is_free(context: Context, tracker: Tracker, start: str) -> bool:
    with context.database.session() as session:
        matter = context.vault.reveal(session, str(tracker.get_slot("matter") or ""))
    return any(slot.start.isoformat() == start for slot in context.opening.offered(matter).slots)


def _open(context: Context, tracker: Tracker) -> list[Reply]:
    with context.database.session() as session:
        form = _form(context, session, tracker)
    route = context.opening.route(form.matter, form.kind)
    with context.database.session() as session:
        conversation = session.get_one(Conversation, conversation_id(tracker))
        opened = context.opening.open_for(session, conversation, form, route)
        return context.opening.confirmation(opened, form.reply_needed)


def _form(context: Context, session: Session, tracker: Tracker) -> TicketForm:
    def plain(slot: str) -> str:
        return context.vault.reveal(session, str(tracker.get_slot(slot) or ""))

    contact, appointment = plain("contact"), str(tracker.get_slot("appointment") or NO_SLOT)
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
        kind=kind_of(tracker),
        facts={} if appointment in (LATER, NO_SLOT) else {"slot": appointment},
    )
