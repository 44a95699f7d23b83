"""What goes into the desk and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from desk.routing import Route


@dataclass(frozen=True)
class TicketRequest:
    """What a citizen leaves, in plain words; the desk puts it into the vault.

    `key` names the form that was filled in: the same form sent twice opens one ticket. `facts` are what the
    kind asks for (`desk.kinds`), by name. `staff_id` is the person whom the citizen was looking for.
    `department_id` is a route that somebody is sure of; without it, `route` tells.
    """

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
    key: str | None = None
    kind: str = "inquiry"
    facts: dict[str, str] = field(default_factory=dict)
    staff_id: str | None = None
    route: Route | None = None


@dataclass(frozen=True)
class OpenedTicket:
    """What the citizen is told; `barred`: a resident number stood in the matter and was dropped.

    `apology` is what a complaint is met with at once, `slot` the start of a reservation's booked time.
    """

    number: str
    department: str
    person: str
    phone: str
    promised_on: date
    barred: bool = False
    kind: str = "inquiry"
    apology: str = ""
    slot: datetime | None = None


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
    kind: str = "inquiry"
    expected_on: date | None = None


@dataclass(frozen=True)
class TicketDetails:
    """The personal data of a ticket, for the eyes of staff; None where it was destroyed or never given.

    `facts` are what its kind asked for, label by label.
    """

    name: str | None
    phone: str | None
    email: str | None
    matter: str | None
    facts: dict[str, str] = field(default_factory=dict)
