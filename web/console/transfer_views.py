"""Where a ticket may go: departments by the route of its matter, people who are there, free times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from core.privacy import label, redact
from desk import directory, overrides, slots
from desk.models import Department, Staff
from desk.routing import MOST
from web.console import words
from web.console.dependencies import Visit
from web.console.ticket_views import TicketPage, existing

_DUTIES_SHOWN = 3


@dataclass(frozen=True)
class Place:
    """A department that the matter may be about; `share` in percent."""

    id: str
    name: str
    duties: str
    share: int


@dataclass(frozen=True)
class Person:
    """Somebody who can be put in charge; `away` says why not now, empty while at work."""

    id: str
    name: str
    away: str


@dataclass(frozen=True)
class Places:
    """`best` are at most three departments by the meaning of the matter, `others` the rest."""

    best: list[Place]
    others: list[Place]
    colleagues: list[Person]
    """The people of the ticket's own department."""
    people: dict[str, list[Person]]
    """The people of every other department, by its name."""


def places(visit: Visit, ticket: TicketPage) -> Places:
    """Not to be called inside a transaction: the route is found in its own."""
    # One more than is shown: the ticket's own department may be among them.
    route = visit.parts.router.route(redact(label(ticket.matter or "")), ticket.kind, MOST + 1)
    shares = {id_: share for id_, share in route.candidates if id_ != ticket.department_id}
    with visit.parts.database.session() as session:
        units = [unit for unit in directory.departments(session) if unit.id != ticket.department_id]
        people = _people(session, visit)
    known = {unit.id: _place(unit, shares.get(unit.id, 0)) for unit in units}
    best = [known[id_] for id_ in shares if id_ in known][:MOST]
    return Places(
        best=best,
        others=[place for place in known.values() if place not in best],
        colleagues=people.get(ticket.department_id, []),
        people={unit.name: people[unit.id] for unit in units if unit.id in people},
    )


def free_slots(visit: Visit, ticket: TicketPage) -> list[tuple[str, list[tuple[str, str]]]]:
    """The department's free times by day: each as the form's value and as it reads."""
    with visit.parts.database.session() as session:
        unit = existing(session, ticket.number).department_id
        found = slots.free(session, unit, overrides.calendar(session), visit.now)
    return [
        (day, [(slot.start.isoformat(), f"{words.clock(slot.start)}–{words.clock(slot.end)}") for slot in of])
        for day, of in groupby(found, key=lambda slot: words.day(slot.start))
    ]


def _place(unit: Department, share: float) -> Place:
    return Place(unit.id, unit.name, ", ".join(unit.duties[:_DUTIES_SHOWN]), round(share * 100))


def _people(session: Session, visit: Visit) -> dict[str | None, list[Person]]:
    """Who may be put in charge, by department."""
    found: dict[str | None, list[Person]] = {}
    for one in directory.people(session):
        if one.role in directory.HANDLERS:
            person = Person(one.id, f"{one.name} {one.title}".strip(), _away(one, visit.now))
            found.setdefault(one.department_id, []).append(person)
    return found


def _away(staff: Staff, now: datetime) -> str:
    if directory.is_here(staff, now):
        return ""
    until = f", {words.moment(staff.away_until)}까지" if staff.away_until else ""
    return f"{'휴가' if staff.presence == 'leave' else '부재'}{until}"
