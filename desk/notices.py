"""What a member of staff must know: told once, in the console and by e-mail. A notice names no citizen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from desk.models import Notice, Staff, Ticket

WORDS: Final = {
    "assigned": "새로 담당하실 접수가 있습니다.",
    "transferred": "이관받으신 접수가 있습니다.",
    "added": "고객이 내용을 덧붙였습니다.",
    "letter": "접수한 고객의 주소가 아닌 곳에서 접수에 관한 메일이 왔습니다.",
    "reopened": "고객이 이의를 제기하여 다시 열린 접수가 있습니다.",
    "withdrawn": "고객이 접수를 취하하였습니다.",
    "due50": "답변 기한의 절반이 지났습니다.",
    "due80": "답변 기한의 80%가 지났습니다.",
    "due100": "답변 기한의 업무 시간이 모두 지났습니다. 지금 답변해 주십시오.",
    "waiting": "고객의 회신을 기다리는 동안 기한이 다가옵니다. 기한을 연장하거나 답변해 주십시오.",
    "broken": "약속한 날이 지났습니다. 고객께 지연 안내를 보내고 답변해 주십시오.",
    "undelivered": "고객에게 전달되지 않은 답변이 있습니다. 다른 방법으로 알려 주십시오.",
    "unannounced": "새 접수를 직원 메신저에 알리지 못했습니다. 채널 설정과 발송함을 확인해 주십시오.",
    "talk": "담당자와의 대화를 기다리는 고객이 있습니다.",
}
"""What each kind of notice says."""

_AT_ONCE: Final = 50


@dataclass(frozen=True)
class Told:
    """A notice as its reader sees it; `number` is the ticket's."""

    id: str
    kind: str
    words: str
    number: str | None
    at: datetime
    read: bool
    mail_failed: bool


def tell(
    session: Session, staff: Staff, kind: str, key: str, ticket: Ticket | None, now: datetime
) -> Notice | None:
    """Tell `staff` what `kind` says (one of `WORDS`); None if they were told of the same `key` before.

    With an e-mail address a letter is owed too, sent later by `desk.letters`.
    """
    if kind not in WORDS:
        raise KeyError(kind)
    if session.scalar(select(Notice.id).where(Notice.staff_id == staff.id, Notice.key == key)):
        return None
    owed = staff.active and staff.email
    notice = Notice(
        staff_id=staff.id,
        key=key,
        kind=kind,
        ticket_id=ticket.id if ticket else None,
        at=now,
        mail_state="owed" if owed else "none",
        mail_after=now if owed else None,
    )
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        return None  # somebody else told it at the same moment
    return notice


def unread(session: Session, staff_id: str) -> int:
    """How many notices the person hasn't read."""
    mine = select(func.count()).where(Notice.staff_id == staff_id, Notice.read_at.is_(None))
    return session.scalar(mine) or 0


def of(session: Session, staff_id: str, limit: int = _AT_ONCE, offset: int = 0) -> Sequence[Told]:
    """The person's notices, the newest first."""
    query = (
        select(Notice, Ticket.number)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .where(Notice.staff_id == staff_id)
        .order_by(Notice.at.desc(), Notice.id)
        .limit(limit)
        .offset(offset)
    )
    return [_told(notice, number) for notice, number in session.execute(query)]


def mark_read(session: Session, staff_id: str, now: datetime, *, notice_id: str | None = None) -> None:
    """Note that the person has read that notice, or all of theirs."""
    mine = update(Notice).where(Notice.staff_id == staff_id, Notice.read_at.is_(None)).values(read_at=now)
    session.execute(mine.where(Notice.id == notice_id) if notice_id else mine)


def seen(session: Session, staff_id: str, number: str, now: datetime) -> None:
    """Note that the person is looking at the ticket of that number: what they were told of it is read."""
    ticket = select(Ticket.id).where(Ticket.number == number).scalar_subquery()
    mine = update(Notice).where(Notice.staff_id == staff_id, Notice.read_at.is_(None))
    session.execute(
        mine.where(Notice.ticket_id == ticket).values(read_at=now),
        execution_options={"synchronize_session": False},
    )


def _told(notice: Notice, number: str | None) -> Told:
    return Told(
        id=notice.id,
        kind=notice.kind,
        words=WORDS.get(notice.kind, notice.kind),
        number=number,
        at=notice.at,
        read=notice.read_at is not None,
        mail_failed=notice.mail_state == "failed",
    )
