"""The directory: departments, staff, and who is responsible for a matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from core.errors import Unavailable
from desk import states
from desk.models import Department, Staff, Ticket
from desk.seeding import seed

__all__ = ["Contact", "contact", "department", "departments", "front_desk", "responsible", "seed", "staff_of"]


@dataclass(frozen=True)
class Contact:
    """How a person signs: what the charter owes to every citizen who gets a reply."""

    name: str
    title: str
    department: str
    phone: str


def departments(session: Session) -> list[Department]:
    """All departments in the directory's order."""
    return list(session.scalars(select(Department).order_by(Department.position, Department.id)))


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


def responsible(session: Session, department_id: str | None) -> Staff:
    """Who answers a matter of that department: the active agent or supervisor with the fewest open tickets.

    Nobody there: the backup department; nobody there either: anybody active, those who may answer first.
    An unknown department, or None, means the front desk. Raises `Unavailable` only when the directory holds
    nobody at all.
    """
    asked = session.get(Department, department_id) if department_id else None
    first = asked or front_desk(session)
    at_work = and_(Staff.active.is_(True), Staff.department_id.is_not(None))
    answering = and_(at_work, Staff.role.in_(("agent", "supervisor")))
    tries: Iterable[Select[Staff]] = (
        _by_load().where(answering, Staff.department_id == first.id),
        _by_load().where(answering, Staff.department_id == first.backup_id),
        _by_load().where(answering),
        _by_load().where(at_work, Staff.role == "admin"),
        _by_load().where(at_work),
    )
    for people in tries:
        if person := session.scalars(people.limit(1)).first():
            return person
    raise _empty()


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
