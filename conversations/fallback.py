"""When Rasa is down, slow or talks rubbish: a sure answer still comes, anything else leads to a person."""

from __future__ import annotations

from dataclasses import dataclass

from channels.protocol import Button, Reply
from conversations import replies
from conversations.dialogue import Awaiting, Turn
from conversations.intake import TakenIn
from conversations.meaning import ABOUT_TICKET, Meaning
from conversations.own_tickets import OwnTickets
from conversations.speech import Speech
from conversations.tickets import Opening
from faq.decision import Answer, Choices


@dataclass(frozen=True)
class Fallback:
    """Speaks for Rasa. It reads the database: call it in a thread."""

    speech: Speech
    opening: Opening
    own: OwnTickets

    def turn(self, taken: TakenIn, meaning: Meaning, shows_form: bool) -> Turn:
        """What to say, and what the dialogue waits for after it (unchanged: Rasa will go on)."""
        form, slot = taken.awaiting
        said = self._replies(taken, meaning, shows_form)
        return Turn(replies=said, awaiting=Awaiting(form=form, slot=slot), alone=True)

    def _replies(self, taken: TakenIn, meaning: Meaning, shows_form: bool) -> list[Reply]:
        if meaning.intent == "tell_staff" and meaning.entity:
            return [self.own.do(taken.conversation_id, "add", meaning.entity[1], taken.text)]
        if isinstance(meaning.decision, Answer):
            return self.speech.answer(meaning.decision.faq_id, meaning.kind)
        if taken.awaiting[0]:
            return [self._wait()]
        return self._about_tickets(taken, meaning) or [self._question(taken, meaning, shows_form)]

    def _about_tickets(self, taken: TakenIn, meaning: Meaning) -> list[Reply]:
        if meaning.intent == "own_tickets":
            return self.own.status(taken.conversation_id)
        if meaning.intent in ABOUT_TICKET and meaning.entity:
            return [self._later(meaning.intent, meaning.entity[1])]
        return []

    def _question(self, taken: TakenIn, meaning: Meaning, shows_form: bool) -> Reply:
        if isinstance(meaning.decision, Choices):
            candidates = [{"faq_id": c.faq_id, "question": c.question} for c in meaning.decision.candidates]
            return replies.choices(candidates, meaning.kind)
        if meaning.intent == "find_staff":
            return self.speech.staff(meaning.departments)
        return self._offer(taken, meaning) if shows_form else self._no_form()

    def _wait(self) -> Reply:
        return replies.text(
            "죄송합니다. 처리가 늦어지고 있습니다. 잠시 기다려 주시고, 이어지지 않으면 다시 보내 주십시오. "
            f"급하신 경우 대표전화 {self.speech.phone}번으로 연락해 주시기 바랍니다."
        )

    def _later(self, what: str, number: str) -> Reply:
        words = (
            f"지금은 {replies.FOLLOW_UPS[what]} 처리가 원활하지 않습니다. 잠시 후 다시 눌러 주시거나 "
            f"대표전화 {self.speech.phone}번으로 접수번호({number})를 알려 주시기 바랍니다."
        )
        again = Button(label=replies.FOLLOW_UPS[what], payload=f"{what}:{number}")
        return Reply(kind="text", text=words, buttons=[again])

    def _offer(self, taken: TakenIn, meaning: Meaning) -> Reply:
        if meaning.intent not in ("open_ticket", "affirm"):
            return replies.offer(meaning.reason, meaning.kind)
        known = self.own.known(taken.conversation_id)
        return self.speech.form(taken.matter, self.opening.suggest(taken.matter), known)

    def _no_form(self) -> Reply:
        words = (
            "지금은 접수가 원활하지 않습니다. 잠시 후 '문의 접수하기'를 눌러 주시거나 "
            f"대표전화 {self.speech.phone}번으로 연락해 주시면 담당자를 연결해 드리겠습니다."
        )
        return Reply(kind="offer", text=words, buttons=replies.offer("handoff").buttons)
