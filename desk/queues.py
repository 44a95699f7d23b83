"""The queues of open tickets, and of answered ones to be closed: what somebody has to do, in which order.

Each queue is one condition over the tickets' rows. `within` narrows a queue to a department; None means the
whole house. The queues "mine" and "department" are narrow by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from core.clock import SEOUL
from desk import states
from desk.models import Department, Staff, Ticket

QUEUES: Final = {
    "mine": "내 문의",
    "department": "우리 부서",
    "unassigned": "미배정",
    "today": "오늘까지",
    "overdue": "기한 지남",
    "owing": "답변할 문의",
    "waiting": "고객 답변 대기",
    "answered": "답변 완료",
    "all": "열린 문의",
}
PAGE: Final = 50
_NARROW: Final = frozenset({"mine", "department"})
_OPEN: Final = Ticket.state.in_(sorted(states.OPEN))


@dataclass(frozen=True)
class Debt:
    """How many replies a person owes, and how many of them are late."""

    person: str
    title: str
    department: str
    owed: int
    late: int


def owes_reply() -> ColumnElement[bool]:
    """The tickets in which the citizen is waiting for the foundation, not the foundation for the citizen."""
    return and_(_OPEN, Ticket.reply_needed.is_(True), Ticket.waiting.is_(False))


def rows(
    session: Session,
    queue: str,
    staff: Staff,
    now: datetime,
    limit: int = PAGE,
    offset: int = 0,
    within: str | None = None,
) -> Sequence[Ticket]:
    """The tickets of a queue, the nearest promise first, with department and person loaded.

    Raises `KeyError` for a queue that isn't one of `QUEUES`.
    """
    people = (joinedload(Ticket.department), joinedload(Ticket.staff))
    ordered = select(Ticket).options(*people).order_by(Ticket.promised_on, Ticket.received_at, Ticket.id)
    return session.scalars(ordered.where(_of(queue, staff, now, within)).limit(limit).offset(offset)).all()


def counts(session: Session, staff: Staff, now: datetime, within: str | None = None) -> dict[str, int]:
    """How many tickets each queue holds: what is open in one pass, what is answered from an index alone."""
    held = dict(session.execute(counting(staff, now, within)).mappings().one())
    held["answered"] = count(session, "answered", staff, now, within)
    return {queue: held[queue] for queue in QUEUES}


def count(session: Session, queue: str, staff: Staff, now: datetime, within: str | None = None) -> int:
    """How many tickets that one queue holds."""
    held = select(func.count()).select_from(Ticket).where(_of(queue, staff, now, within))
    return session.scalar(held) or 0


def counting(staff: Staff, now: datetime, within: str | None = None) -> Select[*tuple[Any, ...]]:
    """The query behind `counts`: one column for each queue of open tickets."""
    open_ones = [queue for queue in QUEUES if queue != "answered"]
    held = [func.count().filter(_of(queue, staff, now, within)).label(queue) for queue in open_ones]
    return select(*held).select_from(Ticket).where(_OPEN)


def owing(session: Session, now: datetime, within: str | None = None) -> list[Debt]:
    """Who owes how many replies; whoever owes the most late ones comes first."""
    late = func.count().filter(Ticket.promised_on < _today(now))
    owed = func.count()
    people = (
        select(Staff.name, Staff.title, Department.name, owed, late)
        .select_from(Ticket)
        .join(Staff, Staff.id == Ticket.staff_id)
        .join(Department, Department.id == Ticket.department_id)
        .where(owes_reply(), *_within(within))
        .group_by(Staff.id, Staff.name, Staff.title, Department.id, Department.name)
        .order_by(late.desc(), owed.desc(), Staff.name)
    )
    return [Debt(*row) for row in session.execute(people)]


def _of(queue: str, staff: Staff, now: datetime, within: str | None) -> ColumnElement[bool]:
    narrower = () if queue in _NARROW else _within(within)
    return and_(_conditions(staff, _today(now))[queue], *narrower)


def _conditions(staff: Staff, today: date) -> dict[str, ColumnElement[bool]]:
    return {
        "mine": and_(_OPEN, Ticket.staff_id == staff.id),
        "department": and_(_OPEN, Ticket.department_id == staff.department_id),
        "unassigned": Ticket.state == "received",
        "today": and_(_OPEN, Ticket.promised_on == today),
        "overdue": and_(_OPEN, Ticket.promised_on < today),
        "owing": owes_reply(),
        "waiting": and_(_OPEN, Ticket.waiting.is_(True)),
        "answered": Ticket.state == "answered",
        "all": _OPEN,
    }


def _within(department_id: str | None) -> tuple[ColumnElement[bool], ...]:
    return (Ticket.department_id == department_id,) if department_id else ()


def _today(now: datetime) -> date:
    return now.astimezone(SEOUL).date()
