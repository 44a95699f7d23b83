"""Takes departments and people in: everything is checked first, then all of it is written, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, Unavailable
from core.ids import new_id
from core.privacy import Vault
from core.privacy.vault import VaultItem
from desk import people
from desk.directory_check import Checked, DirectoryErrors, Problem, Rows
from desk.models import Department, Staff
from desk.people import By, HandedOver

_UNIT: Final = ("name", "duties", "phone", "place", "hours", "lunch", "position")
_PERSON: Final = ("username", "name", "title", "duties", "phone", "email")

Values = Mapping[str, Any]


@dataclass
class Changes:
    """Ids of departments and usernames, by what happens to them."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    handed_over: list[HandedOver] = field(default_factory=list)


def load(
    session: Session, vault: Vault | None, rows: Rows, by: By, now: datetime, *, dry_run: bool = False
) -> Changes:
    """Add or update what the rows hold: departments by id, people by username (or id). Nothing is removed.

    A column that is missing leaves what there is; passwords stay. Raises `DirectoryErrors` with every line
    that is wrong; then, and with `dry_run`, nothing was changed. Mobile numbers need the vault.
    """
    checked = Checked(session, rows)
    if checked.problems:
        raise DirectoryErrors(checked.problems)
    changes = Changes()
    with session.begin_nested() as trial:
        _write(session, vault, rows, checked, by, now, changes)
        if dry_run:
            trial.rollback()
    if dry_run:
        session.expire_all()
    return changes


def _write(
    session: Session, vault: Vault | None, rows: Rows, checked: Checked, by: By, now: datetime,
    changes: Changes,
) -> None:  # fmt: skip
    units = [_unit(session, values, changes) for values in checked.departments]
    persons = [_person(session, values, by, now, changes) for values in checked.staff]
    ids = {person.username: person.id for person in session.scalars(select(Staff))}
    with session.no_autoflush:  # what is about to change can be told only before it is written
        for unit, values in zip(units, checked.departments, strict=True):
            _fill_unit(unit, values, ids)
        for person, values in zip(persons, checked.staff, strict=True):
            _fill_person(session, vault, person, values, ids)
        things: list[Department | Staff] = [*units, *persons]
        for thing in things:
            if (name := _name(thing)) not in changes.added:
                changed = session.is_modified(thing) or name in changes.changed
                kept = changes.changed if changed else changes.unchanged
                kept += [name] if name not in kept else []
    session.flush()
    for row, person, values in zip(rows.staff, persons, checked.staff, strict=True):
        try:
            _rights(session, person, values, by, now, changes)
        except (Conflict, Unavailable) as error:
            raise DirectoryErrors([Problem(row.place, "", error.message)]) from error


def _unit(session: Session, values: Values, changes: Changes) -> Department:
    unit = session.get(Department, values["id"])
    if unit is None:
        last = session.scalar(select(func.max(Department.position)))
        position = 0 if last is None else last + 1
        unit = Department(id=values["id"], name=values["name"], phone=values["phone"], position=position)
        session.add(unit)
        session.flush()
        changes.added.append(unit.id)
    return unit


def _person(session: Session, values: Values, by: By, now: datetime, changes: Changes) -> Staff:
    if values["known_id"] is not None:
        return session.get_one(Staff, values["known_id"])
    person = Staff(
        id=values.get("id") or new_id(),
        username=values["username"],
        name=values["name"],
        department_id=values["department"],
        created_at=now,
    )
    session.add(person)
    session.flush()
    changes.added.append(person.username)
    return person


def _fill_unit(unit: Department, values: Values, ids: Mapping[str, str]) -> None:
    for name in _UNIT:
        if values.get(name) is not None:
            setattr(unit, name, values[name])
    if "backup" in values:
        unit.backup_id = values["backup"] or None
    if "head" in values:
        unit.head_id = ids.get(values["head"].lower())
    if "active" in values:
        unit.active = values["active"]


def _fill_person(
    session: Session, vault: Vault | None, person: Staff, values: Values, ids: Mapping[str, str]
) -> None:
    for name in _PERSON:
        if name in values:
            setattr(person, name, values[name])
    if "department" in values:
        person.department_id = values["department"]
    if "deputies" in values:
        person.deputies = [ids[username] for username in values["deputies"]]
    if "mobile" in values:
        put_mobile(session, vault, person, values["mobile"])


def put_mobile(session: Session, vault: Vault | None, person: Staff, number: str) -> None:
    """Keep the mobile number in the vault (empty: none), and destroy the one before."""
    old = session.get(VaultItem, person.mobile_ref) if person.mobile_ref else None
    if vault is None:
        if number:
            raise Invalid("휴대전화 번호는 이 자리에서 저장할 수 없습니다.")
        return
    if old is not None and vault.cipher.decrypt(old.ciphertext) == number:
        return
    if old is not None:
        session.delete(old)
    person.mobile_ref = vault.put(session, "phone", number).id if number else None


def _rights(session: Session, person: Staff, values: Values, by: By, now: datetime, changes: Changes) -> None:
    """Roles and accounts last: they may hand over tickets, to people who must be there already."""
    role, active = values.get("role", person.role), values.get("active", person.active)
    if (role, active) != (person.role, person.active) and person.username in changes.unchanged:
        changes.unchanged.remove(person.username)
        changes.changed.append(person.username)
    people.set_role(session, person, role, by, now)
    if active and not person.active:
        people.activate(session, person, by, now)
    elif not active and person.active:
        changes.handed_over += people.deactivate(session, person, by, now)


def _name(thing: Department | Staff) -> str:
    return thing.id if isinstance(thing, Department) else thing.username
