"""Tickets: opened for a citizen, looked up by the citizen, answered and closed by staff."""

from __future__ import annotations

import hmac
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, Invalid, Unavailable
from core.privacy import Cipher, Vault, mask
from desk import directory, intake, numbers, overrides, promises, states
from desk.contact_details import parse_email, parse_phone
from desk.directory import Contact
from desk.intake import without_resident_numbers
from desk.models import Staff, Ticket, TicketEvent
from desk.schemas import OpenedTicket, TicketDetails, TicketRequest, TicketRow, TicketStatus
from desk.states import Standing

__all__ = [
    "OpenedTicket", "TicketDetails", "TicketRequest", "TicketRow", "TicketStatus",
    "close", "details", "find", "history", "look_up", "of_conversation", "open_ticket", "open_tickets",
    "opened_words", "record", "reply", "sealed",
]  # fmt: skip

_DRAWS = 20
_NO_FINGERPRINT = "0" * 64
_STANDING = tuple(field.name for field in fields(Standing))


def open_ticket(session: Session, vault: Vault, request: TicketRequest, now: datetime) -> OpenedTicket:
    """Put the personal data away, find the responsible person, promise a date, and record it all.

    Raises `Invalid` with a hint per field; `Unavailable` when there is nobody in the directory.
    """
    if earlier := _opened_with(session, request.key):
        return earlier
    checked = intake.check(request)
    person = directory.responsible(session, request.department_id, now).staff
    ticket = _insert(session, now, _values(session, vault, request, checked, person, now))
    here = {"staff": person.id, "department": person.department_id}
    first = {"channel": request.channel, "kind": request.kind, "promised_on": ticket.promised_on.isoformat()}
    record(session, ticket, "received", "citizen", now, first | here)
    if request.department_id:
        record(session, ticket, "assigned", "system", now, here)
    return _opened(ticket, person, checked.barred)


def _opened_with(session: Session, key: str | None) -> OpenedTicket | None:
    ticket = session.scalar(select(Ticket).where(Ticket.key == key)) if key else None
    return _opened(ticket, ticket.staff) if ticket else None


def _opened(ticket: Ticket, person: Staff, barred: bool = False) -> OpenedTicket:
    signature = directory.contact(person)
    return OpenedTicket(
        number=ticket.number,
        department=signature.department,
        person=signature.name,
        phone=signature.phone,
        promised_on=ticket.promised_on,
        barred=barred,
    )


def find(session: Session, number: str) -> Ticket | None:
    """The ticket under that number, in whatever spacing or case."""
    people = (joinedload(Ticket.department), joinedload(Ticket.staff))
    return session.scalar(select(Ticket).options(*people).where(Ticket.number == numbers.normalise(number)))


def look_up(session: Session, cipher: Cipher, number: str, phone: str) -> TicketStatus | None:
    """The state of the ticket, for whoever knows its number and the telephone that was left.

    A ticket opened without a telephone is opened by its e-mail address. Whatever is wrong, the answer is
    None after the same work, so that trying tells nothing.
    """
    ticket = find(session, number)
    given = cipher.fingerprint(parse_phone(phone) or (parse_email(phone) or "").casefold())
    kept = (ticket.phone_fingerprint or ticket.email_fingerprint) if ticket else None
    known = hmac.compare_digest(given, kept or _NO_FINGERPRINT)
    return _status(ticket) if ticket and known else None


def details(session: Session, vault: Vault, ticket: Ticket) -> TicketDetails:
    """Who asks and what. The caller logs the access."""
    return TicketDetails(
        name=vault.get(session, ticket.name_ref),
        phone=vault.get(session, ticket.phone_ref) if ticket.phone_ref else None,
        email=vault.get(session, ticket.email_ref) if ticket.email_ref else None,
        matter=vault.get(session, ticket.matter_ref),
    )


def history(session: Session, ticket: Ticket) -> list[TicketEvent]:
    """What happened to the ticket, oldest first."""
    events = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return list(session.scalars(events))


def of_conversation(session: Session, conversation_id: str) -> Ticket | None:
    """The newest ticket that was opened in the conversation."""
    newest = select(Ticket).where(Ticket.conversation_id == conversation_id)
    return session.scalar(newest.order_by(Ticket.received_at.desc(), Ticket.id.desc()).limit(1))


def open_tickets(session: Session) -> list[TicketRow]:
    """All tickets that still owe something, the nearest promise first."""
    owing = (
        select(Ticket)
        .options(joinedload(Ticket.department), joinedload(Ticket.staff))
        .where(Ticket.state.in_(states.OPEN))
        .order_by(Ticket.promised_on, Ticket.received_at, Ticket.number)
    )
    return [_row(ticket) for ticket in session.scalars(owing)]


def record(
    session: Session,
    ticket: Ticket,
    kind: str,
    actor: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    words: str | None = None,
) -> TicketEvent:
    """Append an event, and let row and ledger follow it; the only way that a ticket changes.

    `data` must hold no personal data; `words` are masked and encrypted already (`sealed`). Raises `Conflict`
    when somebody else was first and the ticket is no longer in a state where this may happen.
    """
    # Read again under a lock: of two people who act at once, the second sees what the first did.
    session.refresh(ticket, _STANDING, with_for_update=True)
    before = Standing(**{name: getattr(ticket, name) for name in _STANDING})
    standing = before.then(kind, now, data or {})
    if standing is None:
        raise Conflict(
            f"이미 {states.label(ticket.state)} 상태인 접수입니다. 화면을 새로 고쳐 확인해 주십시오."
        )
    for name in _STANDING:
        setattr(ticket, name, getattr(standing, name))
    event = TicketEvent(ticket_id=ticket.id, kind=kind, actor=actor, at=now, data=data or {}, words=words)
    session.add(event)
    session.flush()
    promises.note(session, ticket, event)
    return event


def sealed(session: Session, vault: Vault, text: str) -> str:
    """What was written, as an event keeps it: masked, then encrypted."""
    return vault.cipher.encrypt(mask(session, vault, without_resident_numbers(text)[0]).text)


def opened_words(session: Session, vault: Vault, event: TicketEvent) -> str:
    """What was written with the event, readable; empty where nothing was."""
    return vault.reveal(session, vault.cipher.decrypt(event.words)) if event.words else ""


def reply(session: Session, ticket: Ticket, staff: Staff, now: datetime) -> Contact:
    """Note that `staff` has answered; returns how the reply must be signed.

    Raises `Conflict` when it is answered or closed already, `Invalid` when the person has no department or
    telephone to sign with.
    """
    signature = directory.contact(staff)
    if not (signature.name and signature.department and signature.phone):
        raise Invalid("답변에 표시할 부서와 전화번호가 등록되어 있지 않습니다. 관리자에게 문의해 주십시오.")
    record(session, ticket, "answered", staff.id, now)
    return signature


def close(session: Session, ticket: Ticket, staff: Staff, now: datetime) -> None:
    """Close; `Conflict` when it is closed already, or a reply is wanted and none was sent."""
    answered = any(event.kind == "answered" for event in history(session, ticket))
    if ticket.reply_needed and not answered:
        raise Conflict("회신을 원하신 접수입니다. 답변을 보내신 뒤에 종결해 주십시오.")
    record(session, ticket, "closed", staff.id, now)


def _values(
    session: Session,
    vault: Vault,
    request: TicketRequest,
    checked: intake.Intake,
    person: Staff,
    now: datetime,
) -> dict[str, Any]:
    def put(kind: str, value: str | None) -> str | None:
        return vault.put(session, kind, value).id if value else None

    def fingerprint(value: str | None) -> str | None:
        return vault.cipher.fingerprint(value) if value else None

    return {
        "key": request.key,
        "conversation_id": request.conversation_id,
        "channel": request.channel,
        "name_ref": put("name", checked.name),
        "phone_ref": put("phone", checked.phone),
        "email_ref": put("email", checked.email),
        "matter_ref": put("matter", checked.matter),
        "name_fingerprint": fingerprint("".join(checked.name.split())),
        "phone_fingerprint": fingerprint(checked.phone),
        "email_fingerprint": fingerprint(checked.email.casefold() if checked.email else None),
        "reply_needed": request.reply_needed,
        "consent_version": request.consent_version,
        "consent_at": now,
        "department_id": person.department_id,
        "staff_id": person.id,
        "received_at": now,
        "promised_on": overrides.calendar(session).promise_due(now),
        "clock_started_at": now,
        "kind": request.kind,
        "state": "",
        "tried": list(request.tried),
    }


def _insert(session: Session, now: datetime, values: dict[str, Any]) -> Ticket:
    """Insert under a number that nobody has, drawing again where two draws met."""
    for _ in range(_DRAWS):
        ticket = Ticket(number=numbers.draw(now), **values)
        try:
            with session.begin_nested():
                session.add(ticket)
        except IntegrityError:
            if find(session, ticket.number) is None:
                raise
        else:
            return ticket
    raise Unavailable("접수번호를 만들지 못하였습니다. 잠시 후 다시 시도해 주십시오.")


def _status(ticket: Ticket) -> TicketStatus:
    signature = directory.contact(ticket.staff)
    return TicketStatus(
        number=ticket.number,
        state=ticket.state,
        label=states.label(ticket.state),
        department=ticket.department.name,
        person=signature.name,
        phone=signature.phone,
        received_at=ticket.received_at,
        promised_on=ticket.promised_on,
    )


def _row(ticket: Ticket) -> TicketRow:
    return TicketRow(
        number=ticket.number,
        state=ticket.state,
        label=states.label(ticket.state),
        kind=ticket.kind,
        channel=ticket.channel,
        department=ticket.department.name,
        department_id=ticket.department_id,
        person=ticket.staff.name,
        staff_id=ticket.staff_id,
        reply_needed=ticket.reply_needed,
        received_at=ticket.received_at,
        promised_on=ticket.promised_on,
    )
