"""Tickets: opened and found. What happens to them then is in `desk.steps`, and kept by `desk.events`."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from core.errors import Unavailable
from core.privacy import Cipher, Vault
from desk import directory, intake, kinds, numbers, overrides, slots, states
from desk.contact_details import parse_email, parse_phone
from desk.events import history, lock, masked, opened_words, record, sealed
from desk.korean import with_particle
from desk.models import Staff, Ticket
from desk.schemas import OpenedTicket, TicketDetails, TicketRequest, TicketStatus
from desk.slots import Slot

__all__ = [
    "OpenedTicket", "TicketDetails", "TicketRequest", "TicketStatus",
    "apology", "book", "details", "find", "history", "lock", "look_up", "masked", "of_conversation",
    "open_ticket", "opened_words", "record", "sealed", "status",
]  # fmt: skip

_DRAWS = 20
_NO_FINGERPRINT = "0" * 64


def open_ticket(
    session: Session, vault: Vault, request: TicketRequest, now: datetime, actor: str = "citizen"
) -> OpenedTicket:
    """Put the personal data away, find the responsible person, promise a date, and record it all.

    `actor` is whoever fills the form in: the citizen, or a member of staff (an id) on the telephone. A
    complaint is met with an apology at once, and a slot that was chosen is booked. Raises `Invalid` with a
    hint per field, `Conflict` for a slot that is taken, `Unavailable` with nobody in the directory.
    """
    if earlier := _opened_with(session, request.key):
        return earlier
    checked = intake.check(request)
    person, sure = _route(session, request, now)
    ticket = _insert(session, now, _values(session, vault, request, checked, person, now))
    here = {"staff": person.id, "department": person.department_id}
    first = {"channel": request.channel, "kind": request.kind, "promised_on": ticket.promised_on.isoformat()}
    record(session, ticket, "received", actor, now, first | here)
    if sure:
        record(session, ticket, "assigned", "system", now, here)
    if request.kind == "complaint":
        # On the telephone whoever takes the complaint says it.
        by = "system" if actor == "citizen" else actor
        record(session, ticket, "apologised", by, now, words=sealed(session, vault, apology(person)))
    if checked.slot:
        book(session, ticket, "system", now, checked.slot)
    return _opened(session, ticket, person, checked.barred)


def apology(person: Staff) -> str:
    """What a complaint is met with at once, in the name of whoever is responsible."""
    signature = directory.contact(person)
    who = " ".join(filter(None, [signature.department, signature.name, signature.title]))
    return (
        "이용하시면서 불편을 겪으시게 하여 진심으로 사과드립니다. "
        f"{with_particle(who, '이', '가')} 말씀하신 내용을 직접 확인하고, 바로잡는 과정을 알려 드리겠습니다."
    )


def book(
    session: Session, ticket: Ticket, actor: str, now: datetime, start: datetime, how: str = "chat"
) -> Slot:
    """Book a consultation's time for the ticket, which answers it; errors are those of `desk.slots.book`."""
    lock(session, ticket)
    slot = slots.book(session, ticket, start, overrides.calendar(session), now)
    record(session, ticket, "booked", actor, now, {"slot": slot.start.isoformat()})
    if ticket.state in states.OPEN:
        record(session, ticket, "answered", actor, now, {"how": how})
    return slot


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
    return status(ticket) if ticket and known else None


def status(ticket: Ticket) -> TicketStatus:
    """How far it is, for the citizen whose ticket it is."""
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
        kind=ticket.kind,
        expected_on=ticket.expected_on,
    )


def details(session: Session, vault: Vault, ticket: Ticket) -> TicketDetails:
    """Who asks and what. The caller logs the access."""
    return TicketDetails(
        name=vault.get(session, ticket.name_ref),
        phone=vault.get(session, ticket.phone_ref) if ticket.phone_ref else None,
        email=vault.get(session, ticket.email_ref) if ticket.email_ref else None,
        matter=vault.get(session, ticket.matter_ref),
        facts=_facts(session, vault, ticket),
    )


def of_conversation(session: Session, conversation_id: str) -> Ticket | None:
    """The newest ticket that was opened in the conversation."""
    newest = select(Ticket).where(Ticket.conversation_id == conversation_id)
    return session.scalar(newest.order_by(Ticket.received_at.desc(), Ticket.id.desc()).limit(1))


def _route(session: Session, request: TicketRequest, now: datetime) -> tuple[Staff, bool]:
    """Who is responsible, and whether that is sure: else somebody at the front desk confirms it."""
    sought = session.get(Staff, request.staff_id) if request.staff_id else None
    if sought and sought.active and sought.department_id:
        return sought if directory.is_here(sought, now) else _stand_in(session, sought, now), True
    route = request.route
    department_id = request.department_id or (route.department_id if route else None)
    duty = route.duty if route and route.department_id == department_id else None
    return directory.responsible(session, department_id, now, duty).staff, department_id is not None


def _stand_in(session: Session, absent: Staff, now: datetime) -> Staff:
    deputy = directory.deputy(session, absent, now)
    return deputy or directory.responsible(session, absent.department_id, now).staff


def _opened_with(session: Session, key: str | None) -> OpenedTicket | None:
    ticket = session.scalar(select(Ticket).where(Ticket.key == key)) if key else None
    return _opened(session, ticket, ticket.staff) if ticket else None


def _opened(session: Session, ticket: Ticket, person: Staff, barred: bool = False) -> OpenedTicket:
    signature = directory.contact(person)
    slot = slots.of_ticket(session, ticket)
    return OpenedTicket(
        number=ticket.number,
        department=signature.department,
        person=signature.name,
        phone=signature.phone,
        promised_on=ticket.promised_on,
        barred=barred,
        kind=ticket.kind,
        apology=apology(person) if ticket.kind == "complaint" else "",
        slot=slot.start if slot else None,
    )


def _facts(session: Session, vault: Vault, ticket: Ticket) -> dict[str, str]:
    """What the kind asked for, label by label; what a kind of before asked for keeps its name."""
    known = {field.name: field for kind in kinds.KINDS.values() for field in kind.fields}
    found: dict[str, str] = {}
    for name, value in ticket.facts.items():
        field = known.get(name)
        private = field is not None and field.shape == "text"
        found[field.label if field else name] = (vault.get(session, value) or "") if private else value
    return found


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
        "facts": {
            name: put("matter", value) if name in checked.private else value
            for name, value in checked.facts.items()
        },
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
