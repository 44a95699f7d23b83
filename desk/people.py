"""Changes to people: presence, roles, leaving. A ticket never loses its responsible person by any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid
from desk import access, directory, states, tickets
from desk.accounts import ROLES
from desk.models import Department, Staff, StaffSession, Ticket

PRESENCE: Final = {"here": "재석", "away": "자리 비움", "leave": "휴가·휴직"}


LEFT: Final = "left"
"""Why a ticket was handed over: the person's account was closed."""


@dataclass(frozen=True)
class By:
    """Who makes a change, and from where; `staff_id` None: the operator at the command line."""

    staff_id: str | None
    address: str = "-"

    @property
    def actor(self) -> str:
        """As a ticket's event names them."""
        return self.staff_id or "system"


@dataclass(frozen=True)
class HandedOver:
    """A ticket that somebody else has now; `moved`: of another department."""

    number: str
    staff_id: str
    person: str
    department: str
    phone: str
    moved: bool


def set_presence(staff: Staff, presence: str, until: datetime | None, now: datetime) -> None:
    """Here, away or on leave, until a moment where it is known; raises `Invalid` for one that has passed.

    Whoever is here has no moment to come back: it is left out.
    """
    if presence not in PRESENCE:
        raise Invalid("재석 상태를 골라 주십시오.", presence="셋 중 하나를 골라 주십시오.")
    until = until if presence != "here" else None
    if until is not None and until <= now:
        raise Invalid("돌아오는 때는 지금보다 나중이어야 합니다.", until="지금보다 나중으로 적어 주십시오.")
    staff.presence = presence
    staff.away_until = until


def set_role(session: Session, staff: Staff, role: str, by: By, now: datetime) -> None:
    """Give a role; the access log keeps who gave which when. `Conflict` for the last administrator."""
    if role not in ROLES:
        raise Invalid(f"역할은 {', '.join(ROLES)} 중 하나여야 합니다.", role="알 수 없는 역할입니다.")
    if role == staff.role:
        return
    if staff.role == "admin":
        _not_the_last_admin(session, staff)
    subject = f"{staff.username}: {staff.role} → {role}"
    access.log(session, by.staff_id, by.address, "staff.role", subject, now)
    staff.role = role
    session.flush()


def deactivate(session: Session, staff: Staff, by: By, now: datetime) -> list[HandedOver]:
    """Close the account at once, and hand every open ticket to somebody else.

    Raises `Conflict` for the last administrator, `Unavailable` when nobody else could take the tickets.
    """
    if staff.role == "admin":
        _not_the_last_admin(session, staff)
    staff.active = False
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
    for unit in session.scalars(select(Department).where(Department.head_id == staff.id)):
        unit.head_id = None
    access.log(session, by.staff_id, by.address, "staff.deactivate", staff.username, now)
    session.flush()
    return hand_over(session, staff, by, now)


def activate(session: Session, staff: Staff, by: By, now: datetime) -> None:
    """Open the account again."""
    staff.active = True
    access.log(session, by.staff_id, by.address, "staff.activate", staff.username, now)
    session.flush()


def hand_over(session: Session, staff: Staff, by: By, now: datetime) -> list[HandedOver]:
    """Give each of the person's open tickets to whoever is responsible instead."""
    theirs = select(Ticket).where(Ticket.staff_id == staff.id, Ticket.state.in_(states.OPEN))
    given = []
    for ticket in session.scalars(theirs.order_by(Ticket.promised_on, Ticket.id)).all():
        to = directory.responsible(session, ticket.department_id, now, without=[staff.id]).staff
        moved = to.department_id != ticket.department_id
        data = {"staff": to.id, "department": to.department_id, "by": by.actor, "reason": LEFT}
        if moved:
            data |= {"from": ticket.department_id}
        tickets.record(session, ticket, "transferred" if moved else "assigned", by.actor, now, data)
        new = directory.contact(to)
        name = f"{new.name} {new.title}".strip()
        given.append(HandedOver(ticket.number, to.id, name, new.department, new.phone, moved))
    return given


def _not_the_last_admin(session: Session, staff: Staff) -> None:
    others = select(func.count()).where(Staff.role == "admin", Staff.active.is_(True), Staff.id != staff.id)
    if not session.scalar(others):
        raise Conflict("마지막 관리자입니다. 먼저 다른 관리자를 정해 주십시오.")
