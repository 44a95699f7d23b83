"""The access log: every act on personal data, reads too; written by the console, read by auditors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.errors import Invalid
from core.privacy import redact
from desk.models import AccessLog, Staff

LONGEST_REASON = 200


@dataclass(frozen=True)
class Filter:
    """Which lines of the log: days in Seoul, both included; empty fields don't narrow."""

    since: date
    until: date
    username: str = ""
    action: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Line:
    """One act; `username` is empty where nobody was logged in."""

    at: datetime
    username: str
    name: str
    address: str
    action: str
    subject: str
    reason: str


def log(
    session: Session,
    staff_id: str | None,
    address: str,
    action: str,
    subject: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Note that `staff_id` (None: nobody logged in) at `address` did `action` ("ticket.read") to `subject`.

    `subject` is an id or a ticket number, never personal data itself; from a reason it is taken out. Longer
    values are cut.
    """
    session.add(
        AccessLog(
            staff_id=staff_id,
            address=address[:64],
            action=action[:50],
            subject=subject[:100],
            at=now,
            reason=redact(reason)[:LONGEST_REASON] if reason else None,
        )
    )


def checked_reason(reason: str) -> str:
    """The reason for a download, without blank edges; `Invalid` for none or a long one."""
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("내려받는 사유를 적어 주십시오.", reason="꼭 필요합니다.")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"사유를 {LONGEST_REASON}자 이내로 적어 주십시오.", reason="너무 깁니다.")
    return reason


def find(session: Session, wanted: Filter, limit: int, offset: int = 0) -> list[Line]:
    """The lines of the log, the newest first; raises `Invalid` when the days are the wrong way round."""
    if wanted.until < wanted.since:
        raise Invalid("기간의 끝은 시작보다 앞설 수 없습니다.", until="시작일 이후여야 합니다.")
    lines = session.execute(finding(wanted).limit(limit).offset(offset))
    return [_line(row, staff) for row, staff in lines]


def finding(wanted: Filter) -> Select[AccessLog, Staff | None]:
    """The query behind `find`."""
    query = (
        select(AccessLog, Staff)
        .outerjoin(Staff, Staff.id == AccessLog.staff_id)
        .where(AccessLog.at >= _midnight(wanted.since), AccessLog.at < _midnight(_next(wanted.until)))
        .order_by(AccessLog.at.desc(), AccessLog.id.desc())
    )
    if wanted.username:
        whose = select(Staff.id).where(Staff.username == wanted.username.strip().lower())
        query = query.where(AccessLog.staff_id == whose.scalar_subquery())
    if wanted.action:
        query = query.where(AccessLog.action == wanted.action)
    if wanted.subject:
        query = query.where(AccessLog.subject == wanted.subject.strip())
    return query


def _line(row: AccessLog, staff: Staff | None) -> Line:
    return Line(
        at=row.at,
        username=staff.username if staff else "",
        name=staff.name if staff else "",
        address=row.address,
        action=row.action,
        subject=row.subject,
        reason=row.reason or "",
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SEOUL)


def _next(day: date) -> date:
    return day + timedelta(days=1)
