"""Notices as e-mail: which are owed, how a letter reads, what becomes of it. No letter names a citizen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.mail import Mail, Outcome
from desk import directory, states
from desk.models import Notice, Staff, Ticket
from desk.notices import WORDS

BACKOFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""How long to wait after each failed try; after one more the letter has failed."""

_MOST_TRIES: Final = len(BACKOFF) + 1
# A process that dies between sending and noting it lets the next one try again after this.
_LEASE: Final = timedelta(minutes=10)
_AT_ONCE: Final = 20
_FOOTER: Final = "고객의 개인정보는 전자우편에 적지 않습니다. 내용은 직원 콘솔에서 확인해 주십시오."


@dataclass(frozen=True)
class Failure:
    """A letter that couldn't be sent, for the eyes of staff."""

    notice_id: str
    person: str
    email: str
    words: str
    number: str | None
    at: datetime


def claim(session: Session, foundation: str, public_url: str, now: datetime) -> Mapping[str, Mail]:
    """The letters to be sent now, by the notice's id, oldest first; no other process gets them meanwhile.

    `public_url` is where the console is reached; without it a letter has no link.
    """
    due = (
        select(Notice)
        .where(Notice.mail_state == "owed", Notice.mail_after <= now)
        .order_by(Notice.mail_after, Notice.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    letters: dict[str, Mail] = {}
    for notice in session.scalars(due):
        staff = session.get_one(Staff, notice.staff_id)
        if not (staff.active and staff.email):
            notice.mail_state = "none"
        elif notice.mail_tries >= _MOST_TRIES:
            notice.mail_state = "failed"
        else:
            notice.mail_tries += 1
            notice.mail_after = now + _LEASE
            letters[notice.id] = _letter(session, notice, staff, foundation, public_url)
    session.flush()
    return letters


def settle(session: Session, notice_id: str, outcome: Outcome, now: datetime) -> None:
    """Note what became of a claimed letter: sent, to be tried again later, or failed for good."""
    notice = session.get_one(Notice, notice_id)
    if outcome is Outcome.LATER and notice.mail_tries <= len(BACKOFF):
        notice.mail_after = now + BACKOFF[notice.mail_tries - 1]
        return
    notice.mail_state = "sent" if outcome is Outcome.SENT else "failed"
    notice.mail_after = None


def forget(session: Session) -> None:
    """Owe no letters: there is no mail server. Set up later, it must not send what is long known."""
    session.execute(update(Notice).where(Notice.mail_state == "owed").values(mail_state="none"))


def failures(session: Session) -> Sequence[Failure]:
    """The letters that couldn't be sent, the newest first."""
    failed = (
        select(Notice, Staff, Ticket.number)
        .join(Staff, Staff.id == Notice.staff_id)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .where(Notice.mail_state == "failed")
        .order_by(Notice.at.desc())
        .limit(_AT_ONCE)
    )
    return [
        Failure(notice.id, staff.name, staff.email, WORDS.get(notice.kind, ""), number, notice.at)
        for notice, staff, number in session.execute(failed)
    ]


def again(session: Session, now: datetime) -> int:
    """Owe all failed letters anew; returns how many. `NotFound` when there are none."""
    failed = list(session.scalars(select(Notice).where(Notice.mail_state == "failed")))
    if not failed:
        raise NotFound("보내지 못한 전자우편이 없습니다.")
    for notice in failed:
        notice.mail_state, notice.mail_tries, notice.mail_after = "owed", 0, now
    return len(failed)


def _letter(session: Session, notice: Notice, staff: Staff, foundation: str, public_url: str) -> Mail:
    ticket = session.get(Ticket, notice.ticket_id) if notice.ticket_id else None
    words = WORDS.get(notice.kind, "확인하실 알림이 있습니다.")
    page = f"/staff/tickets/{ticket.number}" if ticket else "/staff/notices"
    parts = [
        f"{staff.name} {staff.title}님, 안녕하십니까.".replace(" 님", "님"),
        words,
        _about(ticket) if ticket else "",
        f"{public_url.rstrip('/')}{page}" if public_url else "",
        f"{_FOOTER}\n{foundation} 고객 응대",
    ]
    subject = f"[응대] {words.rstrip('.')}" + (f" ({ticket.number})" if ticket else "")
    return Mail(staff.email, subject, "\n\n".join(part for part in parts if part) + "\n", notice.id)


def _about(ticket: Ticket) -> str:
    person, due = directory.contact(ticket.staff), ticket.promised_on
    return "\n".join(
        (
            f"접수번호: {ticket.number}",
            f"상태: {states.label(ticket.state)}",
            f"담당: {person.department} {person.name}",
            f"답변 약속일: {due.year}년 {due.month}월 {due.day}일",
        )
    )
