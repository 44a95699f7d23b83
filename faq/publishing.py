"""The one way in which served entries change: planned, held against the regression set, written."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.errors import Conflict
from faq import importing, repository
from faq.entries import Entry
from faq.importing import Changes
from faq.regression import Gate

Plan = Callable[[Session], Changes]


def publish(
    database: Database,
    plan: Plan,
    gate: Gate,
    clock: Clock,
    and_also: Callable[[Session], None] = lambda session: None,
) -> Changes:
    """Make the changes that `plan` finds, and what `and_also` does, in one transaction.

    Raises `Breaks` when they would break the regression set, `Conflict` when the entries were changed
    meanwhile, and whatever `plan` raises; then nothing has changed.
    """
    before, changes = _planned(database, plan)
    gate.check(before, changes.applied_to(before))
    with database.session() as session:
        if repository.all_entries(session) != before:
            raise Conflict("그 사이에 다른 변경이 있었습니다. 다시 시도해 주십시오.")
        importing.apply(session, changes, clock.now())
        and_also(session)
    return changes


def check(database: Database, plan: Plan, gate: Gate) -> Changes:
    """What `plan` would change; raises `Breaks` when that would break the regression set."""
    before, changes = _planned(database, plan)
    gate.check(before, changes.applied_to(before))
    return changes


def _planned(database: Database, plan: Plan) -> tuple[list[Entry], Changes]:
    with database.session() as session:
        return repository.all_entries(session), plan(session)
