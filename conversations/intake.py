"""A citizen's message is taken in: stored once, masked by what the dialogue waits for, understood."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from channels.protocol import LONGEST_TEXT, Inbound, Reply
from conversations import arrivals, citizens, door_codes, signals, store
from conversations.hub import topic_of
from conversations.kinds import INQUIRY, Kinds
from conversations.meaning import (
    ABOUT_TICKET,
    FREE_TEXT,
    QUESTIONS,
    SENT_FILES,
    TELLS_CODE,
    Meaning,
    candidate_ids,
    files_alone,
    meaning_of_button,
    meaning_of_text,
    pressed_payload,
)
from conversations.models import Conversation, Message
from conversations.own_tickets import OwnTickets
from conversations.views import Said
from core.clock import Clock
from core.database import Database
from core.errors import Invalid, Unavailable
from core.privacy import Masked, Vault, mask, redact
from desk import directory, notices
from desk.contact_details import parse_email, parse_name, parse_phone
from desk.intake import without_resident_numbers
from faq.decision import NoAnswer
from faq.service import FaqService
from faq.understanding import NOTHING

_YES_OR_NO = {"affirm", "deny"}
_NO_TICKET_NUMBER = ABOUT_TICKET | {"faq", "find_staff", "open_ticket", "check_ticket", "notify"}
"""What a pressed button can want that the look-up of a ticket would read as a wrong number."""
_LONG_PAUSE = timedelta(hours=6)
_LONG_SESSION = 100
"""Each earlier message of a session costs Rasa time: after this many a fresh one is started."""


@dataclass(frozen=True)
class TakenIn:
    """A message, stored.

    `meaning` is None when nothing is to be done: it was handled before (`retry`), or a person has the
    conversation (`held_by`). With both `retry` and a meaning, an earlier attempt was cut off.
    """

    conversation_id: str
    topic: str
    message_id: str
    message: Said
    sender: str
    text: str
    meaning: Meaning | None
    awaiting: tuple[str | None, str | None]
    matter: str | None
    tried: list[str]
    barred: bool
    retry: bool
    held_by: str | None


def clean(text: str) -> str:
    """The text without control characters and outer blanks; raises `Invalid` for an empty or too long one."""
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
    if not kept:
        raise Invalid("내용을 입력해 주십시오.")
    if len(kept) > LONGEST_TEXT:
        raise Invalid(f"한 번에 {LONGEST_TEXT:,}자까지 보내실 수 있습니다. 내용을 나누어 보내 주십시오.")
    return kept


class Intake:
    """The first of a message's two transactions."""

    def __init__(
        self, database: Database, vault: Vault, faq: FaqService, own: OwnTickets, kinds: Kinds, clock: Clock
    ) -> None:
        self._own = own
        self._database = database
        self._vault = vault
        self._faq = faq
        self._kinds = kinds
        self._clock = clock

    def take_in(self, inbound: Inbound) -> TakenIn:
        """Store and understand one message; raises `Invalid` for a text that can't be taken."""
        text = clean(inbound.text)
        # Understood before the transaction begins: SQLite has one writer, who must not wait for an encoder.
        pressed = meaning_of_button(inbound.payload or "")
        bare = redact(text)
        understood = NOTHING if pressed else self._faq.understand(bare)
        kind = self._kinds.sure(bare) if understood.intent in QUESTIONS and not pressed else INQUIRY
        now = self._clock.now()
        with self._database.session() as session:
            conversation = store.open_conversation(session, inbound.channel, inbound.sender, now)
            earlier = store.find_message(session, conversation.id, inbound.message_id)
            typed = meaning_of_button(pressed_payload(inbound, conversation.buttons) or "")
            if not typed and door_codes.awaits(session, conversation.id, text, now):
                typed = TELLS_CODE
            if files_alone(inbound):
                typed = SENT_FILES
            meaning = pressed or typed or meaning_of_text(text, understood, conversation.awaiting_slot)
            if not earlier and _leaves_look_up(conversation, meaning):
                new_session(conversation)
            meaning = self._in_context(session, conversation, meaning)
            if meaning.is_question and conversation.awaiting_form is None:
                meaning = replace(meaning, kind=kind)
            if earlier:
                return self._again(session, conversation, earlier, meaning)
            return self._new(session, conversation, inbound, text, meaning, now)

    def leave_to_person(self, inbound: Inbound) -> None:
        """Keep a message whose handling fails each time, not understood; a person is called."""
        text, now = clean(inbound.text), self._clock.now()
        with self._database.session() as session:
            talk = store.open_conversation(session, inbound.channel, inbound.sender, now)
            message = store.find_message(session, talk.id, inbound.message_id)
            if message is None:
                self._note_sender(session, talk, inbound, now)
                masked = self._mask(session, text, talk.awaiting_slot, Meaning("unknown", 0.0, NoAnswer()))
                message = store.add_message(
                    session, self._vault.cipher, talk, "citizen", Reply(kind="text", text=masked.text), now,
                    channel_message_id=inbound.message_id, handled=False,
                )  # fmt: skip
            arrivals.handled(session, self._vault, inbound)
            done, message.handled = message.handled, True  # another process may have been luckier
            if not (done or talk.staff_id or talk.waiting_since):
                talk.waiting_since = now
                _call_somebody(session, talk, now)

    def _in_context(self, session: Session, conversation: Conversation, meaning: Meaning) -> Meaning:
        """What it means in a conversation whose tickets are known, and whose citizen may have been asked."""
        if conversation.awaiting_form or conversation.staff_id:
            return meaning
        if _asks_about_own(meaning):
            known = citizens.tickets_of(session, conversation.id)
            return replace(meaning, intent="own_tickets") if known else meaning
        asking = None if meaning.pressed else self._own.asked_by(session, conversation.id)
        if asking and _answers_staff(store.last_message(session, conversation), conversation, meaning):
            return replace(meaning, intent="tell_staff", entity=("ticket", asking.number))
        return meaning

    def _again(
        self, session: Session, conversation: Conversation, message: Message, meaning: Meaning
    ) -> TakenIn:
        masked = self._vault.cipher.decrypt(message.text)
        undone = None if message.handled else meaning
        return self._taken(session, conversation, message, Masked(masked, False), undone, retry=True)

    def _new(
        self, session: Session, conversation: Conversation, inbound: Inbound, text: str, meaning: Meaning,
        now: datetime,
    ) -> TakenIn:  # fmt: skip
        _renew_session(conversation, now)
        self._note_sender(session, conversation, inbound, now)
        masked = self._mask(session, text, conversation.awaiting_slot, meaning)
        if meaning.asks_for_person and not (conversation.staff_id or conversation.waiting_since):
            conversation.waiting_since = now
            _call_somebody(session, conversation, now)
        if meaning.is_question and conversation.awaiting_form is None:
            conversation.question = self._vault.cipher.encrypt(masked.text)
            conversation.department_id = self._owner(meaning)
        data = _record(conversation, meaning, inbound.payload)
        if conversation.staff_id is None and conversation.awaiting_form is None:
            data |= signals.note(session, conversation, meaning, now)
        message = store.add_message(
            session, self._vault.cipher, conversation, "citizen",
            Reply(kind="text", text=masked.text, data=data), now,
            channel_message_id=inbound.message_id, handled=conversation.staff_id is not None,
        )  # fmt: skip
        session.flush()
        todo = meaning if conversation.staff_id is None else None
        return self._taken(session, conversation, message, masked, todo, retry=False)

    def _note_sender(
        self, session: Session, conversation: Conversation, inbound: Inbound, now: datetime
    ) -> None:
        """Where an answer can go, and until when."""
        conversation.written_at = now
        if inbound.thread:
            conversation.thread = self._vault.cipher.encrypt(inbound.thread)
        if inbound.address and not conversation.address_ref:
            conversation.address_ref = self._vault.put(session, "email", inbound.address).id

    def _taken(
        self, session: Session, conversation: Conversation, message: Message, masked: Masked,
        meaning: Meaning | None, *, retry: bool,
    ) -> TakenIn:  # fmt: skip
        question = conversation.question
        return TakenIn(
            conversation_id=conversation.id,
            topic=topic_of(conversation.channel, conversation.sender),
            message_id=message.id,
            message=store.said(session, self._vault, message),
            sender=f"{conversation.id}.{conversation.session_no}",
            text=masked.text,
            meaning=meaning,
            awaiting=(conversation.awaiting_form, conversation.awaiting_slot),
            matter=self._vault.cipher.decrypt(question) if question else None,
            tried=list(conversation.tried),
            barred=masked.barred,
            retry=retry,
            held_by=conversation.staff_id,
        )

    def _mask(self, session: Session, text: str, slot: str | None, meaning: Meaning) -> Masked:
        if meaning.intent == TELLS_CODE.intent:
            return Masked(str(self._vault.put(session, "code", text)), barred=False)
        kind = FREE_TEXT.get(slot or "")
        if kind is None or meaning.pressed or meaning.intent in ("stop", "handoff"):
            return mask(session, self._vault, text, _well_formed)
        # A resident number is dropped here too; the rest goes away whole, as one item that can be destroyed.
        kept, barred = without_resident_numbers(text)
        if kind == "contact":
            kind = "email" if "@" in kept else "phone"
        return Masked(str(self._vault.put(session, kind, kept, _well_formed(kind, kept))), barred)

    def _owner(self, meaning: Meaning) -> str | None:
        """The owner of the best entry, or else the department that stands out."""
        entries = (self._faq.entry(faq_id) for faq_id in candidate_ids(meaning.decision))
        return next((entry.department for entry in entries if entry), meaning.responsible)


def _asks_about_own(meaning: Meaning) -> bool:
    """ "접수번호로 조회", or "누가 담당인가요?" without a duty: whoever has a ticket means that one."""
    if meaning.intent == "find_staff":
        return not (meaning.pressed or meaning.departments or meaning.responsible)
    return meaning.intent == "check_ticket" and not meaning.nothing_fits


def _leaves_look_up(conversation: Conversation, meaning: Meaning) -> bool:
    """Whether a button wants something else than the number or the telephone that is asked for."""
    looking_up = conversation.awaiting_form == "status_form"
    return looking_up and meaning.pressed and meaning.intent in _NO_TICKET_NUMBER


def _answers_staff(last: Message | None, conversation: Conversation, meaning: Meaning) -> bool:
    """Whether words of a citizen whom staff have asked something are meant for them.

    What follows the question directly is; later on, what the bot has no sure answer to.
    """
    if meaning.intent in ("affirm", "deny"):
        return not any(button["payload"] in _YES_OR_NO for button in conversation.buttons)
    if last and last.author == "staff":
        return meaning.is_question
    return meaning.intent in ("unknown", "choices")


def _renew_session(conversation: Conversation, now: datetime) -> None:
    tired = conversation.session_messages >= _LONG_SESSION or now - conversation.updated_at > _LONG_PAUSE
    if tired and conversation.awaiting_form is None:
        new_session(conversation)
    conversation.session_messages += 1


def _call_somebody(session: Session, conversation: Conversation, now: datetime) -> None:
    """Tell whoever would be responsible that a citizen waits; an empty directory stops no message."""
    with suppress(Unavailable):
        person = directory.responsible(session, conversation.department_id, now).staff
        notices.tell(session, person, "talk", f"talk:{conversation.id}:{conversation.last_seq}", None, now)


def new_session(conversation: Conversation) -> None:
    """Rasa meets this citizen afresh: nothing is pending any more."""
    conversation.session_no += 1
    conversation.session_messages = 0
    conversation.awaiting_form = conversation.awaiting_slot = None
    conversation.buttons = []


def settle(conversation: Conversation) -> None:
    """The matter is over: what comes next is a new one, and nobody is waited for."""
    conversation.question = None
    conversation.waiting_since = None
    conversation.tried = []
    conversation.department_id = None


def start_afresh(conversation: Conversation) -> None:
    """The matter is in good hands, and the dialogue begins anew."""
    settle(conversation)
    new_session(conversation)


def _well_formed(kind: str, value: str) -> bool:
    checks = {"phone": parse_phone, "email": parse_email, "name": parse_name}
    return checks[kind](value) is not None if kind in checks else True


def _record(conversation: Conversation, meaning: Meaning, payload: str | None) -> dict[str, Any]:
    """What is kept beside the message: for staff who ask why, and for handling it again after a crash."""
    kept: dict[str, Any] = {"payload": payload} if payload else {}
    if meaning.is_question and conversation.awaiting_form is None and conversation.staff_id is None:
        kept["decision"] = {
            "intent": meaning.intent,
            "confidence": round(meaning.confidence, 4),
            "candidates": candidate_ids(meaning.decision),
            "record": meaning.record,
        }
    return kept
