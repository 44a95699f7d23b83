"""The questions behind labelled pairs, read for whoever learns from them.

A question isn't copied: it is read where it is kept, encrypted, whenever something is learned from it, and
masked on the way. What a citizen alone has clicked teaches the adapter, from memory, at the time of tuning;
a question gets into the calibration, and as a vector into the index, only when staff have seen it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from conversations.models import Message
from core.database import Database
from core.errors import Unavailable
from core.privacy import Vault, label, redact
from desk import tickets
from faq import pairs
from faq.labels import Label
from faq.lessons import Lesson, click
from faq.models import LabelledPair
from faq.text import clean

log = structlog.get_logger()


class Taught:
    """What citizens and staff of this deployment have said so far."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def labels(self) -> list[Label]:
        """The questions that staff have judged: they may be calibrated with."""
        with self._database.session() as session:
            judged = [pair for pair in pairs.all_pairs(session) if pair.slot == pairs.VERDICT]
            return [Label(text, pair.faq_id) for pair, text in self._readable(session, judged)]

    def clicks(self) -> list[Lesson]:
        """What citizens have clicked where staff have judged nothing: only an adapter may learn it."""
        with self._database.session() as session:
            clicked = [pair for pair in pairs.all_pairs(session) if not pair.staff_id]
            found = self._readable(session, clicked)
            return [click(text, pair.faq_id, pair.signal) for pair, text in found if pair.faq_id]

    def _readable(self, session: Session, found: list[LabelledPair]) -> Iterator[tuple[LabelledPair, str]]:
        """The pairs whose question can still be read, each with its masked text."""
        for pair in found:
            try:
                question = question_of(session, self._vault, pair.subject)
            except Unavailable:
                log.warning("labels.unreadable", reason="another key", action="without them")
                return
            text = clean(pair.text or (question.text if question else ""))
            if text:
                yield pair, text


@dataclass(frozen=True)
class Question:
    text: str
    conversation_id: str | None


def question_of(session: Session, vault: Vault, subject: str) -> Question | None:
    """The question as it is learned from; None where there is none, or none any more."""
    kind, _, key = subject.partition(":")
    if kind == "message":
        message = session.get(Message, key)
        if message and message.author == "citizen" and "decision" in message.data:
            return Question(redact(label(vault.cipher.decrypt(message.text))), message.conversation_id)
    if kind == "ticket" and (ticket := tickets.find(session, key)):
        matter = vault.get(session, ticket.matter_ref)
        return Question(redact(label(matter)), ticket.conversation_id) if matter else None
    return None
