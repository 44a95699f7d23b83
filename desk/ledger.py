"""The ledger as it is read: entry by entry as one text with one hash, and what broke with what to do now."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, Invalid, NotFound
from desk import charter, states, tickets
from desk.models import Promise, Staff, Ticket

COLUMNS: Final = (
    "entry", "promise", "department", "month", "made_at", "due_at", "state", "settled_at", "evidence",
    "excuse",
)  # fmt: skip
STATES: Final = {"promised": "진행 중", "kept": "이행", "broken": "불이행", "excused": "제외"}
EXCUSES: Final = {
    "disaster": "재난·정전·전산 장애",
    "unreachable": "고객 연락 불가",
    "third_party": "다른 기관의 회신 지연",
    "at_request": "고객의 요청",
    "mistaken": "잘못된 접수(시험·중복)",
}
GIVEN_UP: Final = {"withdrawn": "고객의 취하", "merged": "다른 접수로 병합", "reclassified": "유형 변경"}

_EXCUSING: Final = frozenset({"state", "evidence", "excuse"})
_MOVING: Final = _EXCUSING | {"department", "due_at", "settled_at"}

Row = tuple[str, ...]


@dataclass(frozen=True)
class Broken:
    """A broken promise, for the eyes of staff; it names no citizen either."""

    id: int
    pledge: charter.Pledge
    number: str
    state: str
    department: str
    person: str
    due_at: datetime
    owed: bool
    """Whether the ticket is still open, so that something can be done for the citizen."""


@dataclass
class Comparison:
    """A published text against the ledger of now; entries by id."""

    same: int = 0
    moved_on: int = 0
    """Open when it was published: settled since, passed to another department, or extended."""
    excused_since: int = 0
    changed: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    """Published, but no longer in the ledger."""
    withheld: list[int] = field(default_factory=list)
    """Older than the newest one published, and not published."""

    @property
    def agrees(self) -> bool:
        """Whether the published text and the ledger tell the same story."""
        return not (self.changed or self.missing or self.withheld)


def rows(session: Session, months: Sequence[str]) -> Iterator[Row]:
    """The entries that were made in those months ("2026-11"), each as the values of `COLUMNS`, by id."""
    columns = (
        Promise.id, Promise.promise, Promise.department_id, Promise.month, Promise.made_at, Promise.due_at,
        Promise.state, Promise.settled_at, Promise.evidence, Promise.excuse,
    )  # fmt: skip
    found = select(*columns).where(Promise.month.in_(months)).order_by(Promise.id)
    for entry in session.execute(found.execution_options(yield_per=1000)):
        yield tuple(_text(value) for value in entry)


def as_csv(entries: Iterable[Row]) -> str:
    """The canonical text of entries: a line of column names, a line for each entry, each ending with \\n."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(entries)
    return out.getvalue()


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8: what `sha256sum` says of the downloaded file."""
    return hashlib.sha256(text.encode()).hexdigest()


def compare(session: Session, published: str) -> Comparison:
    """Hold a published text against the ledger: open entries may have been settled, broken ones excused.

    Raises `Invalid` when the text isn't one of ours.
    """
    theirs = {int(row[0]): row for row in _read(published)}
    ours = {int(row[0]): row for row in rows(session, sorted({row[3] for row in theirs.values()}))}
    found = Comparison()
    for entry, before in theirs.items():
        _compare(found, entry, before, ours.get(entry))
    newest = max(theirs, default=0)
    found.withheld = sorted(entry for entry in ours if entry < newest and entry not in theirs)
    return found


def broken(
    session: Session, department_id: str | None = None, owed: bool = False, limit: int = 50, offset: int = 0
) -> list[Broken]:
    """Broken promises, the one that ran out last first; of one department, or only those still owed."""
    people = (joinedload(Ticket.department), joinedload(Ticket.staff))
    found = select(Promise, Ticket).where(*_broken(department_id, owed)).options(*people)
    page = found.order_by(Promise.due_at.desc(), Promise.id.desc())
    return [
        Broken(
            id=entry.id,
            pledge=pledge,
            number=ticket.number,
            state=states.label(ticket.state),
            department=ticket.department.name,
            person=ticket.staff.name,
            due_at=entry.due_at or entry.made_at,
            owed=ticket.state in states.OPEN,
        )
        for entry, ticket in session.execute(page.limit(limit).offset(offset))
        if (pledge := charter.measured().get(entry.promise))
    ]


def count_broken(session: Session, department_id: str | None = None, owed: bool = False) -> int:
    """How many `broken` would list without a limit."""
    return session.scalar(select(func.count(Promise.id)).where(*_broken(department_id, owed))) or 0


def excuse(session: Session, entry_id: int, reason: str, staff: Staff, now: datetime) -> None:
    """Count a broken promise no longer, for one of the accepted reasons; the ticket's history keeps who did.

    Raises `Invalid` for another reason, `NotFound` for no entry, `Conflict` when it isn't broken (any more).
    """
    if reason not in EXCUSES:
        raise Invalid("제외 사유를 목록에서 골라 주십시오.", reason="목록에서 골라 주십시오.")
    entry = session.get(Promise, entry_id)
    ticket = session.get(Ticket, entry.ticket_id) if entry and entry.ticket_id else None
    if entry is None or ticket is None:
        raise NotFound("원장에 없는 항목입니다.")
    # The ticket is locked by this, so that of two who excuse at once the second sees what the first did.
    event = tickets.record(
        session,
        ticket,
        "noted",
        staff.id,
        now,
        {"promise": entry.promise, "excuse": reason, "entry": entry_id},
    )
    session.refresh(entry)
    if entry.state != "broken":
        raise Conflict("불이행 상태인 항목만 제외할 수 있습니다. 화면을 새로 고쳐 확인해 주십시오.")
    entry.state, entry.excuse, entry.evidence = "excused", reason, f"event:{event.id}"
    session.flush()


def _broken(department_id: str | None, owed: bool) -> list[ColumnElement[bool]]:
    wanted = [Promise.ticket_id == Ticket.id, Promise.state == "broken"]
    if department_id:
        wanted.append(Promise.department_id == department_id)
    if owed:
        wanted.append(Ticket.state.in_(states.OPEN))
    return wanted


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return "" if value is None else str(value)


def _read(published: str) -> list[Row]:
    lines = list(csv.reader(io.StringIO(published.removeprefix("\ufeff"))))
    found = [tuple(line) for line in lines[1:]]
    if not lines or tuple(lines[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in found):
        raise Invalid("약속 이행 원장의 CSV 파일이 아닙니다.")
    if not all(row[0].isdecimal() for row in found):
        raise Invalid("약속 이행 원장의 CSV 파일이 아닙니다.")
    return found


def _compare(found: Comparison, entry: int, before: Row, now: Row | None) -> None:
    if now is None:
        found.missing.append(entry)
        return
    moved = {name for name, old, new in zip(COLUMNS, before, now, strict=True) if old != new}
    was, became = (row[COLUMNS.index("state")] for row in (before, now))
    if not moved:
        found.same += 1
    elif was == "promised" and moved <= _MOVING:
        found.moved_on += 1
    elif (was, became) == ("broken", "excused") and moved <= _EXCUSING:
        found.excused_since += 1
    else:
        found.changed.append(entry)
