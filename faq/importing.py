"""Brings entries into the database: first what would change, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from faq import repository
from faq.entries import Entry, same_question
from faq.sources.draft import SourceErrors


@dataclass(frozen=True)
class Changes:
    """What an import would do."""

    added: list[Entry]
    changed: list[Entry]
    removed: list[str]
    unchanged: list[str]

    @property
    def empty(self) -> bool:
        """Whether it would do nothing."""
        return not (self.added or self.changed or self.removed)

    def applied_to(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries as they will be, ordered by id."""
        after = {entry.id: entry for entry in (*entries, *self.changed, *self.added)}
        return sorted((e for e in after.values() if e.id not in self.removed), key=lambda e: e.id)


def plan(session: Session, entries: Iterable[Entry], *, replace: bool = False) -> Changes:
    """What importing these entries would change; with `replace`, entries not among them are removed.

    Raises SourceErrors where a question would stand under two ids.
    """
    now = {entry.id: entry for entry in repository.all_entries(session)}
    new = {entry.id: entry for entry in entries}
    removed = [entry_id for entry_id in now if entry_id not in new] if replace else []
    kept = {entry_id: entry for entry_id, entry in now.items() if entry_id not in removed}
    _refuse_shared_questions({**kept, **new})
    return Changes(
        added=[entry for entry in new.values() if entry.id not in now],
        changed=[entry for entry in new.values() if entry.id in now and entry != now[entry.id]],
        removed=removed,
        unchanged=[entry.id for entry in new.values() if entry == now.get(entry.id)],
    )


def apply(session: Session, changes: Changes, now: datetime) -> None:
    """Make the changes in the caller's transaction, which makes them all or none."""
    for entry_id in changes.removed:
        repository.delete_entry(session, entry_id)
    for entry in (*changes.added, *changes.changed):
        repository.save_entry(session, entry, now)
    session.flush()


def _refuse_shared_questions(entries: dict[str, Entry]) -> None:
    owners: dict[str, str] = {}
    errors = []
    for entry in entries.values():
        for text in entry.questions:
            owner = owners.setdefault(same_question(text), entry.id)
            if owner != entry.id:
                errors.append(f"{entry.id}: 같은 질문이 '{owner}'에 이미 있습니다: {text}")
    if errors:
        raise SourceErrors(errors)
