"""Finds the decision record of a message, and the question that it was about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from conversations.models import Message
from core.errors import NotFound
from core.privacy import Cipher, label
from faq.records import DecisionRecord


@dataclass(frozen=True)
class Recorded:
    """A decision, and its question with the words for personal data in its place."""

    id: str
    question: str
    decision: DecisionRecord


def find_record(session: Session, cipher: Cipher, message_id: str) -> Recorded:
    """The record of a citizen's question, or of the one that this is a reply to; raises `NotFound`.

    A record is named by its message, is kept in it, and goes away with it.
    """
    message = session.get(Message, message_id)
    if message is not None and message.in_reply_to:
        message = session.get(Message, message.in_reply_to)
    kept = (message.data.get("decision") or {}).get("record") if message else None
    if message is None or not kept:
        raise NotFound("그 번호의 결정 기록이 없습니다.")
    question = label(cipher.decrypt(message.text))
    return Recorded(message.id, question, DecisionRecord.from_json(kept))
