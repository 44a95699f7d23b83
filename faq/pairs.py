"""Labelled pairs: what citizens and staff say about a question and an entry. The caller owns the transaction.

A citizen's click is a weak signal: they saw one answer, or three choices, and may have been polite. What
staff say is strong: they know the answer. About the same question the strong one counts alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from faq.models import LabelledPair

Click = Literal["helpful", "unhelpful", "chosen"]
VERDICT, PARAPHRASE = "verdict", "paraphrase"


def note_click(session: Session, subject: str, faq_id: str, click: Click, now: datetime) -> None:
    """A citizen's word on an entry for their question; a newer one replaces it."""
    _put(session, subject, f"faq:{faq_id}", click, faq_id, now)


def judge(session: Session, subject: str, faq_id: str | None, staff_id: str, now: datetime) -> None:
    """Staff say which entry answers the question, or (None) that none does; replaces an earlier verdict."""
    _put(session, subject, VERDICT, VERDICT, faq_id, now, staff_id=staff_id)


def approve(session: Session, subject: str, faq_id: str, wording: str, staff_id: str, now: datetime) -> None:
    """Staff have published this wording of the question as a paraphrase of the entry."""
    _put(session, subject, PARAPHRASE, PARAPHRASE, faq_id, now, text=wording, staff_id=staff_id)


def withdraw(session: Session, subject: str, slot: str) -> None:
    """Take back what was said; does nothing where nothing was."""
    if found := session.get(LabelledPair, (subject, slot)):
        session.delete(found)


def verdict(session: Session, subject: str) -> LabelledPair | None:
    """The verdict of staff on the question."""
    return session.get(LabelledPair, (subject, VERDICT))


def paraphrase(session: Session, subject: str) -> LabelledPair | None:
    """The wording of the question that staff have published."""
    return session.get(LabelledPair, (subject, PARAPHRASE))


def all_pairs(session: Session) -> list[LabelledPair]:
    """Every pair that counts, the oldest first: clicks only where staff have said nothing."""
    pairs = session.scalars(
        select(LabelledPair).order_by(LabelledPair.at, LabelledPair.subject, LabelledPair.slot)
    ).all()
    judged = {pair.subject for pair in pairs if pair.slot == VERDICT}
    return [pair for pair in pairs if pair.staff_id or pair.subject not in judged]


def _put(
    session: Session, subject: str, slot: str, signal: str, faq_id: str | None, now: datetime, *,
    text: str | None = None, staff_id: str | None = None,
) -> None:  # fmt: skip
    values = {"signal": signal, "faq_id": faq_id, "text": text, "staff_id": staff_id, "at": now}
    if session.get(LabelledPair, (subject, slot)) is None:
        try:
            with session.begin_nested():
                session.add(LabelledPair(subject=subject, slot=slot, **values))
            return
        except IntegrityError:
            pass  # somebody else has said the first word at this very moment
    pair = session.get_one(LabelledPair, (subject, slot), with_for_update=True)
    for name, value in values.items():
        setattr(pair, name, value)
    session.flush()
