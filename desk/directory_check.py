"""Checks rows of a directory file, each by itself and all together, against what is in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from desk.directory_rows import STAFF, Column, read
from desk.models import Department, Staff


@dataclass(frozen=True)
class Row:
    """One line of a file as it was read; `place` names it ("직원 시트 3행")."""

    place: str
    raw: Mapping[str, str]
    columns: Sequence[Column] = STAFF

    def title(self, name: str) -> str:
        """The column as people know it."""
        return next((column.title for column in self.columns if column.name == name), name)


@dataclass(frozen=True)
class Rows:
    """What a file, or several together, hold."""

    departments: Sequence[Row] = ()
    staff: Sequence[Row] = ()


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the line and the column (empty: the whole line)."""

    place: str
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}{f', {self.column}' if self.column else ''}: {self.message}"


class DirectoryErrors(Invalid):
    """Everything that is wrong with a file; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


class Checked:
    """The values of all rows, in their order, with every reference as an id or username that there is."""

    def __init__(self, session: Session, rows: Rows) -> None:
        self.problems: list[Problem] = []
        self._units = {unit.id: unit.name for unit in session.scalars(select(Department))}
        self._known_units = set(self._units)
        self._people = {person.id: person.username for person in session.scalars(select(Staff))}
        self.departments = [self._read(row) for row in rows.departments]
        self.staff = [self._read(row) for row in rows.staff]
        self._identify(rows)
        for row, unit in zip(rows.departments, self.departments, strict=True):
            self._department(row, unit)
        for row, person in zip(rows.staff, self.staff, strict=True):
            self._person(row, person)

    def _read(self, row: Row) -> dict[str, Any]:
        values, wrong = read(row.columns, row.raw)
        for name, message in wrong.items():
            self._wrong(row, name, message)
        return values

    def _identify(self, rows: Rows) -> None:
        """Learn of the departments and people that the file itself brings."""
        self._once(rows.departments, self.departments, "id")
        self._once(rows.staff, self.staff, "username")
        new = {unit["id"]: unit.get("name", "") for unit in self.departments if "id" in unit}
        self._units |= {unit_id: name or self._units.get(unit_id, "") for unit_id, name in new.items()}
        known = {username: staff_id for staff_id, username in self._people.items()}
        for person in self.staff:
            if "username" in person:
                named = person.get("id")
                person["known_id"] = named if named in self._people else known.get(person["username"])
        self._owners = known
        self._usernames = set(known) | {p["username"] for p in self.staff if "username" in p}

    def _once(self, rows: Sequence[Row], values: Sequence[Mapping[str, Any]], name: str) -> None:
        first: dict[str, str] = {}
        for row, found in zip(rows, values, strict=True):
            if name not in row.raw:
                self._wrong(row, name, "필수 항목입니다.")
            elif (key := found.get(name)) in first:
                self._wrong(row, name, f"{first[key]}에 이미 있습니다: {key}")
            elif key is not None:
                first[key] = row.place

    def _department(self, row: Row, unit: dict[str, Any]) -> None:
        for name in ("name", "phone"):
            if name not in row.raw and unit.get("id") not in self._known_units:
                self._wrong(row, name, "필수 항목입니다.")
        if unit.get("backup"):
            unit["backup"] = self._unit(row, "backup", unit["backup"])
            if unit["backup"] is not None and unit["backup"] == unit.get("id"):
                self._wrong(row, "backup", "자기 부서는 대행 부서가 될 수 없습니다.")
        if head := unit.get("head"):
            self._username(row, "head", head.lower())

    def _person(self, row: Row, person: dict[str, Any]) -> None:
        new = person.get("known_id") is None
        for name in ("name", "department"):
            if new and name not in row.raw:
                self._wrong(row, name, "필수 항목입니다.")
        if person.get("department"):
            person["department"] = self._unit(row, "department", person["department"])
        for deputy in person.get("deputies", []):
            self._username(row, "deputies", deputy)
            if deputy == person.get("username"):
                self._wrong(row, "deputies", "자기 자신은 대행자가 될 수 없습니다.")
        username = person.get("username")
        owner = self._owners.get(username or "")
        if owner is not None and owner != person.get("known_id"):
            self._wrong(row, "username", f"다른 직원이 쓰는 아이디입니다: {username}")

    def _unit(self, row: Row, column: str, named: str) -> str | None:
        """The id of the department with that id or name."""
        if named.lower() in self._units:
            return named.lower()
        found = [unit_id for unit_id, name in self._units.items() if name == named]
        if len(found) == 1:
            return found[0]
        self._wrong(row, column, f"등록되지 않은 부서입니다: {named}")
        return None

    def _username(self, row: Row, column: str, username: str) -> None:
        if username not in self._usernames:
            self._wrong(row, column, f"등록되지 않은 직원 아이디입니다: {username}")

    def _wrong(self, row: Row, name: str, message: str) -> None:
        self.problems.append(Problem(row.place, row.title(name), message))
