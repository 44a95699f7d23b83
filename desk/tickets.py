"""Tickets: opened for a citizen, looked up by the citizen, answered and closed by staff."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict
from core.privacy import Cipher, Vault
from desk import directory, intake, numbers, states
from desk.calendar import promise_due
from desk.contact_details import parse_email, parse_phone
from desk.models import Staff, Ticket, TicketEvent

_DRAWS = 20


@dataclass(frozen=True)
class TicketRequest:
    """What a citizen leaves, in plain words; the desk puts it into the vault."""

    conversation_id: str | None
    channel: str
    name: str
    phone: str | None
    email: str | None
    matter: str
    reply_needed: bool
    consent_version: str
    department_id: str | None = None
    tried: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class OpenedTicket:
    """What the citizen is told; `barred`: a resident number stood in the matter and was dropped."""

    number: str
    department: str
    person: str
    phone: str
    promised_on: date
    barred: bool = False


@dataclass(frozen=True)
class TicketStatus:
    """What a citizen sees of the own ticket."""

    number: str
    state: str
    label: str
    department: str
    person: str
    phone: str
    received_at: datetime
    promised_on: date


@dataclass(frozen=True)
class TicketRow:
    """A line of the console's list; nothing in it names the citizen."""

    number: str
    state: str
    label: str
    kind: str
    channel: str
    department: str
    department_id: str
    person: str
    staff_id: str
    reply_needed: bool
    received_at: datetime
    promised_on: date


@dataclass(frozen=True)
class TicketDetails:
    """The personal data of a ticket, for the eyes of staff; None where it was destroyed or never given."""

    name: str | None
    phone: str | None
    email: str | None
    matter: str | None


def open_ticket(session: Session, vault: Vault, request: TicketRequest, now: datetime) -> OpenedTicket:
    """Put the personal data away, find the responsible person, promise a date, and record it all.

    Raises `Invalid` with a hint per field; `Unavailable` when there is nobody in the directory.
    """
    ...


def find(session: Session, number: str) -> Ticket | None:
    """The ticket under that number, in whatever spacing or case."""
    ...


def look_up(session: Session, cipher: Cipher, number: str, phone: str) -> TicketStatus | None:
    """The state of the ticket, for whoever knows its number and the telephone that was left.

    A ticket opened without a telephone is opened by its e-mail address. Whatever is wrong, the answer is
    None after the same work, so that trying tells nothing.
    """
    ...


def details(session: Session, vault: Vault, ticket: Ticket) -> TicketDetails:
    """Who asks and what. The caller logs the access."""
    ...


def history(session: Session, ticket: Ticket) -> list[TicketEvent]:
    """What happened to the ticket, oldest first."""
    ...


def of_conversation(session: Session, conversation_id: str) -> Ticket | None:
    """The newest ticket that was opened in the conversation."""
    ...


def open_tickets(session: Session) -> list[TicketRow]:
    """All tickets that still owe something, the nearest promise first."""
    ...


def record(
    session: Session, ticket: Ticket, kind: str, actor: str, now: datetime, data: dict[str, Any] | None = None
) -> TicketEvent:
    """Append an event and keep the ticket's state in step with it; the only way that a state changes.

    `data` must hold no personal data. Raises `Conflict` when somebody else was first and the ticket is no
    longer in a state where this may happen.
    """
    ...


def reply(session: Session, ticket: Ticket, staff: Staff, now: datetime) -> None:
    """Note that `staff` has answered; `Conflict` when it is answered or closed already."""
    ...


def close(session: Session, ticket: Ticket, staff: Staff, now: datetime) -> None:
    """Close; `Conflict` when it is closed already, or a reply is wanted and none was sent."""
    ...
