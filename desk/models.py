"""The tables of the desk. Personal data isn't in them: only ids of vault items and keyed fingerprints."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
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
    # No foreign key: departments and staff would refer to each other in a circle.
    head_id: Mapped[str | None] = mapped_column(_ID)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Staff(Base):
    """One person, one account. `password_hash` is empty until a password is given: no log-in before.

    `mobile_ref` names a vault item, for the eyes of colleagues only; `deputies` are staff ids in their order.
    `presence` is here, away (until `away_until`) or leave.
    """

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(50), default="")
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True)
    phone: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    mobile_ref: Mapped[str | None] = mapped_column(_ID)
    duties: Mapped[list[str]] = mapped_column(JSON, default=list)
    deputies: Mapped[list[str]] = mapped_column(JSON, default=list)
    presence: Mapped[str] = mapped_column(String(8), default="here")
    away_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    role: Mapped[str] = mapped_column(String(20), default="agent")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_once: Mapped[bool] = mapped_column(default=False)
    """Whether somebody else knows the password: it opens nothing but the page to change it."""
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

    From `state` on, and in `kind`, `department_id`, `staff_id`, the row repeats what its events add up to
    (`desk.states.Standing`), so that it can be queried.

    `*_ref` are ids of vault items. They carry no foreign key: an item is destroyed when its time is over,
    while the ticket stays for the statistics.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_state_promised_on", "state", "promised_on"),
        Index("ix_tickets_staff_id_state", "staff_id", "state", "promised_on"),
        Index("ix_tickets_department_id_state", "department_id", "state", "promised_on"),
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
    name_fingerprint: Mapped[str | None] = mapped_column(String(128), index=True)
    phone_fingerprint: Mapped[str | None] = mapped_column(String(128), index=True)
    email_fingerprint: Mapped[str | None] = mapped_column(String(128), index=True)
    reply_needed: Mapped[bool] = mapped_column(default=True)
    consent_version: Mapped[str] = mapped_column(String(20))
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    department_id: Mapped[str] = mapped_column(ForeignKey("departments.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tried: Mapped[list[str]] = mapped_column(JSON, default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Belongs to the kind (`desk.kinds`): a reservation's slot, a claim's damage; free text as vault ids."""
    state: Mapped[str] = mapped_column(String(20))
    promised_on: Mapped[date]
    clock_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the promise that counts now was given: at receipt, at the last extension, or objection."""
    extensions: Mapped[int] = mapped_column(default=0)
    expected_on: Mapped[date | None]
    """The day named by a delay notice, after the promise was broken."""
    waiting: Mapped[bool] = mapped_column(default=False)
    """Whether the citizen was asked something, and hasn't answered."""
    escalated: Mapped[int] = mapped_column(default=0)
    """Percent of the promised time at which somebody was told last: 0, 50, 80 or 100."""
    merged_into_id: Mapped[str | None] = mapped_column(_ID)

    department: Mapped[Department] = relationship()
    staff: Mapped[Staff] = relationship()


class TicketEvent(Base):
    """One step in a ticket's life. `actor` is "citizen", "system" or a staff id; `data` names no citizen.

    `words` is what was written with it (a note, a reason): masked, then encrypted, like a message.
    """

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_ticket_id_id", "ticket_id", "id"),)

    # Counts up, so that events of the same moment keep their order.
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(_ID)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words: Mapped[str | None] = mapped_column(Text)


class Booking(Base):
    """A slot of a department that a ticket has: the key lets nobody else have it. `start` names it."""

    __tablename__ = "bookings"

    department_id: Mapped[str] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    start: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), unique=True)


class Attachment(Base):
    """A file of a ticket, or of a citizen who has none yet.

    Its name is encrypted here, its bytes are in the data folder under its id.
    """

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """None while a citizen's file waits for the ticket that it will belong to."""
    conversation_id: Mapped[str | None] = mapped_column(_ID, index=True)
    """Where a citizen sent it."""
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(_ID)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent: Mapped[bool] = mapped_column(default=False)
    """Whether the citizen got it with a reply."""


class ReplyTemplate(Base):
    """Words that are used again, with placeholders that must resolve before they are sent."""

    __tablename__ = "reply_templates"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(100), unique=True)
    body: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(20))
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"))


class RoutingRule(Base):
    """A matter that holds one of the words, or is of the kind, goes to the department, whatever it means."""

    __tablename__ = "routing_rules"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    kind: Mapped[str | None] = mapped_column(String(20))
    department_id: Mapped[str] = mapped_column(ForeignKey("departments.id"))
    position: Mapped[int] = mapped_column(default=0)


class RouteLesson(Base):
    """A matter whose route was corrected: what is like it goes there from now on.

    `words` is the matter without personal data, encrypted.
    """

    __tablename__ = "route_lessons"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    department_id: Mapped[str] = mapped_column(ForeignKey("departments.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarOverride(Base):
    """A day that is open or closed against the public calendar, and why."""

    __tablename__ = "calendar_overrides"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_open: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(100))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Promise(Base):
    """One entry of the ledger: something the charter promises was owed here. It names no citizen.

    `promise` is an id of `desk/charter.yml`, `month` that in Seoul in which it was made ("2026-11"),
    `evidence` what settled it ("event:123"), `excuse` one of the ledger's few accepted reasons.
    """

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_month", "month", "promise", "department_id", "state"),
        Index("ix_promises_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    promise: Mapped[str] = mapped_column(String(40))
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("departments.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    month: Mapped[str] = mapped_column(String(7))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    """promised, kept, broken or excused."""
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    evidence: Mapped[str | None] = mapped_column(String(60))
    excuse: Mapped[str | None] = mapped_column(String(20))


class Notice(Base):
    """Something that a member of staff must know: shown in the console, and sent by e-mail."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("staff_id", "key"),
        Index("ix_notices_staff_id_at", "staff_id", "at"),
        Index("ix_notices_staff_id_read_at", "staff_id", "read_at"),
        Index("ix_notices_mail_state", "mail_state", "mail_after"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str] = mapped_column(String(100))
    """Names the occasion: nobody is told twice of the same."""
    kind: Mapped[str] = mapped_column(String(30))
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_state: Mapped[str] = mapped_column(String(10), default="none")
    """none (nowhere to send it), owed, sent or failed."""
    mail_tries: Mapped[int] = mapped_column(default=0)
    mail_after: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessLog(Base):
    """Who, when, from where, did what with whose data (reads too); kept for at least a year.

    `reason` is what somebody gave for a download, without personal data.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_staff_id_at", "staff_id", "at"),
        Index("ix_access_log_subject_at", "subject", "at"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(200))
