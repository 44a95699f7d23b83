"""What a citizen's yes, no or choice says about the question that they asked before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from conversations import store
from conversations.meaning import Meaning
from conversations.models import Conversation, Message
from faq import pairs
from faq.decision import Answer


def subject_of(message: Message) -> str:
    """How a labelled pair names the question of a citizen's message."""
    return f"message:{message.id}"


def note(session: Session, conversation: Conversation, meaning: Meaning, now: datetime) -> dict[str, str]:
    """Keep what the citizen's message says about an earlier question, as a labelled pair.

    Call it before the message is added: only what directly follows a reply is about that reply. Returns what
    the message must remember: when it picks a choice, it is `about` the message that asked.
    """
    reply = store.last_message(session, conversation)
    asked = _question_behind(session, reply) if reply else None
    if reply is None or asked is None:
        return {}
    if reply.kind == "feedback" and meaning.intent in ("affirm", "deny"):
        click: pairs.Click = "helpful" if meaning.intent == "affirm" else "unhelpful"
        pairs.note_click(session, subject_of(asked), str(reply.data["faq_id"]), click, now)
    if reply.kind == "choices" and isinstance(meaning.decision, Answer) and meaning.pressed:
        chosen = meaning.decision.faq_id
        if any(button["payload"] == f"faq:{chosen}" for button in reply.buttons):
            pairs.note_click(session, subject_of(asked), chosen, "chosen", now)
            return {"about": asked.id}
    return {}


def _question_behind(session: Session, reply: Message) -> Message | None:
    """The question, in the citizen's own words, that led to this reply of the bot."""
    message = session.get(Message, reply.in_reply_to) if reply.in_reply_to else None
    if message and (about := message.data.get("about")):
        message = session.get(Message, about)
    return message if message and "decision" in message.data else None
