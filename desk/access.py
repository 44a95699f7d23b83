"""The access log: whoever sees or changes a citizen's data leaves a line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from desk.models import AccessLog


def log(
    session: Session, staff_id: str | None, address: str, action: str, subject: str, now: datetime
) -> None:
    """Note that `staff_id` (None: nobody logged in) at `address` did `action` ("ticket.read") to `subject`.

    `subject` is an id or a ticket number, never personal data itself. A longer value is cut.
    """
    session.add(
        AccessLog(staff_id=staff_id, address=address[:64], action=action[:50], subject=subject[:100], at=now)
    )
