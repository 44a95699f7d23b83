"""The departments as replies name them; read often, changed seldom, so kept for half a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import Clock
from core.database import Database
from desk import directory

_KEPT = timedelta(seconds=30)


class Contacts:
    """Department id → name, duties and telephone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._read_at: datetime | None = None
        self._departments: dict[str, dict[str, str]] = {}

    def department(self, department_id: str) -> dict[str, str] | None:
        """`{"id", "name", "phone", "duties", "place"}`, or None for an unknown id."""
        return self.departments().get(department_id)

    def departments(self) -> dict[str, dict[str, str]]:
        """All of them, in the directory's order."""
        now = self._clock.now()
        if self._read_at is None or now - self._read_at > _KEPT:
            with self._database.session() as session:
                self._departments = {
                    unit.id: {
                        "id": unit.id,
                        "name": unit.name,
                        "phone": unit.phone,
                        "duties": ", ".join(unit.duties),
                        "place": unit.place,
                    }
                    for unit in directory.departments(session)
                }
            self._read_at = now
        return self._departments
