"""The steps of a ticket's life, with the rules of each: what staff do, and what the citizen does.

Each locks the ticket, checks, and records one event (`desk.tickets.record`). What is said to the citizen goes
out with it, in the same transaction (`conversations.casework`). `Conflict` says that the ticket doesn't stand
where the step belongs, `Invalid` that something given is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.errors import Conflict, Invalid
from core.privacy import Vault
from desk import cards, debts, directory, kinds, notices, overrides, slots, states, tickets
from desk.calendar import promise_end
from desk.directory import Contact
from desk.korean import with_particle
from desk.models import Department, Staff, Ticket, TicketEvent
from desk.wording import checked

OUTCOMES: Final = {"adopted": "채택", "partly": "일부 채택", "declined": "불채택"}
"""How a suggestion ends."""
REMEDIES: Final = {
    "corrected": "시정 조치",
    "replaced": "다시 제공",
    "compensated": "금전 보상",
    "declined": "보상 대상 아님",
}
"""How a claim ends."""
_OVERSEERS: Final = ("supervisor", "admin")
_FARTHEST: Final = timedelta(days=365)
_TWICE: Final = timedelta(minutes=1)


def signature(staff: Staff) -> Contact:
    """How the person signs; raises `Invalid` without the department or telephone that every reply names."""
    contact = directory.contact(staff)
    if not (contact.name and contact.department and contact.phone):
        raise Invalid("답변에 표시할 부서와 전화번호가 등록되어 있지 않습니다. 관리자에게 문의해 주십시오.")
    return contact


def may_speak(ticket: Ticket, staff: Staff) -> bool:
    """Whether the person may say something to the citizen: the ticket's department, and who oversees it.

    Anybody else would give the citizen a name and a telephone that aren't in charge.
    """
    return staff.department_id == ticket.department_id or staff.role in _OVERSEERS


# ---- who does it


def start(session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime) -> None:
    """The person in charge begins; `Conflict` for anybody else."""
    tickets.lock(session, ticket)
    if ticket.staff_id != staff.id:
        raise Conflict("이 접수의 담당자가 아닙니다. 먼저 담당자를 본인으로 바꾸어 주십시오.")
    tickets.record(session, ticket, "started", staff.id, now)


def assign(session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, to: Staff) -> None:
    """Make somebody of the same department responsible, or confirm who is; another one is a transfer."""
    tickets.lock(session, ticket)
    _able(to, now, absent_may=to.id == ticket.staff_id)
    if to.department_id != ticket.department_id:
        raise Invalid("다른 부서의 직원입니다. 부서를 바꾸시려면 이관해 주십시오.")
    if to.id == ticket.staff_id and ticket.state != "received":
        raise Conflict("이미 이 접수의 담당자입니다.")
    data = {"staff": to.id, "department": to.department_id, "by": staff.id}
    tickets.record(session, ticket, "assigned", staff.id, now, data)


def transfer(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, department: Department,
    to: Staff | None, summary: str, open_points: str = "",
) -> None:  # fmt: skip
    """Hand the ticket to another department with a card that says what is known and what is open.

    Without `to` the directory finds who is responsible there. A slot that was booked is given back: it was of
    the old department's time.
    """
    tickets.lock(session, ticket)
    words = cards.handed_over(checked(summary, "넘겨받는 담당자가 볼 요지를 적어 주십시오."), open_points)
    if department.id == ticket.department_id or not department.active:
        raise Invalid("지금 담당 부서가 아닌, 운영 중인 부서를 골라 주십시오.")
    if to is not None and to.department_id != department.id:
        raise Invalid("고르신 직원이 그 부서에 속해 있지 않습니다.")
    person = to or directory.responsible(session, department.id, now).staff
    _able(person, now, absent_may=to is None)
    if person.department_id == ticket.department_id:
        raise Conflict("그 부서에 지금 응대할 수 있는 직원이 없습니다. 이 부서에서 계속 맡아 주십시오.")
    slots.give_back(session, ticket)
    data = {"staff": person.id, "department": person.department_id, "from": ticket.department_id}
    sealed = tickets.sealed(session, vault, words, ticket)
    tickets.record(session, ticket, "transferred", staff.id, now, data, sealed)


# ---- what is said to the citizen


def ask(session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, text: str) -> None:
    """Ask the citizen for what is missing; the promised date stays."""
    _say(session, vault, ticket, staff, now, "asked", text)


def tell(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, text: str, how: str = "chat"
) -> None:
    """Tell the citizen how far the matter is."""
    _say(session, vault, ticket, staff, now, "told", text, how=how)


def apologise(session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, text: str) -> None:
    """Apologise to the citizen."""
    _say(session, vault, ticket, staff, now, "apologised", text)


def answer(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, text: str,
    how: str = "chat", seen: int | None = None,
) -> None:  # fmt: skip
    """Answer; `how` is chat or phone.

    `seen` is the id of the last event on the page where the answer was written: `Conflict` when a colleague
    has answered since. The same words sent twice within a minute are one answer, and a `Conflict`.
    """
    tickets.lock(session, ticket)
    for event in (one for one in tickets.history(session, ticket) if one.kind == "answered"):
        if event.actor == staff.id:
            again = tickets.opened_words(session, vault, event) == text.strip()
            if again and now - event.at < _TWICE:
                raise Conflict("같은 답변을 방금 보냈습니다.")
        elif seen is not None and event.id > seen:
            raise Conflict("그사이 다른 직원이 답변하였습니다. 화면을 새로 고쳐 확인해 주십시오.")
    _say(session, vault, ticket, staff, now, "answered", text, how=how)


def extend(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, until: date, reason: str,
    consent: bool = False,
) -> None:  # fmt: skip
    """Promise a later date, while the promised one hasn't passed; a second time only with consent."""
    tickets.lock(session, ticket)
    if now >= promise_end(ticket.promised_on):
        raise Conflict("약속한 날이 이미 지나 연장할 수 없습니다. 지연 안내를 보내 주십시오.")
    if ticket.extensions and not consent:
        raise Conflict("이미 한 번 연장하였습니다. 다시 연장하려면 고객의 동의를 받아 주십시오.")
    if until <= ticket.promised_on:
        raise Invalid("약속한 날보다 뒤의 날짜를 골라 주십시오.", until="약속한 날 뒤여야 합니다.")
    _business_day(session, until, now, "until")
    data = {"promised_on": until.isoformat()} | ({"consent": True} if consent else {})
    _say(session, vault, ticket, staff, now, "extended", reason, **data)


def delay(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, expected_on: date,
    reason: str,
) -> None:  # fmt: skip
    """Say why the promised date passed, and when to expect an answer; after a late one, why it was late."""
    tickets.lock(session, ticket)
    if now < promise_end(ticket.promised_on):
        raise Conflict("약속한 날이 아직 지나지 않았습니다. 늦어질 것 같으면 기한을 연장해 주십시오.")
    if ticket.state == "answered" and not debts.delay_owed(session, ticket, now):
        raise Conflict("이미 답변하였고, 지연 안내가 필요하지 않은 접수입니다.")
    if ticket.state != "answered":
        _business_day(session, expected_on, now, "expected_on")
    data = {"expected_on": expected_on.isoformat()}
    _say(session, vault, ticket, staff, now, "delayed", reason, **data)


def decide(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, outcome: str, reason: str,
    how: str = "chat",
) -> None:  # fmt: skip
    """End a suggestion: adopted, partly or declined, and why; that is its answer."""
    _only(session, ticket, "suggestion", "제안에만 채택 여부를 정할 수 있습니다.")
    if outcome not in OUTCOMES:
        raise Invalid("채택 여부를 골라 주십시오.", outcome="채택, 일부 채택, 불채택 가운데 하나입니다.")
    _say(session, vault, ticket, staff, now, "decided", reason, outcome=outcome)
    _answered_by_it(session, ticket, staff, now, how)


def remedy(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, remedy: str, text: str,
    how: str = "chat",
) -> None:  # fmt: skip
    """Record what a claim led to, and what the citizen is told of it; that is its answer."""
    _only(session, ticket, "claim", "피해 보상 청구에만 조치를 기록할 수 있습니다.")
    if remedy not in REMEDIES:
        raise Invalid("조치를 골라 주십시오.", remedy="목록에 있는 조치여야 합니다.")
    _say(session, vault, ticket, staff, now, "remedied", text, remedy=remedy)
    _answered_by_it(session, ticket, staff, now, how)


def book(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, start: datetime,
    how: str = "chat",
) -> slots.Slot:  # fmt: skip
    """Fix the time of a consultation, or another one; that answers the reservation."""
    _only(session, ticket, "reservation", "상담 예약에만 시간을 정할 수 있습니다.")
    _speaks(ticket, staff)
    return tickets.book(session, ticket, staff.id, now, start, how)


# ---- the rest of its life


def note(session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, text: str) -> None:
    """A note for staff alone."""
    words = tickets.sealed(session, vault, checked(text, "메모를 적어 주십시오."), ticket)
    tickets.record(session, ticket, "noted", staff.id, now, words=words)


def letter_of_another(
    session: Session, vault: Vault, ticket: Ticket, now: datetime, letter_id: str, address: str, text: str
) -> None:  # fmt: skip
    """Who writes from another address than the citizen's is no citizen of the ticket: staff judge the words.

    The same letter again changes nothing.
    """
    tickets.lock(session, ticket)
    if any(event.data.get("letter") == letter_id for event in tickets.history(session, ticket)):
        return
    told = f"접수한 고객의 주소가 아닌 곳에서 온 메일입니다.\n보낸 주소: {address}\n\n{text}"
    words = tickets.sealed(session, vault, told, ticket)
    tickets.record(session, ticket, "noted", "system", now, {"letter": letter_id}, words)
    notices.tell(session, ticket.staff, "letter", f"letter:{letter_id}", ticket, now)


def reclassify(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, kind: str
) -> None:  # fmt: skip
    """Make the ticket one of another kind."""
    tickets.lock(session, ticket)
    if kinds.kind(kind).id == ticket.kind:
        raise Conflict(f"이미 {with_particle(kinds.label(kind), '으로', '로')} 접수되어 있습니다.")
    tickets.record(session, ticket, "reclassified", staff.id, now, {"kind": kind})


def merge(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, into: Ticket,
    same_citizen: bool = False,
) -> None:  # fmt: skip
    """The ticket is the same citizen's same matter as another one, which lives on for both.

    `same_citizen`: it was proved that both are one citizen's, whatever they left.
    """
    if into.id == ticket.id:
        raise Invalid("같은 접수끼리는 병합할 수 없습니다.")
    # In one order, whoever merges which into which: two who merge crosswise wait for each other's end.
    for each in sorted((ticket, into), key=lambda one: one.id):
        tickets.lock(session, each)
    if into.state not in states.OPEN | {"answered"}:
        raise Conflict(f"이미 {states.label(into.state)} 상태인 접수에는 병합할 수 없습니다.")
    if not (same_citizen or _same_citizen(ticket, into)):
        raise Invalid("고객이 다른 접수입니다. 같은 고객의 접수끼리만 병합할 수 있습니다.")
    if debts.delay_owed(session, ticket, now):
        raise Conflict("약속한 날이 답변 없이 지났습니다. 지연 안내를 보내신 뒤에 병합해 주십시오.")
    slots.give_back(session, ticket)
    tickets.record(session, ticket, "merged", staff.id, now, {"into": into.id})
    tickets.record(session, into, "noted", staff.id, now, {"merged": ticket.number})


def close(session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime) -> None:
    """Close; `Conflict` with what is owed first (`desk.debts.before_closing`)."""
    tickets.lock(session, ticket)
    if states.after(ticket.state, "closed") and (owed := debts.before_closing(session, ticket, now)):
        raise Conflict(owed[0])
    tickets.record(session, ticket, "closed", staff.id, now)


# ---- what the citizen does


def add(session: Session, vault: Vault, ticket: Ticket, now: datetime, text: str) -> None:
    """The citizen adds something, or answers what was asked."""
    tickets.lock(session, ticket)
    if ticket.state == "closed":
        raise Conflict("이미 종결된 접수입니다. 답변에 이의가 있으시면 이의 제기를 해 주십시오.")
    words = tickets.sealed(session, vault, checked(text, "덧붙이실 내용을 적어 주십시오."), ticket)
    tickets.record(session, ticket, "added", "citizen", now, words=words)


def withdraw(session: Session, vault: Vault, ticket: Ticket, now: datetime, text: str = "") -> None:
    """The citizen takes the matter back while it isn't answered, or an appointment while it is to come."""
    tickets.lock(session, ticket)
    appointment = slots.of_ticket(session, ticket)
    to_come = ticket.state == "answered" and appointment is not None and now < appointment.start
    if ticket.state in ("answered", "closed") and not to_come:
        raise Conflict("이미 답변드린 접수여서 취하하실 수 없습니다.")
    words = tickets.sealed(session, vault, checked(text), ticket) if text.strip() else None
    tickets.record(session, ticket, "withdrawn", "citizen", now, words=words)
    slots.give_back(session, ticket)


def objection(session: Session, vault: Vault, ticket: Ticket, now: datetime, text: str) -> None:
    """The citizen isn't content with the answer: the matter is opened again, with a new promised date.

    Whoever was in charge stays so; if they have left, somebody of the department, or who stands in for it.
    """
    tickets.lock(session, ticket)
    if ticket.state in states.OPEN:
        raise Conflict("아직 답변드리기 전입니다. 더 하실 말씀이 있으시면 내용을 덧붙여 주십시오.")
    words = tickets.sealed(session, vault, checked(text, "이의를 제기하시는 내용을 적어 주십시오."), ticket)
    person = session.get_one(Staff, ticket.staff_id)
    if not person.active or person.department_id is None:
        person = directory.responsible(session, ticket.department_id, now).staff
    data = {
        "promised_on": overrides.calendar(session).promise_due(now).isoformat(),
        "staff": person.id,
        "department": person.department_id,
    }
    tickets.record(session, ticket, "reopened", "citizen", now, data, words)


def _say(
    session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, kind: str, text: str,
    **data: Any,
) -> TicketEvent:  # fmt: skip
    tickets.lock(session, ticket)
    _speaks(ticket, staff)
    words = tickets.sealed(session, vault, checked(text), ticket)
    return tickets.record(session, ticket, kind, staff.id, now, data, words)


def _speaks(ticket: Ticket, staff: Staff) -> None:
    signature(staff)
    if not may_speak(ticket, staff):
        raise Conflict("다른 부서의 접수입니다. 이관받으신 뒤에 답변해 주십시오.")


def _answered_by_it(session: Session, ticket: Ticket, staff: Staff, now: datetime, how: str) -> None:
    if ticket.state in states.OPEN:
        tickets.record(session, ticket, "answered", staff.id, now, {"how": how})


def _only(session: Session, ticket: Ticket, kind: str, refusal: str) -> None:
    tickets.lock(session, ticket)
    if ticket.kind != kind:
        raise Conflict(refusal)


def _able(person: Staff, now: datetime, *, absent_may: bool) -> None:
    if not person.active or person.department_id is None or person.role not in directory.HANDLERS:
        raise Invalid("접수를 맡을 수 없는 직원입니다. 다른 직원을 골라 주십시오.")
    if not absent_may and not directory.is_here(person, now):
        raise Conflict("지금 자리에 없는 직원입니다. 다른 직원을 골라 주십시오.")


def _business_day(session: Session, day: date, now: datetime, field: str) -> None:
    today = now.astimezone(SEOUL).date()
    if not today <= day <= today + _FARTHEST:
        raise Invalid("오늘부터 1년 안의 날짜를 골라 주십시오.", **{field: "1년 안이어야 합니다."})
    if not overrides.calendar(session).is_business_day(day):
        raise Invalid(
            "휴일에는 약속할 수 없습니다. 근무일을 골라 주십시오.", **{field: "근무일이어야 합니다."}
        )


def _same_citizen(one: Ticket, other: Ticket) -> bool:
    same: tuple[Callable[[Ticket], str | None], ...] = (
        lambda ticket: ticket.conversation_id,
        lambda ticket: ticket.phone_fingerprint,
        lambda ticket: ticket.email_fingerprint,
    )
    return any(mark(one) is not None and mark(one) == mark(other) for mark in same)
