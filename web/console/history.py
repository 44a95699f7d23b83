"""A ticket's history in words: what happened, who did it, and what was written with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.privacy import Vault
from desk import charter, directory, kinds, ledger, people, steps, tickets
from desk.korean import with_particle
from desk.models import Staff, Ticket, TicketEvent
from web.console import words

_ESCALATED: Final = {50: "담당자에게", 80: "담당자와 대리자에게", 100: "담당자와 대리자, 부서장에게"}
_NOBODY: Final = {"citizen": "고객", "system": "자동"}


@dataclass(frozen=True)
class Step:
    """One event; `text` is what was written with it, readable; a `note` is for staff only."""

    id: int
    kind: str
    at: datetime
    what: str
    who: str
    text: str
    note: bool


@dataclass(frozen=True)
class Names:
    """The names that ids in events stand for."""

    staff: Mapping[str, str]
    departments: Mapping[str, str]
    tickets: Mapping[str, str]

    def who(self, actor: str) -> str:
        """Who did it."""
        return _NOBODY.get(actor) or self.staff.get(actor, "")

    def handler(self, data: Mapping[str, Any]) -> str:
        """Department and person that an event names."""
        unit = self.departments.get(str(data.get("department")), "")
        return f"{unit} {self.staff.get(str(data.get('staff')), '')}".strip()


def steps_of(session: Session, vault: Vault, ticket: Ticket) -> list[Step]:
    """Everything that happened to the ticket, oldest first."""
    events = tickets.history(session, ticket)
    names = _names(session, events)
    return [
        Step(
            id=event.id,
            kind=event.kind,
            at=event.at,
            what=what(event, names),
            who=names.who(event.actor),
            text=tickets.opened_words(session, vault, event),
            note=event.kind == "noted" and "excuse" not in event.data,
        )
        for event in events
    ]


def _names(session: Session, events: list[TicketEvent]) -> Names:
    people = {event.actor for event in events} | {str(event.data.get("staff")) for event in events}
    merged = {str(event.data["into"]) for event in events if "into" in event.data}
    staff = session.execute(select(Staff.id, Staff.name, Staff.title).where(Staff.id.in_(people)))
    numbers = session.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(merged)))
    return Names(
        staff={id_: f"{name} {title}".strip() for id_, name, title in staff},
        departments={unit.id: unit.name for unit in directory.departments(session, closed=True)},
        tickets={one.id: one.number for one in numbers},
    )


def what(event: TicketEvent, names: Names) -> str:
    """What happened, in a sentence."""
    sentence = _SENTENCES.get(event.kind)
    if sentence is None:
        return event.kind
    by_phone = " (전화)" if event.data.get("how") == "phone" else ""
    return f"{sentence if isinstance(sentence, str) else sentence(event.data, names)}{by_phone}"


def _received(data: Mapping[str, Any], names: Names) -> str:
    channel = with_particle(words.channel(str(data.get("channel", ""))), "으로", "로")
    return f"{channel} 접수했습니다. {_day(data['promised_on'])}까지 답변을 약속했습니다."


def _assigned(data: Mapping[str, Any], names: Names) -> str:
    return f"담당자를 {with_particle(names.handler(data), '으로', '로')} 정했습니다.{_because(data)}"


def _transferred(data: Mapping[str, Any], names: Names) -> str:
    before = names.departments.get(str(data.get("from")), "")
    return f"{before}에서 {names.handler(data)}에게 이관했습니다.{_because(data)}"


def _because(data: Mapping[str, Any]) -> str:
    return " 이전 담당자의 계정이 중지되었습니다." if data.get("reason") == people.LEFT else ""


def _extended(data: Mapping[str, Any], names: Names) -> str:
    agreed = " 고객의 동의를 받았습니다." if data.get("consent") else ""
    return f"답변 기한을 {_day(data['promised_on'])}까지 연장했습니다.{agreed}"


def _noted(data: Mapping[str, Any], names: Names) -> str:
    if "excuse" in data:
        pledge = charter.measured().get(str(data.get("promise")))
        title = pledge.title if pledge else str(data.get("promise"))
        return f"지키지 못한 약속(‘{title}’)을 이행률에서 제외했습니다: {ledger.EXCUSES[data['excuse']]}"
    if "letter" in data:
        return "접수한 고객의 주소가 아닌 곳에서 메일이 왔습니다."
    if "merged" not in data:
        return "직원 메모를 남겼습니다."
    return f"문의 {data['merged']}의 내용을 이 문의에 병합했습니다."


def _escalated(data: Mapping[str, Any], names: Names) -> str:
    level = int(data["level"])
    return f"약속한 시간의 {level}%가 지나 {_ESCALATED.get(level, '담당자에게')} 알렸습니다."


def _booked(data: Mapping[str, Any], names: Names) -> str:
    start = words.moment(datetime.fromisoformat(data["slot"]))
    return f"상담 시간을 {with_particle(start, '으로', '로')} 정했습니다."


def _day(iso: str) -> str:
    return words.day(date.fromisoformat(iso))


_SENTENCES: Final[Mapping[str, str | Callable[[Mapping[str, Any], Names], str]]] = {
    "received": _received,
    "assigned": _assigned,
    "transferred": _transferred,
    "started": "처리를 시작했습니다.",
    "extended": _extended,
    "delayed": lambda data, _: f"답변 지연을 알렸습니다. 답변 예정일: {_day(data['expected_on'])}",
    "asked": "고객에게 추가 내용을 여쭈었습니다.",
    "added": "고객이 내용을 덧붙였습니다.",
    "told": "진행 경과를 알렸습니다.",
    "apologised": "사과를 드렸습니다.",
    "answered": "답변했습니다.",
    "remedied": lambda data, _: f"조치를 기록했습니다: {steps.REMEDIES[data['remedy']]}",
    "decided": lambda data, _: f"제안의 검토 결과를 알렸습니다: {steps.OUTCOMES[data['outcome']]}",
    "booked": _booked,
    "escalated": _escalated,
    "reclassified": lambda data, _: f"접수 유형을 ‘{kinds.label(data['kind'])}’ 유형으로 바꾸었습니다.",
    "noted": _noted,
    "merged": lambda data, names: f"문의 {names.tickets.get(data['into'], '')}에 병합했습니다.",
    "withdrawn": "고객이 접수를 취하했습니다.",
    "reopened": lambda data, _: f"고객의 이의 제기로 다시 접수했습니다. 기한: {_day(data['promised_on'])}",
    "closed": "문의를 종결했습니다.",
}
