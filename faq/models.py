"""The tables of the FAQ."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UtcDateTime
from core.ids import new_id


class FaqEntry(Base):
    """One entry; its id is the one that people gave it (`visit.location`)."""

    __tablename__ = "faq_entries"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    category: Mapped[str] = mapped_column(String(100), index=True)
    category_title: Mapped[str] = mapped_column(String(200), default="")
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paraphrases: Mapped[list[FaqParaphrase]] = relationship(
        order_by="FaqParaphrase.position", cascade="all, delete-orphan", lazy="selectin"
    )


class FaqParaphrase(Base):
    """Another way of asking an entry's question."""

    __tablename__ = "faq_paraphrases"

    entry_id: Mapped[str] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class LabelledPair(Base):
    """What somebody said about a question: that an entry answers it, or doesn't, or that none does.

    The question itself isn't here. `subject` names where it is kept, masked and encrypted
    (`message:<id>`, `ticket:<number>`), so that it is forgotten there for all purposes at once.
    """

    __tablename__ = "labelled_pairs"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    slot: Mapped[str] = mapped_column(String(120), primary_key=True)
    """`verdict`, `paraphrase`, or `faq:<id>`: what a newer word about the same thing replaces."""
    signal: Mapped[str] = mapped_column(String(16))
    """helpful, unhelpful, chosen (a citizen's), verdict, paraphrase (staff's)."""
    faq_id: Mapped[str | None] = mapped_column(String(100), index=True)
    """No foreign key: an entry may come and go while what was said about it stays true."""
    text: Mapped[str | None] = mapped_column(Text)
    """The wording that staff have published as a paraphrase; None for every other signal."""
    staff_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FaqDraft(Base):
    """An entry that staff have worded out of a ticket, until an editor publishes or discards it.

    `words` are its texts, encrypted: whether they name nobody is only certain when an editor has read them.
    """

    __tablename__ = "faq_drafts"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(80))
    """Where the question came from: `ticket:<number>`."""
    words: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(String(100))
    staff_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    """open, published or discarded."""
    faq_id: Mapped[str | None] = mapped_column(String(100))
    """The entry that it became."""
