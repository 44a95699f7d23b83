"""The questions that the bot handed over to people: why, and what it would have answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversations.models import Message
from conversations.signals import subject_of
from core.privacy import Vault, label, redact
from desk.models import Ticket
from faq.models import LabelledPair
from faq.pairs import VERDICT
from faq.records import DecisionRecord

Reason = Literal["unknown", "none_of_these", "unhelpful", "asked"]
RECENT: Final = timedelta(days=30)
MOST: Final = 200
_PRESSED: Final[dict[str, Reason]] = {"none_of_these": "none_of_these", "deny": "unhelpful"}
_NEAR: Final = 8
"""Messages between a question and the handoff that it led to; what is farther back was another matter."""


@dataclass(frozen=True)
class Handoff:
    """A question after which a person was offered; `text` is masked.

    `reason`: unknown (nothing was found), none_of_these (no choice fitted), unhelpful (the answer didn't
    help), asked (the citizen wanted a person). `number` is that of the ticket that came of it.
    """

    key: str
    text: str
    at: datetime
    reason: Reason
    conversation_id: str
    record: DecisionRecord | None
    number: str | None
    verdict: LabelledPair | None


def recent(session: Session, vault: Vault, now: datetime) -> list[Handoff]:
    """The questions handed over in the last 30 days, each once, the newest first. The caller logs it."""
    offers = session.scalars(
        select(Message)
        .where(Message.kind == "offer", Message.at > now - RECENT)
        .order_by(Message.at.desc())
        .limit(MOST)
    ).all()
    ids = [offer.in_reply_to for offer in offers if offer.in_reply_to]
    causes = {cause.id: cause for cause in session.scalars(select(Message).where(Message.id.in_(ids)))}
    found: dict[str, tuple[Message, Reason]] = {}
    for offer in offers:
        cause = causes.get(offer.in_reply_to or "")
        if cause and (question := _question_before(session, cause)):
            found[question.id] = question, _reason(cause)  # the first cause counts
    return _readable(session, vault, list(found.values()))


def _readable(session: Session, vault: Vault, found: Sequence[tuple[Message, Reason]]) -> list[Handoff]:
    verdicts = _verdicts(session, [subject_of(question) for question, _ in found])
    numbers = _tickets(session, {question.conversation_id for question, _ in found})
    return [
        Handoff(
            key=question.id,
            text=redact(label(vault.cipher.decrypt(question.text))),
            at=question.at,
            reason=reason,
            conversation_id=question.conversation_id,
            record=_record(question),
            number=_first_after(question.at, numbers.get(question.conversation_id, [])),
            verdict=verdicts.get(subject_of(question)),
        )
        for question, reason in found
    ]


def _first_after(moment: datetime, numbers: list[tuple[datetime, str]]) -> str | None:
    return next((number for at, number in numbers if at >= moment), None)


def _question_before(session: Session, cause: Message) -> Message | None:
    """The question itself, or the last one before the citizen pressed what led to the offer."""
    if "decision" in cause.data:
        return cause
    earlier = (
        select(Message)
        .where(
            Message.conversation_id == cause.conversation_id,
            Message.seq < cause.seq,
            Message.seq >= cause.seq - _NEAR,
            Message.author == "citizen",
        )
        .order_by(Message.seq.desc())
    )
    return next((message for message in session.scalars(earlier) if "decision" in message.data), None)


def _reason(cause: Message) -> Reason:
    if "decision" in cause.data:
        return "unknown"
    return _PRESSED.get(str(cause.data.get("payload")), "asked")


def _record(question: Message) -> DecisionRecord | None:
    kept = question.data["decision"].get("record")
    return DecisionRecord.from_json(kept) if kept else None


def _verdicts(session: Session, subjects: list[str]) -> dict[str, LabelledPair]:
    pairs = select(LabelledPair).where(LabelledPair.subject.in_(subjects), LabelledPair.slot == VERDICT)
    return {pair.subject: pair for pair in session.scalars(pairs)}


def _tickets(session: Session, conversations: set[str]) -> dict[str, list[tuple[datetime, str]]]:
    """The tickets of each conversation, the oldest first."""
    opened = (
        select(Ticket.conversation_id, Ticket.received_at, Ticket.number)
        .where(Ticket.conversation_id.in_(conversations))
        .order_by(Ticket.received_at)
    )
    numbers: dict[str, list[tuple[datetime, str]]] = {}
    for conversation_id, at, number in session.execute(opened):
        numbers.setdefault(str(conversation_id), []).append((at, number))
    return numbers
