"""The directory: departments, staff, and who is responsible for a matter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from core.errors import Unavailable
from desk import states
from desk.models import Department, Staff, Ticket

__all__ = [
    "HANDLERS", "Assignment", "Contact", "contact", "department", "departments", "deputy", "front_desk",
    "is_here", "people", "responsible", "staff_of",
]  # fmt: skip

_ANSWERING: Final = ("agent", "supervisor")
HANDLERS: Final = (*_ANSWERING, "admin")
"""Roles that may have a ticket; an administrator is given none without being asked."""


@dataclass(frozen=True)
class Contact:
    """How a person signs: what the charter owes to every citizen who gets a reply."""

    name: str
    title: str
    department: str
    phone: str


@dataclass(frozen=True)
class Assignment:
    """Who answers, and how they were found.

    `why` is "present" (of the department asked, at work), "deputy" (stands in for one of it), "backup" (of
    a department that stands in) or "anybody" (nobody else was there).
    """

    staff: Staff
    why: Literal["present", "deputy", "backup", "anybody"]


def departments(session: Session, *, closed: bool = False) -> list[Department]:
    """The departments in the directory's order; those that are closed only with `closed`."""
    units = select(Department).order_by(Department.position, Department.id)
    return list(session.scalars(units if closed else units.where(Department.active.is_(True))))


def department(session: Session, department_id: str) -> Department | None:
    """The department under that id."""
    return session.get(Department, department_id)


def front_desk(session: Session) -> Department:
    """The directory's first department: it takes what nobody else claims; `Unavailable` if there is none."""
    for first in departments(session)[:1]:
        return first
    raise _empty()


def staff_of(session: Session, department_id: str) -> list[Staff]:
    """The active people of a department, by name."""
    people = select(Staff).where(Staff.department_id == department_id, Staff.active.is_(True))
    return list(session.scalars(people.order_by(Staff.name, Staff.id)))


def people(session: Session) -> list[Staff]:
    """Everybody who is active, by department and name."""
    active = select(Staff).where(Staff.active.is_(True))
    return list(session.scalars(active.order_by(Staff.department_id, Staff.name, Staff.id)))


def is_here(staff: Staff, now: datetime) -> bool:
    """Whether the person is at work: not away, or away until a moment that has passed."""
    return staff.presence == "here" or (staff.away_until is not None and staff.away_until <= now)


def deputy(session: Session, staff: Staff, now: datetime, without: Collection[str] = ()) -> Staff | None:
    """The first of the person's deputies who is at work and may answer; None when none of them is.

    `without` are ids of people who can't be asked.
    """
    for deputy_id in staff.deputies:
        person = session.get(Staff, deputy_id) if deputy_id not in without else None
        if person and _may_answer(person) and is_here(person, now):
            return person
    return None


def responsible(
    session: Session,
    department_id: str | None,
    now: datetime,
    duty: str | None = None,
    without: Collection[str] = (),
) -> Assignment:
    """Who answers a matter of that department, and how they were found.

    Whoever has that `duty` (as it stands in the directory) and is at work; all of them away: the first deputy
    who is at work; else anybody of the department at work; each time the one with the fewest open tickets.
    Nobody there: a deputy from elsewhere, the backup department, its backup, the front desk, and last
    anybody. A reply is always possible: with everybody away, somebody absent is still responsible.

    An unknown department, or None, means the front desk; `without` are ids of people who can't take it.
    Raises `Unavailable` only when there is nobody.
    """
    asked = session.get(Department, department_id) if department_id else None
    first = asked or front_desk(session)
    own = _who_may_answer(session, without, Staff.department_id == first.id) if first.active else []
    return (
        _of_department(session, own, now, duty, without)
        or _of_backups(session, first, now, without)
        or _anybody(session, own, now, without)
    )


def _of_department(
    session: Session, people: list[Staff], now: datetime, duty: str | None, without: Collection[str]
) -> Assignment | None:
    owners = [person for person in people if duty in person.duties] if duty else []
    here = [person for person in people if is_here(person, now)]
    for person in here:
        if person in owners:
            return Assignment(person, "present")
    for owner in owners:
        if standing_in := deputy(session, owner, now, without):
            return Assignment(standing_in, "deputy")
    if here:
        return Assignment(here[0], "present")
    deputies = (deputy(session, person, now, without) for person in people)
    return next((Assignment(person, "deputy") for person in deputies if person), None)


def _of_backups(
    session: Session, first: Department, now: datetime, without: Collection[str]
) -> Assignment | None:
    """Somebody at work in the backup department, in its backup, …, and last at the front desk."""
    seen, next_id = {first.id}, first.backup_id
    front = front_desk(session).id
    while (next_id := next_id or front) not in seen:
        seen.add(next_id)
        unit = session.get_one(Department, next_id)
        people = _who_may_answer(session, without, Staff.department_id == unit.id) if unit.active else []
        for person in people:
            if is_here(person, now):
                return Assignment(person, "backup")
        next_id = unit.backup_id
    return None


def _anybody(session: Session, own: list[Staff], now: datetime, without: Collection[str]) -> Assignment:
    answering = _who_may_answer(session, without)
    present = [person for person in answering if is_here(person, now)]
    others = _by_load().where(Staff.active.is_(True), Staff.department_id.is_not(None))
    for people in (present, own, answering):
        if people:
            return Assignment(people[0], "anybody")
    for query in (others.where(Staff.role == "admin"), others):
        if person := session.scalars(query.where(Staff.id.not_in(without)).limit(1)).first():
            return Assignment(person, "anybody")
    raise _empty()


def _who_may_answer(session: Session, without: Collection[str], *where: ColumnElement[bool]) -> list[Staff]:
    """Those who may answer, the one with the fewest open tickets first."""
    people = _by_load().where(
        Staff.active.is_(True),
        Staff.department_id.is_not(None),
        Staff.role.in_(_ANSWERING),
        Staff.id.not_in(without),
        *where,
    )
    return list(session.scalars(people))


def _may_answer(staff: Staff) -> bool:
    return staff.active and staff.department_id is not None and staff.role in _ANSWERING


def contact(staff: Staff) -> Contact:
    """How this person signs; without an own number, the department's."""
    unit = staff.department
    return Contact(
        name=staff.name,
        title=staff.title,
        department=unit.name if unit else "",
        phone=staff.phone or (unit.phone if unit else ""),
    )


def _by_load() -> Select[Staff]:
    load = (
        select(func.count())
        .where(Ticket.staff_id == Staff.id, Ticket.state.in_(states.OPEN))
        .correlate(Staff)
        .scalar_subquery()
    )
    return select(Staff).order_by(load, Staff.id)


def _empty() -> Unavailable:
    return Unavailable("담당자 안내가 아직 등록되지 않아 접수할 수 없습니다. 대표전화로 문의해 주십시오.")
