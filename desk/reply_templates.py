"""Words that are used again: their placeholders are filled for a ticket, or nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.errors import Conflict, Invalid, NotFound
from core.privacy import Vault
from desk import directory, kinds
from desk.models import Department, ReplyTemplate, Staff, Ticket
from desk.wording import checked

PLACEHOLDERS: Final = {
    "고객명": "문의하신 고객의 성명",
    "접수번호": "문의의 접수번호",
    "접수일": "접수한 날",
    "답변기한": "답변을 약속한 날",
    "부서명": "답변하는 직원의 부서",
    "담당자명": "답변하는 직원의 성명과 직위",
    "전화번호": "답변하는 직원의 전화번호",
}
"""What may stand in braces, and what it becomes."""
LONGEST_TITLE: Final = 100
_HOLE: Final = re.compile(r"\{([^{}\n]{0,30})\}")


def values(session: Session, vault: Vault, ticket: Ticket, staff: Staff) -> dict[str, str]:
    """What the placeholders become in a reply of `staff` to the ticket; what isn't known isn't there."""
    signature = directory.contact(staff)
    known = {
        "고객명": vault.get(session, ticket.name_ref) or "",
        "접수번호": ticket.number,
        "접수일": _day(ticket.received_at.astimezone(SEOUL).date()),
        "답변기한": _day(ticket.promised_on),
        "부서명": signature.department,
        "담당자명": f"{signature.name} {signature.title}".strip(),
        "전화번호": signature.phone,
    }
    return {name: value for name, value in known.items() if value}


def fill(body: str, values: Mapping[str, str]) -> str:
    """The words with every placeholder filled; raises `Invalid` that names each one that can't be."""
    if left := [f"{{{name}}}" for name in dict.fromkeys(_HOLE.findall(body)) if name.strip() not in values]:
        raise Invalid(f"채울 수 없는 자리가 있습니다: {', '.join(left)}. 고치거나 지운 뒤에 보내 주십시오.")
    return fill_known(body, values)


def fill_known(body: str, values: Mapping[str, str]) -> str:
    """The words with the placeholders filled that can be; the others stay as they stand."""
    return _HOLE.sub(lambda hole: values.get(hole[1].strip(), hole[0]), body)


def all_of(session: Session) -> list[ReplyTemplate]:
    """All templates by title."""
    return list(session.scalars(select(ReplyTemplate).order_by(ReplyTemplate.title)))


def fitting(session: Session, ticket: Ticket) -> list[ReplyTemplate]:
    """Those that are meant for the ticket's kind and department, or for any."""
    for_kind = or_(ReplyTemplate.kind.is_(None), ReplyTemplate.kind == ticket.kind)
    for_unit = or_(ReplyTemplate.department_id.is_(None), ReplyTemplate.department_id == ticket.department_id)
    query = select(ReplyTemplate).where(for_kind, for_unit).order_by(ReplyTemplate.title)
    return list(session.scalars(query))


def put(
    session: Session, title: str, body: str, kind: str | None = None, department_id: str | None = None,
    template_id: str | None = None,
) -> ReplyTemplate:  # fmt: skip
    """Add a template, or change the one under that id.

    Raises `Invalid` for a placeholder that there isn't, `Conflict` for a title that another one has,
    `NotFound` for an unknown id.
    """
    template = session.get(ReplyTemplate, template_id) if template_id else ReplyTemplate()
    if template is None:
        raise NotFound("그런 답변 서식이 없습니다.")
    template.title, template.body = _title(title), _body(body)
    template.kind = kinds.kind(kind).id if kind else None
    if department_id and session.get(Department, department_id) is None:
        raise Invalid("부서를 다시 골라 주십시오.", department_id="목록에 있는 부서여야 합니다.")
    template.department_id = department_id or None
    try:
        with session.begin_nested():
            session.add(template)
    except IntegrityError as error:
        raise Conflict("같은 제목의 서식이 이미 있습니다.", title="다른 제목을 적어 주십시오.") from error
    return template


def remove(session: Session, template_id: str) -> None:
    """Forget a template; raises `NotFound`."""
    template = session.get(ReplyTemplate, template_id)
    if template is None:
        raise NotFound("그런 답변 서식이 없습니다.")
    session.delete(template)
    session.flush()


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(f"제목을 {LONGEST_TITLE}자 이내로 적어 주십시오.", title="꼭 필요합니다.")
    return title


def _body(body: str) -> str:
    body = checked(body, "서식의 내용을 적어 주십시오.")
    fill(body, PLACEHOLDERS)
    return body


def _day(day: date) -> str:
    return f"{day.year}년 {day.month}월 {day.day}일"
