"""Matters whose route was corrected: encrypted in the database, compared in memory, written to no file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

import numpy as np
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Unavailable
from core.privacy import Vault, label, redact
from core.privacy.references import LABELS
from desk.models import RouteLesson, Staff, Ticket
from embeddings.protocols import Encoder, Vectors

MOST: Final = 5000
"""The newest lessons that count."""
LONGEST: Final = 500
"""Characters of a matter that are compared: what it is about stands at its beginning."""
log = structlog.get_logger()


class Lessons:
    """Thread-safe. Which lessons there are is read at every question; only new ones are encoded."""

    def __init__(self, vault: Vault, encoder: Callable[[], Encoder], alike: Callable[[], float]) -> None:
        self._vault = vault
        self._encoder = encoder
        self._alike = alike
        self._lock = threading.Lock()
        self._made_by = ""
        self._vectors: dict[tuple[str, datetime], Vectors] = {}

    def department(self, session: Session, matter: str) -> str | None:
        """Where the matter went that is nearest to this one; None where none is alike."""
        newest = select(RouteLesson.ticket_id, RouteLesson.at, RouteLesson.department_id)
        rows = session.execute(newest.order_by(RouteLesson.at.desc()).limit(MOST)).all()
        if not rows:
            return None
        vectors = self._known(session, [(row.ticket_id, row.at) for row in rows])
        cosines = vectors @ self._encoder().encode_queries([matter])[0]
        best = int(np.argmax(cosines))  # of equals the first, which is the newest
        return str(rows[best].department_id) if cosines[best] >= self._alike() else None

    def _known(self, session: Session, keys: list[tuple[str, datetime]]) -> Vectors:
        encoder = self._encoder()
        with self._lock:
            if encoder.fingerprint != self._made_by:
                self._made_by, self._vectors = encoder.fingerprint, {}
            self._vectors = {key: self._vectors[key] for key in keys if key in self._vectors}
            new = [key for key in keys if key not in self._vectors]
            if new:
                lessons = (session.get_one(RouteLesson, ticket_id) for ticket_id, _ in new)
                texts = [_opened(self._vault, lesson) for lesson in lessons]
                vectors = encoder.encode_queries(texts)
                vectors[[not text for text in texts]] = 0  # like nothing
                self._vectors |= dict(zip(new, vectors, strict=True))
            return np.stack([self._vectors[key] for key in keys])


def learn(
    session: Session,
    vault: Vault,
    ticket: Ticket,
    matter: str,
    department_id: str,
    staff: Staff,
    now: datetime,
) -> None:
    """The ticket's matter belongs there; a later correction of the same ticket replaces an earlier one."""
    name = vault.get(session, ticket.name_ref)
    words = comparable(matter.replace(name, f"({LABELS['name']})") if name else matter)
    if not words:
        return
    lesson = session.get(RouteLesson, ticket.id) or RouteLesson(ticket_id=ticket.id)
    lesson.words, lesson.department_id = vault.cipher.encrypt(words), department_id
    lesson.staff_id, lesson.at = staff.id, now
    session.add(lesson)
    session.flush()


def comparable(matter: str) -> str:
    """The beginning of a matter without personal data, as it is compared and kept."""
    return " ".join(redact(label(matter)).split())[:LONGEST]


def forget(session: Session, ticket_id: str) -> None:
    """The lesson of this ticket counts no longer."""
    if lesson := session.get(RouteLesson, ticket_id):
        session.delete(lesson)
        session.flush()


def all_of(session: Session, vault: Vault, limit: int = MOST) -> list[tuple[RouteLesson, str]]:
    """All lessons with their words (without personal data; empty when they can't be opened), newest first."""
    lessons = session.scalars(select(RouteLesson).order_by(RouteLesson.at.desc()).limit(limit))
    return [(lesson, _opened(vault, lesson)) for lesson in lessons]


def _opened(vault: Vault, lesson: RouteLesson) -> str:
    try:
        return vault.cipher.decrypt(lesson.words)
    except Unavailable:
        log.warning("lessons.unreadable", reason="another key", action="without it")
        return ""
