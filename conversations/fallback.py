"""When Rasa is down, slow or talks rubbish: a sure answer still comes, anything else leads to a person."""

from __future__ import annotations

from channels.protocol import Reply
from conversations import replies
from conversations.dialogue import Awaiting, Turn
from conversations.intake import TakenIn
from conversations.meaning import Meaning
from conversations.speech import Speech
from faq.decision import Answer, Choices


def without_rasa(taken: TakenIn, meaning: Meaning, speech: Speech, shows_form: bool) -> Turn:
    """What to say to the message, and what the dialogue waits for after it (unchanged: Rasa will go on)."""
    form, slot = taken.awaiting
    return Turn(replies=_replies(taken, meaning, speech, shows_form), awaiting=Awaiting(form=form, slot=slot))


def _replies(taken: TakenIn, meaning: Meaning, speech: Speech, shows_form: bool) -> list[Reply]:
    if isinstance(meaning.decision, Answer):
        return speech.answer(meaning.decision.faq_id)
    if taken.awaiting[0]:
        words = (
            "죄송합니다. 처리가 늦어지고 있습니다. 잠시 기다려 주시고, 이어지지 않으면 다시 보내 주십시오. "
            f"급하신 경우 대표전화 {speech.phone}번으로 연락해 주시기 바랍니다."
        )
        return [replies.text(words)]
    if isinstance(meaning.decision, Choices):
        candidates = [{"faq_id": c.faq_id, "question": c.question} for c in meaning.decision.candidates]
        return [replies.choices(candidates)]
    if meaning.intent == "find_staff":
        return [speech.staff(meaning.departments)]
    if shows_form:
        wants_form = meaning.intent in ("open_ticket", "affirm")
        return [speech.form(taken.matter) if wants_form else replies.offer(meaning.intent)]
    words = (
        "지금은 접수가 원활하지 않습니다. 잠시 후 '문의 접수하기'를 눌러 주시거나 "
        f"대표전화 {speech.phone}번으로 연락해 주시면 담당자를 연결해 드리겠습니다."
    )
    return [Reply(kind="offer", text=words, buttons=replies.offer("handoff").buttons)]
