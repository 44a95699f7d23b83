"""The note that staff take while on the telephone: who called for whom, about what, and to be called back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.requests import Request

from core.clock import SEOUL
from core.errors import EungdaeError, Invalid
from core.ids import new_id
from core.threads import in_thread
from desk import consent, directory, promises, tickets
from desk.models import Staff, Ticket
from desk.schemas import TicketRequest
from web.console.dependencies import Answerer, AnswerReader, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/callback", route_class=ConsoleRoute)

_WRITTEN: Final = "%Y-%m-%dT%H:%M"
_NOBODY: Final = "목록에 있는 직원이나 부서를 골라 주십시오."
Line = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True)
class Note:
    """What was typed; `key` names the form, so that it opens one ticket however often it is sent."""

    called_at: str
    key: str
    name: str = ""
    phone: str = ""
    matter: str = ""
    whom: str = ""
    best_time: str = ""
    reply_needed: bool = True
    agreed: bool = False


@dataclass(frozen=True)
class Addressee:
    """Whom a call was for: a person, or anybody of a department; `label` is how the list names them."""

    label: str
    name: str
    department_id: str
    staff_id: str | None = None


@dataclass(frozen=True)
class Sheet:
    """The page: what was typed, whom it may be for, hints by field, and the ticket opened just now."""

    note: Note
    addressees: list[Addressee]
    hints: dict[str, str] = field(default_factory=dict)
    opened: Ticket | None = None
    due: datetime | None = None
    """Until when the caller of that ticket is to be called back, while that is owed."""


def typed(
    called_at: Line = "",
    key: Annotated[str, Form(max_length=64)] = "",
    name: Line = "",
    phone: Line = "",
    matter: Annotated[str, Form(max_length=10_000)] = "",
    whom: Line = "",
    best_time: Line = "",
    reply_needed: Annotated[bool, Form()] = False,
    agreed: Annotated[bool, Form()] = False,
) -> Note:
    """The form as it was sent."""
    return Note(called_at, key, name, phone, matter, whom, best_time, reply_needed, agreed)


Typed = Annotated[Note, Depends(typed)]


@router.get("")
async def callback_page(request: Request, visit: AnswerReader, opened: str = "") -> Response:
    """An empty form with the present time in it; above it, what became of the note before."""
    now = visit.now.astimezone(SEOUL)
    return await _page(request, visit, Note(f"{now:{_WRITTEN}}", new_id()), opened)


@router.post("/save")
async def save(request: Request, visit: Answerer, note: Typed) -> Response:
    """Open a ticket of the kind callback. What is missing is said beside its field, and nothing is lost."""
    try:
        wanted = await in_thread(_request, visit, note)
        ticket = await visit.parts.casework.open_by_staff(wanted, visit.staff.id, _moment(note.called_at))
    except EungdaeError as error:
        return await _page(request, visit, note, error=error)
    await visit.logged("ticket.open", ticket.number)
    return RedirectResponse(f"/staff/callback?opened={ticket.number}", 303)


def _request(visit: Visit, note: Note) -> TicketRequest:
    if not note.agreed:
        said = "고객께 말로 안내하고 동의를 받은 뒤 표시해 주십시오."
        raise Invalid("개인정보 수집·이용 동의를 확인해 주십시오.", agreed=said)
    with visit.parts.database.session() as session:
        sought = _sought(addressees(session), note.whom)
    return TicketRequest(
        conversation_id=None,
        channel="phone",
        name=note.name,
        phone=note.phone,
        email=None,
        matter=note.matter,
        reply_needed=note.reply_needed,
        consent_version=consent.current_notice().version,
        department_id=sought.department_id if sought else visit.staff.department_id,
        key=f"callback.{note.key}" if note.key else None,
        kind="callback",
        facts={"best_time": note.best_time},
        staff_id=sought.staff_id if sought else None,
    )


def addressees(session: Session) -> list[Addressee]:
    """Everybody who may be called for: people by department, then the departments themselves."""
    people = [_person(staff) for staff in directory.people(session) if staff.department]
    units = directory.departments(session)
    return people + [Addressee(unit.name, unit.name, unit.id) for unit in units]


def _person(staff: Staff) -> Addressee:
    unit = staff.department
    assert unit is not None  # noqa: S101 - the caller leaves out whoever has none
    called = f"{staff.name} {staff.title}".strip()
    return Addressee(f"{called} ({unit.name})", staff.name, unit.id, staff.id)


def _sought(everybody: list[Addressee], whom: str) -> Addressee | None:
    """Whom the words name: a line of the list, or a name that only one has; None when nobody was named."""
    whom = " ".join(whom.split())
    if not whom:
        return None
    exact = [one for one in everybody if one.label == whom]
    found = exact or [one for one in everybody if one.name == whom]
    if len(found) == 1:
        return found[0]
    raise Invalid("입력하신 내용을 다시 확인해 주십시오.", whom=_NOBODY)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, _WRITTEN).replace(tzinfo=SEOUL)
    except ValueError:
        hint = "예: 2026-11-25 10:20"
        raise Invalid("전화를 받으신 일시를 확인해 주십시오.", called_at=hint) from None


async def _page(
    request: Request, visit: Visit, note: Note, opened: str = "", error: EungdaeError | None = None
) -> Response:
    shown = await in_thread(_form, visit, note, opened)
    context = {"visit": visit, "section": "callback", "form": shown, "consent": consent.current_notice()}
    if error:
        context["notice"] = notice("bad", error.message)
        context["form"] = replace(shown, hints=error.fields)
    return render(request, "callback.html", context, error.status if error else 200)


def _form(visit: Visit, note: Note, opened: str) -> Sheet:
    with visit.parts.database.session() as session:
        ticket = tickets.find(session, opened) if opened else None
        due = promises.callbacks_due(session, [ticket.id]).get(ticket.id) if ticket else None
        return Sheet(note, addressees(session), opened=ticket, due=due)
