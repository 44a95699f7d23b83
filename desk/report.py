"""How the promises were kept: per promise, department and month, added up from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk import charter, directory
from desk.charter import Pledge
from desk.models import Promise

FEW: Final = 10
"""With fewer settled entries than this a percentage would say more than is known: the counts are shown."""
MONTHS: Final = 12


@dataclass(frozen=True)
class Tally:
    """Entries counted by state."""

    promised: int = 0
    kept: int = 0
    broken: int = 0
    excused: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.promised + other.promised,
            self.kept + other.kept,
            self.broken + other.broken,
            self.excused + other.excused,
        )

    @property
    def made(self) -> int:
        """All of them."""
        return self.promised + self.kept + self.broken + self.excused

    @property
    def settled(self) -> int:
        """Those of which it is known whether they were kept."""
        return self.kept + self.broken

    @property
    def rate(self) -> float | None:
        """The share kept of those settled, from 0 to 1; None while none is. Excused ones don't count."""
        return self.kept / self.settled if self.settled else None

    @property
    def few(self) -> bool:
        """Whether too few are settled for a percentage to mean anything."""
        return self.settled < FEW


@dataclass(frozen=True)
class Report:
    """The ledger of twelve months, added up; `month` is the last of them."""

    month: str
    months: tuple[str, ...]
    departments: Mapping[str, str]
    """Names by id, in the directory's order."""
    cells: Mapping[tuple[str, str, str], Tally]
    """By month, promise and department."""

    def tally(
        self, promise: str | None = None, department: str | None = None, month: str | None = None
    ) -> Tally:
        """Everything that fits, added up; None fits all."""
        fits = (
            tally
            for (in_month, of_promise, by_department), tally in self.cells.items()
            if promise in (None, of_promise)
            and department in (None, by_department)
            and month in (None, in_month)
        )
        return sum(fits, Tally())

    @property
    def pledges(self) -> tuple[Pledge, ...]:
        """The promises that are counted, in the charter's order."""
        return tuple(charter.measured().values())


def report(session: Session, month: str) -> Report:
    """The twelve months that end with `month` ("2026-11")."""
    months = months_until(month)
    return Report(month, months, _departments(session), _cells(session, months))


def months_until(month: str) -> tuple[str, ...]:
    """The twelve months that end with this one, the oldest first."""
    last = date.fromisoformat(f"{month}-01")
    count = last.year * 12 + last.month - 1
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(count - MONTHS + 1, count + 1))


def _departments(session: Session) -> dict[str, str]:
    return {unit.id: unit.name for unit in directory.departments(session, closed=True)}


def _cells(session: Session, months: Iterable[str]) -> dict[tuple[str, str, str], Tally]:
    by = (Promise.month, Promise.promise, Promise.department_id, Promise.state)
    counted = select(*by, func.count()).where(Promise.month.in_(list(months))).group_by(*by)
    cells: dict[tuple[str, str, str], Tally] = {}
    for month, promise, department, state, count in session.execute(counted):
        cell = (month, promise, department)
        cells[cell] = cells.get(cell, Tally()) + Tally(**{state: count})
    return cells
