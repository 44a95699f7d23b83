"""What an event of a ticket means for the ledger: a promise given, kept or broken.

`charter.yml` says which event begins a promise, which one keeps it, and until when; this file reads it so.
Each entry is settled once. When it ran out is known to the second, whenever somebody looks: the ledger is
the same however often the clock is watched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from core.clock import SEOUL
from desk import charter, overrides, states
from desk.calendar import hours_or_standard, promise_end
from desk.charter import Pledge
from desk.models import Department, Promise, Staff, Ticket, TicketEvent

_NOT_STAFF: Final = ("system", "citizen")
_GIVEN_UP: Final = ("withdrawn", "merged")
_ALWAYS_MOVING: Final = frozenset(
    {"assigned", "transferred", "extended", "delayed", "reclassified", "closed", *_GIVEN_UP}
)

# Built once: it is asked at nearly every event.
_OWED: Final = (
    select(Promise)
    .where(Promise.ticket_id == bindparam("ticket"), Promise.state == "promised")
    .order_by(Promise.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def note(session: Session, ticket: Ticket, event: TicketEvent) -> None:
    """Write into the ledger what follows from the event; the row of the ticket has followed it already."""
    if event.kind not in _ALWAYS_MOVING and not any(
        event.kind in pledge.begins | pledge.kept_by for pledge in charter.measured().values()
    ):
        return
    # Nothing is owed before the receipt: it need not be looked for.
    before = _owed(session, ticket.id) if event.kind != "received" else []
    owed = _lapse(session, before, event.at)
    for entry in owed:
        _settle(entry, ticket, event)
    owed = [entry for entry in owed if entry.state == "promised"]
    for entry in owed:
        _follow(entry, ticket, event)
    _begin(session, ticket, event, {entry.promise for entry in owed})


def overdue(session: Session, now: datetime) -> int:
    """Mark as broken what has run out by `now`; returns how many entries did.

    A ticket that somebody is just working on is left to that event, or to the next call.
    """
    late = select(Promise.ticket_id).where(Promise.state == "promised", Promise.due_at <= now).distinct()
    count = 0
    for ticket_id in list(session.scalars(late)):
        # The lock that `tickets.record` takes, in the same order: ticket first, entries after it.
        free = select(Ticket.id).where(Ticket.id == ticket_id).with_for_update(skip_locked=True)
        if ticket_id is not None and session.scalar(free):
            owed = _owed(session, ticket_id)
            count += len(owed) - len(_lapse(session, owed, now))
    session.flush()
    return count


def callbacks_due(session: Session, ticket_ids: Sequence[str]) -> dict[str, datetime]:
    """By ticket id, until when its caller is, or was, to be called back; only where nobody has yet."""
    owed = (
        select(Ticket.id, Promise.due_at)
        .join(Ticket, Ticket.id == Promise.ticket_id)
        .where(
            Promise.ticket_id.in_(ticket_ids),
            Promise.promise == "callback",
            or_(Promise.state == "promised", Promise.evidence == "clock"),
            # An objection or an extension since then has promised something else.
            Ticket.state.in_(sorted(states.OPEN)),
            Ticket.clock_started_at < Promise.due_at,
        )
    )
    return {ticket_id: due for ticket_id, due in session.execute(owed) if due}


def _owed(session: Session, ticket_id: str) -> list[Promise]:
    """The open entries of the ticket, as they stand now."""
    return list(session.scalars(_OWED, {"ticket": ticket_id}))


def _lapse(session: Session, owed: Sequence[Promise], at: datetime) -> list[Promise]:
    """Break what ran out by `at`, and what breaks with it; returns what is still open."""
    late = [entry for entry in owed if entry.due_at and entry.due_at <= at]
    for entry in late:
        entry.state, entry.settled_at, entry.evidence = "broken", entry.due_at, "clock"
        for pledge in charter.measured().values():
            if entry.promise in pledge.broken_with and entry.due_at:
                session.add(
                    Promise(
                        promise=pledge.id,
                        ticket_id=entry.ticket_id,
                        department_id=entry.department_id,
                        staff_id=entry.staff_id,
                        month=month_of(entry.due_at),
                        made_at=entry.due_at,
                        due_at=entry.due_at,
                        state="broken",
                        settled_at=entry.due_at,
                        evidence="clock",
                    )
                )
    return [entry for entry in owed if entry not in late]


def _settle(entry: Promise, ticket: Ticket, event: TicketEvent) -> None:
    """Keep the entry, or give it up, when the event does that."""
    pledge = charter.measured().get(entry.promise)
    no_longer = event.kind == "reclassified" and pledge is not None and not pledge.concerns(ticket.kind)
    if event.kind in _GIVEN_UP or no_longer:
        state, entry.excuse = "excused", event.kind
    elif pledge and _keeps(pledge, ticket, event):
        state = "kept"
    elif event.kind == "closed":
        # The last chance has passed, whatever the clock says.
        state = "broken"
    else:
        return
    entry.state, entry.settled_at, entry.evidence = state, event.at, _evidence(event)


def _keeps(pledge: Pledge, ticket: Ticket, event: TicketEvent) -> bool:
    names = {event.kind}
    if event.kind == "closed" and not ticket.reply_needed:
        names.add("closed_unasked")
    by_whom = event.actor == ticket.staff_id or not pledge.by_person_in_charge
    return by_whom and bool(names & pledge.kept_by)


def _follow(entry: Promise, ticket: Ticket, event: TicketEvent) -> None:
    """Let an open entry go with its ticket: to whoever has it now, and to the date that was told."""
    entry.department_id, entry.staff_id = ticket.department_id, ticket.staff_id
    pledge = charter.measured().get(entry.promise)
    until = pledge.clock.until if pledge and pledge.clock else ""
    if (event.kind, until) == ("extended", "promise"):
        entry.due_at = promise_end(ticket.promised_on)
    elif (event.kind, until) == ("delayed", "expected") and ticket.expected_on:
        entry.due_at = promise_end(ticket.expected_on)


def _begin(session: Session, ticket: Ticket, event: TicketEvent, owed: set[str]) -> None:
    for pledge in charter.measured().values():
        if pledge.id in owed or not pledge.concerns(ticket.kind):
            continue
        if event.kind in pledge.begins & pledge.kept_by:
            _occurrence(session, pledge, ticket, event)
        elif event.kind in pledge.begins or _newly_concerns(session, pledge, ticket, event):
            _promise(session, pledge, ticket, event)


def _newly_concerns(session: Session, pledge: Pledge, ticket: Ticket, event: TicketEvent) -> bool:
    """Whether the ticket's new kind owes what its old one didn't, and what wasn't settled before."""
    if event.kind != "reclassified" or not pledge.kinds or ticket.state not in states.OPEN | {"answered"}:
        return False
    before = select(Promise.id).where(
        Promise.ticket_id == ticket.id, Promise.promise == pledge.id, Promise.state != "excused"
    )
    return session.scalar(before.limit(1)) is None


def _promise(session: Session, pledge: Pledge, ticket: Ticket, event: TicketEvent) -> None:
    if event.kind == "delayed" and ticket.state not in states.OPEN:
        # It says why the answer was late: nothing is owed any more.
        return
    due_at = _due(session, pledge, ticket.department_id, event.at, ticket)
    if due_at and due_at <= event.at:
        # Found out after the date had passed (a reclassified ticket): there was nothing to be in time for.
        return
    entry = _entry(pledge, ticket, event.at)
    entry.due_at, entry.state = due_at, "promised"
    session.add(entry)


def _occurrence(session: Session, pledge: Pledge, ticket: Ticket, event: TicketEvent) -> None:
    """An entry that the event both makes and settles."""
    entry = _entry(pledge, ticket, event.at)
    good = True
    if event.kind == "transferred":
        giving = str(event.data.get("from", ""))
        if giving == ticket.department_id or "by" in event.data:
            # Within the department, or because a person left: no matter was passed on.
            return
        entry.department_id = giving if session.get(Department, giving) else entry.department_id
        entry.staff_id = None if event.actor in _NOT_STAFF else event.actor
    if event.kind == "answered":
        if event.data.get("how") == "phone":
            return
        # What the system confirms (a slot that was chosen), it signs in the name of the person in charge.
        good = _signs(session, ticket.staff_id if event.actor in _NOT_STAFF else event.actor)
    if pledge.clock:
        since = (
            _arrival(session, ticket, event, entry.department_id) if pledge.clock.since_arrival else event.at
        )
        entry.made_at, entry.month = since, month_of(since)
        entry.due_at = _due(session, pledge, entry.department_id, since, ticket)
        good = good and entry.due_at is not None and event.at < entry.due_at
    if not good and entry.due_at is None:
        entry.due_at = event.at
    entry.state, entry.settled_at, entry.evidence = "kept" if good else "broken", event.at, _evidence(event)
    session.add(entry)


def _entry(pledge: Pledge, ticket: Ticket, at: datetime) -> Promise:
    return Promise(
        promise=pledge.id,
        ticket_id=ticket.id,
        department_id=ticket.department_id,
        staff_id=ticket.staff_id,
        month=month_of(at),
        made_at=at,
    )


def _due(
    session: Session, pledge: Pledge, department_id: str, since: datetime, ticket: Ticket
) -> datetime | None:
    """The moment from which the promise is broken; None when no clock runs."""
    if (clock := pledge.clock) is None:
        return None
    if clock.until == "length":
        return since + clock.length
    if clock.until == "working":
        unit = session.get_one(Department, department_id)
        return overrides.calendar(session).target(
            since, hours_or_standard(unit.hours, unit.lunch), clock.length
        )
    day = ticket.promised_on if clock.until == "promise" else ticket.expected_on
    return promise_end(day) if day else None


def _arrival(session: Session, ticket: Ticket, transfer: TicketEvent, department_id: str) -> datetime:
    """When that department got the ticket which it gives away now."""
    moves = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.id < transfer.id)
    since = ticket.received_at
    for event in session.scalars(moves.order_by(TicketEvent.id.desc())):
        if (to := event.data.get("department")) == department_id:
            since = event.at
        elif to:
            break
        if event.kind == "reopened":
            break
    return since


def _signs(session: Session, staff_id: str) -> bool:
    """Whether that person has a name, a department and a telephone to sign with."""
    staff = session.get(Staff, staff_id)
    unit = staff.department if staff else None
    return bool(staff and staff.name and unit and (staff.phone or unit.phone))


def month_of(moment: datetime) -> str:
    """The month in Seoul in which that moment lies: "2026-11"."""
    return f"{moment.astimezone(SEOUL):%Y-%m}"


def _evidence(event: TicketEvent) -> str:
    return f"event:{event.id}"
