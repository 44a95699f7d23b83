"""What the board shows: one page of a queue, and how much every queue holds; the caller logs the access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Forbidden
from core.privacy import Vault, VaultItem
from desk import directory, overrides, promises, queues
from desk.calendar import Calendar
from desk.models import Staff, Ticket
from desk.queues import PAGE, Debt
from web.console import words
from web.console.dependencies import Visit
from web.console.rendering import fingerprint

_CLIPPED: Final = 120
_DESTROYED: Final = "(파기됨)"
# How long the words "2시간 15분 남음" may stand.
_WORDS_LAST: Final = 600


@dataclass(frozen=True)
class View:
    """Which page of which queue; `department` is the one chosen to narrow it, or "" for none."""

    queue: str
    page: int
    department: str


@dataclass(frozen=True)
class Line:
    """A ticket in the list."""

    number: str
    state: str
    kind: str
    channel: str
    name: str
    what: str
    person: str
    department: str
    takeable: bool
    """Whether this person may become responsible for it, or confirm to be."""
    received_at: datetime
    promised_on: date
    left: words.TimeLeft
    callback_due: datetime | None
    """Until when the caller is to be called back, where that is owed: before the promised day is over."""
    marks: tuple[words.Mark, ...]


@dataclass(frozen=True)
class Board:
    """A page of a queue; `seen` differs when anything on it does."""

    view: View
    tabs: dict[str, int]
    lines: list[Line]
    debts: list[Debt]
    pages: int
    seen: str


@dataclass(frozen=True)
class Glance:
    """What every queue holds, the page's tickets, and what differs when anything of it does."""

    view: View
    """What is shown: beyond the last page, the last one."""
    tabs: dict[str, int]
    shown: Sequence[Ticket]
    pages: int
    fingerprint: str


def sees_all(visit: Visit) -> bool:
    """Whether the queues of the whole house are this person's business."""
    return visit.may.supervise or visit.may.audit


def glance(session: Session, visit: Visit, view: View) -> Glance:
    """The page before anything is deciphered: cheap enough to ask every few seconds.

    Raises `Forbidden` for a list that isn't this person's business.
    """
    within = _within(visit, view)
    tabs = queues.counts(session, visit.staff, visit.now, within)
    if not sees_all(visit):
        # A route that nobody has confirmed may be anybody's.
        tabs["unassigned"] = queues.count(session, "unassigned", visit.staff, visit.now)
        del tabs["all"]
        within = None if view.queue == "unassigned" else within
    pages = max(1, -(-tabs[view.queue] // PAGE))
    view = replace(view, page=min(view.page, pages))
    offset = (view.page - 1) * PAGE
    shown = queues.rows(session, view.queue, visit.staff, visit.now, PAGE, offset, within)
    return Glance(view, tabs, shown, pages, _fingerprint(visit.now, tabs, shown))


def board(session: Session, visit: Visit, view: View) -> Board:
    """The page of the queue as this member of staff sees it."""
    seen = glance(session, visit, view)
    within = _within(visit, view)
    return Board(
        view=seen.view,
        tabs=seen.tabs,
        lines=_lines(session, visit, seen.shown),
        debts=queues.owing(session, visit.now, within) if view.queue == "owing" else [],
        pages=seen.pages,
        seen=seen.fingerprint,
    )


def settled(session: Session, visit: Visit, view: View) -> View:
    """Without a queue the day starts at the own tickets, else at the department's or the house's."""
    if view.queue:
        return view
    mine = queues.count(session, "mine", visit.staff, visit.now)
    return replace(view, queue="mine" if mine else "all" if sees_all(visit) else "department")


def units(session: Session) -> list[tuple[str, str]]:
    """Id and name of every department."""
    return [(unit.id, unit.name) for unit in directory.departments(session)]


def _within(visit: Visit, view: View) -> str | None:
    if sees_all(visit):
        return view.department or None
    if view.queue == "all" or view.department not in {"", visit.staff.department_id}:
        raise Forbidden("다른 부서의 문의 목록은 감독자 권한이 있는 계정만 볼 수 있습니다.")
    return visit.staff.department_id


def _fingerprint(now: datetime, tabs: dict[str, int], shown: Sequence[Ticket]) -> str:
    rows = [
        (one.number, one.state, one.staff_id, one.promised_on, one.expected_on, one.waiting, one.escalated)
        for one in shown
    ]
    return fingerprint((int(now.timestamp()) // _WORDS_LAST, tabs, rows))


def _lines(session: Session, visit: Visit, shown: Sequence[Ticket]) -> list[Line]:
    calendar, kept = overrides.calendar(session), _kept(session, shown)
    notes = [one.id for one in shown if one.kind == "callback"]
    callbacks = promises.callbacks_due(session, notes) if notes else {}
    return [_line(session, visit, ticket, kept, calendar, callbacks.get(ticket.id)) for ticket in shown]


def _kept(session: Session, shown: Sequence[Ticket]) -> dict[str, VaultItem]:
    """All names and matters in one query."""
    refs = [ref for one in shown for ref in (one.name_ref, one.matter_ref)]
    return {item.id: item for item in session.scalars(select(VaultItem).where(VaultItem.id.in_(refs)))}


def _line(
    session: Session,
    visit: Visit,
    ticket: Ticket,
    kept: dict[str, VaultItem],
    calendar: Calendar,
    callback_due: datetime | None,
) -> Line:
    vault = visit.parts.vault
    matter = vault.reveal(session, _opened(vault, kept.get(ticket.matter_ref)))
    return Line(
        number=ticket.number,
        state=ticket.state,
        kind=ticket.kind,
        channel=ticket.channel,
        name=_opened(vault, kept.get(ticket.name_ref)),
        what=matter if len(matter) <= _CLIPPED else f"{matter[:_CLIPPED].rstrip()}…",
        person=_called(ticket.staff),
        department=ticket.department.name,
        takeable=_takeable(visit, ticket),
        received_at=ticket.received_at,
        promised_on=ticket.promised_on,
        left=words.time_left(ticket.promised_on, ticket.state, visit.now, calendar),
        callback_due=callback_due,
        marks=words.marks(ticket.waiting, ticket.expected_on, ticket.escalated),
    )


def _takeable(visit: Visit, ticket: Ticket) -> bool:
    ours = ticket.department_id == visit.staff.department_id
    unsure = ticket.staff_id != visit.staff.id or ticket.state == "received"
    return visit.may.answer and ours and unsure


def _opened(vault: Vault, item: VaultItem | None) -> str:
    return vault.cipher.decrypt(item.ciphertext) if item else _DESTROYED


def _called(staff: Staff) -> str:
    return f"{staff.name} {staff.title}".strip()
