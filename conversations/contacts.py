"""The directory as replies name it; read often, changed seldom, so kept for half a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import Clock
from core.database import Database
from desk import directory
from desk.models import Department, Staff

_KEPT = timedelta(seconds=30)


class Contacts:
    """Department id → name, duties and telephone; and its people, where their names may be shown."""

    def __init__(self, database: Database, clock: Clock, show_names: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._show_names = show_names
        self._read_at: datetime | None = None
        self._departments: dict[str, dict[str, str]] = {}
        self._people: dict[str, list[dict[str, str]]] = {}

    def department(self, department_id: str) -> dict[str, str] | None:
        """`{"id", "name", "phone", "duties", "place"}`, or None for an unknown id or a closed department."""
        return self.departments().get(department_id)

    def departments(self) -> dict[str, dict[str, str]]:
        """All of them, in the directory's order."""
        self._refresh()
        return self._departments

    def people(self, department_id: str) -> list[dict[str, str]]:
        """`{"name", "title", "phone", "duties"}` of each one there; nobody unless names may be shown."""
        self._refresh()
        return self._people.get(department_id, []) if self._show_names else []

    def _refresh(self) -> None:
        now = self._clock.now()
        if self._read_at is not None and now - self._read_at <= _KEPT:
            return
        with self._database.session() as session:
            units = directory.departments(session)
            self._departments = {unit.id: _department(unit) for unit in units}
            if self._show_names:
                self._people = {
                    unit.id: [_person(staff) for staff in directory.staff_of(session, unit.id)]
                    for unit in units
                }
        self._read_at = now


def _department(unit: Department) -> dict[str, str]:
    return {
        "id": unit.id,
        "name": unit.name,
        "phone": unit.phone,
        "duties": ", ".join(unit.duties),
        "place": unit.place,
    }


def _person(staff: Staff) -> dict[str, str]:
    signature = directory.contact(staff)
    return {
        "name": signature.name,
        "title": signature.title,
        "phone": signature.phone,
        "duties": ", ".join(staff.duties),
    }
