"""What the directory's pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import NotFound
from desk import accounts, directory
from desk.models import Department, Staff
from desk.people import PRESENCE
from web.console.dependencies import Visit
from web.console.permissions import ROLE_LABELS


@dataclass(frozen=True)
class Person:
    """Somebody of the directory for the eyes of colleagues; `presence` is in words."""

    id: str
    username: str
    name: str
    title: str
    department_id: str
    department: str
    phone: str
    mobile: str
    email: str
    duties: list[str]
    deputies: list[str]
    deputy_names: list[str]
    here: bool
    presence: str
    presence_words: str
    until: datetime | None
    role: str
    role_words: str
    active: bool
    can_log_in: bool


@dataclass(frozen=True)
class Unit:
    """A department with its people; `head` and `backup` are names."""

    id: str
    name: str
    phone: str
    place: str
    hours: str
    lunch: str
    duties: list[str]
    backup: str
    head: str
    backup_id: str
    head_username: str
    position: int
    active: bool
    people: list[Person]


def units(session: Session, visit: Visit, *, everything: bool = False) -> list[Unit]:
    """All departments with those who work there; `everything`: closed ones and former staff too."""
    found = directory.departments(session, closed=everything)
    people = accounts.all_staff(session)
    names = {person.id: _called(person) for person in people}
    by_unit: dict[str | None, list[Person]] = {}
    for staff in people:
        if staff.active or everything:
            by_unit.setdefault(staff.department_id, []).append(_person(session, visit, staff, names))
    usernames = {person.id: person.username for person in people}
    titles = {unit.id: unit.name for unit in directory.departments(session, closed=True)}
    return [_unit(unit, names, usernames, titles, by_unit.get(unit.id, [])) for unit in found]


def unit(session: Session, visit: Visit, unit_id: str) -> Unit:
    """One department; raises `NotFound`."""
    for one in units(session, visit, everything=True):
        if one.id == unit_id:
            return one
    raise NotFound("그런 부서가 없습니다.")


def person(session: Session, visit: Visit, staff_id: str) -> Person:
    """One member of staff; raises `NotFound`."""
    names = {one.id: _called(one) for one in accounts.all_staff(session)}
    return _person(session, visit, existing(session, staff_id), names)


def existing(session: Session, staff_id: str) -> Staff:
    """The account under that id; raises `NotFound`."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("그런 직원이 없습니다.")
    return staff


def may_set_presence(visit: Visit, staff_id: str, department_id: str | None) -> bool:
    """One's own always; a supervisor that of the own department; an administrator everybody's."""
    own = staff_id == visit.staff.id
    supervised = visit.may.supervise and visit.staff.department_id == department_id
    return own or visit.may.administer or supervised


def _called(staff: Staff) -> str:
    return f"{staff.name} {staff.title}".strip()


def _person(session: Session, visit: Visit, staff: Staff, names: dict[str, str]) -> Person:
    mobile = visit.parts.vault.get(session, staff.mobile_ref) if staff.mobile_ref else None
    here = directory.is_here(staff, visit.now)
    presence = "here" if here else staff.presence
    return Person(
        id=staff.id,
        username=staff.username,
        name=staff.name,
        title=staff.title,
        department_id=staff.department_id or "",
        department=staff.department.name if staff.department else "",
        phone=directory.contact(staff).phone,
        mobile=mobile or "",
        email=staff.email,
        duties=list(staff.duties),
        deputies=list(staff.deputies),
        deputy_names=[names[one] for one in staff.deputies if one in names],
        here=here,
        presence=presence,
        presence_words=PRESENCE[presence],
        until=None if here else staff.away_until,
        role=staff.role,
        role_words=ROLE_LABELS.get(staff.role, staff.role),
        active=staff.active,
        can_log_in=staff.password_hash is not None,
    )


def _unit(
    found: Department,
    names: dict[str, str],
    usernames: dict[str, str],
    titles: dict[str, str],
    people: list[Person],
) -> Unit:
    return Unit(
        id=found.id,
        name=found.name,
        phone=found.phone,
        place=found.place,
        hours=found.hours,
        lunch=found.lunch,
        duties=list(found.duties),
        backup=titles.get(found.backup_id or "", ""),
        head=names.get(found.head_id or "", ""),
        backup_id=found.backup_id or "",
        head_username=usernames.get(found.head_id or "", ""),
        position=found.position,
        active=found.active,
        people=sorted(people, key=lambda one: (one.id != found.head_id, one.name)),
    )
