"""Loads a directory file (YAML) into the database; doing it again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from sqlalchemy.orm import Session

from core.errors import Invalid
from desk.models import Department, Staff

# Whoever leads a team ("lead" in a directory file) supervises its tickets.
_Role = Annotated[
    Literal["agent", "supervisor", "editor", "admin", "auditor"],
    BeforeValidator(lambda role: "supervisor" if role == "lead" else role),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_min_length=1)


class _Department(_Strict):
    id: str
    name: str
    duties: list[str]
    phone: str
    place: str
    hours: str
    lunch: str
    backup: str | None = None


class _Staff(_Strict):
    id: str
    username: Annotated[str, StringConstraints(to_lower=True)]
    name: str
    title: str
    department: str
    phone: str
    duties: list[str]
    role: _Role = "agent"


class _File(_Strict):
    departments: list[_Department]
    staff: list[_Staff]


def seed(session: Session, path: Path) -> None:
    """Add or update what the file holds, matched by id. Nothing is removed; passwords and `active` stay.

    Raises `Invalid` when the file is malformed or names an unknown department; then nothing was changed.
    """
    file = _read(path)
    for position, unit in enumerate(file.departments):
        values = unit.model_dump(exclude={"backup"})
        session.merge(Department(**values, position=position))
    session.flush()
    for unit in file.departments:
        session.get_one(Department, unit.id).backup_id = unit.backup
    for person in file.staff:
        session.merge(Staff(**person.model_dump(exclude={"department"}), department_id=person.department))
    session.flush()


def _read(path: Path) -> _File:
    try:
        file = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise Invalid(f"{path.name}을(를) 읽을 수 없습니다: {error}") from error
    known = {unit.id for unit in file.departments}
    named = {unit.backup for unit in file.departments if unit.backup} | {
        person.department for person in file.staff
    }
    if unknown := sorted(named - known):
        raise Invalid(f"{path.name}: 등록되지 않은 부서입니다: {', '.join(unknown)}")
    return file
