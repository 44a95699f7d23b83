"""Every query on the tables of the FAQ. The caller owns the transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from faq.entries import Entry
from faq.models import FaqEntry, FaqParaphrase

_PLAIN = (
    "id",
    "category",
    "category_title",
    "question",
    "answer",
    "department",
    "source",
    "valid_from",
    "valid_until",
)


def all_entries(session: Session) -> list[Entry]:
    """Every entry, valid today or not, ordered by id."""
    return [_entry(row) for row in session.scalars(select(FaqEntry).order_by(FaqEntry.id))]


def get_entry(session: Session, entry_id: str) -> Entry | None:
    """One entry, or None."""
    row = session.get(FaqEntry, entry_id)
    return _entry(row) if row else None


def save_entry(session: Session, entry: Entry, now: datetime) -> None:
    """Insert the entry, or overwrite the one with its id."""
    row = session.get(FaqEntry, entry.id)
    if row is None:
        row = FaqEntry(id=entry.id)
        session.add(row)
    for name in _PLAIN:
        setattr(row, name, getattr(entry, name))
    row.updated_at = now
    kept = {p.position: p for p in row.paraphrases}
    row.paraphrases = [
        _reworded(kept.get(position), position, text) for position, text in enumerate(entry.paraphrases)
    ]


def delete_entry(session: Session, entry_id: str) -> None:
    """Delete the entry, when there is one."""
    if row := session.get(FaqEntry, entry_id):
        session.delete(row)


def _entry(row: FaqEntry) -> Entry:
    values = {name: getattr(row, name) for name in _PLAIN}
    return Entry(**values, paraphrases=tuple(p.text for p in row.paraphrases))


def _reworded(kept: FaqParaphrase | None, position: int, text: str) -> FaqParaphrase:
    if kept is None:
        return FaqParaphrase(position=position, text=text)
    kept.text = text
    return kept
