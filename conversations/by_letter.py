"""What is said to a letter: a sure answer at once, anything else is a ticket. Nothing is asked step by step.

It needs no dialogue: a letter is the whole of what somebody has to say, and the answer may take its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.protocol import Inbound, Reply
from conversations import citizens, doors, replies
from conversations.dialogue import Turn
from conversations.intake import TakenIn
from conversations.meaning import Meaning
from conversations.models import Conversation, Message
from conversations.own_tickets import OwnTickets
from conversations.speech import Speech
from conversations.tickets import Opening, TicketForm
from core.clock import Clock
from core.database import Database
from core.errors import Invalid, NotFound
from core.privacy import Vault
from desk import steps, tickets
from desk.consent import letter_notice
from desk.contact_details import parse_phone
from desk.models import Ticket
from desk.states import OPEN
from faq.decision import Answer

NO_NAME: Final = "(성명 미기재)"
_SMALL_TALK: Final = {"greet", "thanks", "farewell", "affirm"}
_LONGEST_SMALL_TALK: Final = 60
"""Characters: a longer letter has something to say, whatever it seems to be."""
_SAME_MATTER: Final = timedelta(days=14)
"""So long a letter after an answer is taken to go on about it."""
_UNSOLVED: Final = (
    "이 답변으로 해결되지 않으셨다면 이 메일에 그대로 회신해 주십시오. 담당자가 확인하여 답변드리겠습니다."
)
_THANKS: Final = "말씀해 주셔서 감사합니다. 더 궁금하신 점이 있으시면 이 메일에 그대로 회신해 주십시오."

_PASSED_ON: Final = (
    "보내 주신 메일을 담당자에게 전달했습니다. 접수하신 분의 주소에서 온 메일이 아니므로 "
    "접수 내용은 안내해 드리지 않습니다."
)


@dataclass(frozen=True)
class ByLetter:
    """It reads and writes the database: call it in a thread."""

    database: Database
    vault: Vault
    speech: Speech
    opening: Opening
    own: OwnTickets
    clock: Clock

    def turn(self, taken: TakenIn, meaning: Meaning, inbound: Inbound) -> Turn:
        """What is said to a letter that was taken in; done again after a crash it opens no second ticket."""
        said = self._about_ticket(taken, meaning, inbound) or self._answer(taken, meaning)
        return Turn(replies=said or self._open(taken, meaning, inbound))

    def _about_ticket(self, taken: TakenIn, meaning: Meaning, inbound: Inbound) -> list[Reply]:
        """The letter goes to whoever is in charge of the ticket that it answers to; empty without one."""
        state, is_own = self._standing(taken.conversation_id, inbound.number)
        if state in ("withdrawn", "merged", None):
            return self._answer_to_staff(taken, meaning)
        if _is_small_talk(taken, meaning):
            return [_about(inbound.number, replies.text(_THANKS))]
        if not is_own:
            return [_about(inbound.number, self._pass_on(taken, inbound))]
        unhappy = state == "closed" or (state not in OPEN and meaning.intent == "deny")
        step = "objection" if unhappy else "add"
        told = self.own.do(taken.conversation_id, step, inbound.number, taken.text, proved=True)
        return [_about(inbound.number, told)]

    def _answer_to_staff(self, taken: TakenIn, meaning: Meaning) -> list[Reply]:
        if meaning.intent != "tell_staff" or meaning.entity is None:
            return []
        number = meaning.entity[1]
        return [_about(number, self.own.do(taken.conversation_id, "add", number, taken.text))]

    def _pass_on(self, taken: TakenIn, inbound: Inbound) -> Reply:
        """The token tells the ticket, the address that it is somebody else's."""
        with self.database.session() as session:
            ticket = tickets.find(session, inbound.number)
            if ticket is None:
                raise NotFound("그런 접수가 없습니다.")
            address = self._address(session, session.get_one(Conversation, taken.conversation_id))
            words = self.vault.reveal(session, taken.text)
            steps.letter_of_another(
                session, self.vault, ticket, self.clock.now(), taken.message_id,
                address or inbound.address, words,
            )  # fmt: skip
        return replies.text(_PASSED_ON)

    def _standing(self, conversation_id: str, number: str) -> tuple[str | None, bool]:
        """The state of a ticket whose token the letter bore, and whether its own citizen wrote.

        The doors of its own citizen are joined.
        """
        with self.database.session() as session:
            ticket = tickets.find(session, number) if number else None
            if ticket is None:
                return None, False
            conversation = session.get_one(Conversation, conversation_id, with_for_update=True)
            is_own = self._is_its_citizen(session, conversation, ticket)
            if is_own:
                doors.join(session, conversation, ticket)
            return ticket.state, is_own

    def _is_its_citizen(self, session: Session, conversation: Conversation, ticket: Ticket) -> bool:
        if ticket.conversation_id in citizens.circle(session, conversation.id):
            return True
        address = self._address(session, conversation)
        known = self.vault.cipher.fingerprint(address.casefold()) if address else None
        return known is not None and known == ticket.email_fingerprint

    def _address(self, session: Session, conversation: Conversation) -> str | None:
        return self.vault.get(session, conversation.address_ref) if conversation.address_ref else None

    def _answer(self, taken: TakenIn, meaning: Meaning) -> list[Reply]:
        if _is_small_talk(taken, meaning):
            return [replies.text(_THANKS)]
        if meaning.intent == "own_tickets":
            return self.own.status(taken.conversation_id)
        if meaning.intent == "find_staff" and meaning.departments:
            return [self.speech.staff(meaning.departments), replies.text(_UNSOLVED)]
        decision = meaning.decision
        if not isinstance(decision, Answer) or decision.faq_id in taken.tried:
            return []
        said = self.speech.answer(decision.faq_id, meaning.kind)
        told = [reply for reply in said if reply.kind in ("text", "answer")]
        return [*told, replies.text(_UNSOLVED)] if any(reply.kind == "answer" for reply in told) else []

    def _open(self, taken: TakenIn, meaning: Meaning, inbound: Inbound) -> list[Reply]:
        form = self._form(taken, meaning, inbound)
        route = self.opening.route(form.matter, form.kind)
        try:
            with self.database.session() as session:
                conversation = session.get_one(Conversation, taken.conversation_id, with_for_update=True)
                opened = self.opening.open_for(session, conversation, form, route)
        except Invalid as error:
            return [replies.text(f"{error.message} 대표전화 {self.speech.phone}번으로도 도와드리겠습니다.")]
        return [*self.opening.confirmation(opened, form.reply_needed), replies.basis(letter_notice())]

    def _form(self, taken: TakenIn, meaning: Meaning, inbound: Inbound) -> TicketForm:
        with self.database.session() as session:
            conversation = session.get_one(Conversation, taken.conversation_id)
            words = self.vault.reveal(session, taken.text)
            before = self._question_before(session, taken) if taken.tried else ""
            address = self.vault.get(session, conversation.address_ref or "") or inbound.address
        phone = parse_phone(words) if meaning.kind == "callback" else None
        return TicketForm(
            id=taken.message_id,
            name=inbound.name or NO_NAME,
            phone=phone,
            email=address,
            matter=f"{before}\n\n{words}".strip(),
            reply_needed=True,
            consent_version=letter_notice().version,
            kind="inquiry" if meaning.kind == "callback" and phone is None else meaning.kind,
        )

    def _question_before(self, session: Session, taken: TakenIn) -> str:
        """What was answered before, but not well enough: without it the new words may tell nothing."""
        earlier = (
            select(Message)
            .where(Message.conversation_id == taken.conversation_id, Message.author == "citizen")
            .where(Message.seq < taken.message.seq, Message.at > self.clock.now() - _SAME_MATTER)
            .order_by(Message.seq.desc())
            .limit(1)
        )
        message = session.scalar(earlier)
        return self.vault.reveal(session, self.vault.cipher.decrypt(message.text)) if message else ""


def _is_small_talk(taken: TakenIn, meaning: Meaning) -> bool:
    return meaning.intent in _SMALL_TALK and len(taken.text) <= _LONGEST_SMALL_TALK


def _about(number: str, reply: Reply) -> Reply:
    """What is answered to the letter that brings it is about the ticket too."""
    return reply.model_copy(update={"data": reply.data | {"number": number}})
