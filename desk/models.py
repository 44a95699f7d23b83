"""The tables of the desk. Personal data isn't in them: only ids of vault items and keyed fingerprints."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import SystemClock
from core.database import Base, UtcDateTime
from core.ids import new_id

_ID = String(64)


class Department(Base):
    """A unit of the foundation; the one with the lowest `position` takes what nobody else claims."""

    __tablename__ = "departments"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    duties: Mapped[list[str]] = mapped_column(JSON, default=list)
    phone: Mapped[str] = mapped_column(String(30))
    place: Mapped[str] = mapped_column(String(200), default="")
    hours: Mapped[str] = mapped_column(String(20), default="09:00-18:00")
    lunch: Mapped[str] = mapped_column(String(20), default="12:00-13:00")
    backup_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"))
    position: Mapped[int] = mapped_column(default=0)


class Staff(Base):
    """One person, one account. `password_hash` is empty until a password is given: no log-in before."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(50), default="")
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True)
    phone: Mapped[str] = mapped_column(String(30), default="")
    duties: Mapped[list[str]] = mapped_column(JSON, default=list)
    role: Mapped[str] = mapped_column(String(20), default="agent")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=SystemClock().now)

    department: Mapped[Department | None] = relationship(lazy="joined")


class StaffSession(Base):
    """A log-in. The token itself is only in the browser's cookie; here is its hash."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(64))


class LoginFailure(Base):
    """One failed log-in, once for the account and once for the address; `subject` is a hash of either."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_subject_at", "subject", "at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Ticket(Base):
    """A citizen's matter that a named person answers by `promised_on` (a day in Seoul).

    `*_ref` are ids of vault items. They carry no foreign key: an item is destroyed when its time is over,
    while the ticket stays for the statistics.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_state_promised_on", "state", "promised_on"),
        Index("ix_tickets_staff_id_state", "staff_id", "state"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    conversation_id: Mapped[str | None] = mapped_column(_ID, index=True)
    channel: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20), default="inquiry")
    name_ref: Mapped[str] = mapped_column(_ID)
    phone_ref: Mapped[str | None] = mapped_column(_ID)
    email_ref: Mapped[str | None] = mapped_column(_ID)
    matter_ref: Mapped[str] = mapped_column(_ID)
    phone_fingerprint: Mapped[str | None] = mapped_column(String(128), index=True)
    email_fingerprint: Mapped[str | None] = mapped_column(String(128), index=True)
    reply_needed: Mapped[bool] = mapped_column(default=True)
    consent_version: Mapped[str] = mapped_column(String(20))
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    department_id: Mapped[str] = mapped_column(ForeignKey("departments.id"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    tried: Mapped[list[str]] = mapped_column(JSON, default=list)

    department: Mapped[Department] = relationship()
    staff: Mapped[Staff] = relationship()


class TicketEvent(Base):
    """One step in a ticket's life. `actor` is "citizen", "system" or a staff id; `data` names no citizen."""

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_ticket_id_id", "ticket_id", "id"),)

    # Counts up, so that events of the same moment keep their order.
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(_ID)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class AccessLog(Base):
    """Who, when, from where, did what with whose data (reads too); kept for at least a year."""

    __tablename__ = "access_log"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(100))
