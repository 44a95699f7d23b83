"""The forms of a ticket: each is one step of the desk; refused, it comes back with what was typed."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.errors import EungdaeError, Invalid, NotFound
from core.threads import in_thread
from desk.models import Staff
from web.console.dependencies import Answerer, Transferer, Visit
from web.console.errors import ConsoleRoute
from web.console.ticket_views import existing
from web.console.tickets import Typed, page

router = APIRouter(prefix="/staff/tickets/{number}", route_class=ConsoleRoute)

Words = Annotated[str, Form()]
Tick = Annotated[bool, Form()]
_ELSEWHERE = "other"


@router.post("/start")
async def start(request: Request, visit: Answerer, number: str) -> Response:
    """The person in charge begins."""
    return await _do(request, visit, number, "start", visit.parts.casework.start(number, visit.staff.id))


@router.post("/ask")
async def ask(
    request: Request, visit: Answerer, number: str, text: Words = "", by_phone: Tick = False
) -> Response:
    """Ask the citizen for what is missing."""
    work = visit.parts.casework.ask(number, visit.staff.id, text, by_phone)
    return await _do(request, visit, number, "ask", work)


@router.post("/tell")
async def tell(
    request: Request, visit: Answerer, number: str, text: Words = "", by_phone: Tick = False
) -> Response:
    """Tell the citizen how far the matter is."""
    work = visit.parts.casework.tell(number, visit.staff.id, text, by_phone)
    return await _do(request, visit, number, "tell", work)


@router.post("/apologise")
async def apologise(
    request: Request, visit: Answerer, number: str, text: Words = "", by_phone: Tick = False
) -> Response:
    """Apologise to the citizen in one's own words."""
    work = visit.parts.casework.apologise(number, visit.staff.id, text, by_phone)
    return await _do(request, visit, number, "apologise", work)


@router.post("/extend")
async def extend(
    request: Request,
    visit: Answerer,
    number: str,
    until: Words = "",
    reason: Words = "",
    consent: Tick = False,
    by_phone: Tick = False,
) -> Response:
    """Promise a later date."""

    async def work() -> None:
        day = _day(until, "until")
        await visit.parts.casework.extend(number, visit.staff.id, day, reason, consent, by_phone)

    return await _do(request, visit, number, "extend", work())


@router.post("/delay")
async def delay(
    request: Request,
    visit: Answerer,
    number: str,
    expected_on: Words = "",
    reason: Words = "",
    by_phone: Tick = False,
) -> Response:
    """Say why the promised date passed."""

    async def work() -> None:
        day = _day(expected_on, "expected_on")
        await visit.parts.casework.delay(number, visit.staff.id, day, reason, by_phone)

    return await _do(request, visit, number, "delay", work())


@router.post("/decide")
async def decide(
    request: Request,
    visit: Answerer,
    number: str,
    outcome: Words = "",
    text: Words = "",
    by_phone: Tick = False,
) -> Response:
    """End a suggestion."""
    work = visit.parts.casework.decide(number, visit.staff.id, outcome, text, by_phone)
    return await _do(request, visit, number, "decide", work)


@router.post("/remedy")
async def remedy(
    request: Request,
    visit: Answerer,
    number: str,
    remedy: Words = "",
    text: Words = "",
    by_phone: Tick = False,
) -> Response:
    """Say what a claim led to."""
    work = visit.parts.casework.remedy(number, visit.staff.id, remedy, text, by_phone)
    return await _do(request, visit, number, "remedy", work)


@router.post("/book")
async def book(
    request: Request, visit: Answerer, number: str, start: Words = "", by_phone: Tick = False
) -> Response:
    """Fix the time of a consultation."""

    async def work() -> None:
        await visit.parts.casework.book(number, visit.staff.id, _moment(start), by_phone)

    return await _do(request, visit, number, "book", work())


@router.post("/note")
async def note(request: Request, visit: Answerer, number: str, text: Words = "") -> Response:
    """Leave a note for staff."""
    return await _do(request, visit, number, "note", visit.parts.casework.note(number, visit.staff.id, text))


@router.post("/assign")
async def assign(
    request: Request, visit: Transferer, number: str, to: Words = "", by_phone: Tick = False
) -> Response:
    """Make somebody of the department responsible."""
    work = visit.parts.casework.assign(number, visit.staff.id, to, by_phone)
    return await _do(request, visit, number, "assign", work)


@router.post("/transfer")
async def transfer(
    request: Request,
    visit: Transferer,
    number: str,
    department: Words = "",
    other: Words = "",
    to: Words = "",
    summary: Words = "",
    open_points: Words = "",
    teach: Tick = False,
    by_phone: Tick = False,
) -> Response:
    """Hand over to another department; with `teach` matters like this one go there from now on."""
    chosen = other if department == _ELSEWHERE else department
    work = _transfer(visit, number, chosen, to, (summary, open_points), teach, by_phone)
    return await _do(request, visit, number, "transfer", work)


@router.post("/reclassify")
async def reclassify(request: Request, visit: Answerer, number: str, kind: Words = "") -> Response:
    """Make it a ticket of another kind."""
    work = visit.parts.casework.reclassify(number, visit.staff.id, kind)
    return await _do(request, visit, number, "reclassify", work)


@router.post("/merge")
async def merge(
    request: Request,
    visit: Answerer,
    number: str,
    into: Words = "",
    other: Words = "",
    by_phone: Tick = False,
) -> Response:
    """Let it go on under the number of another one."""
    target = other.strip() if into in ("", _ELSEWHERE) else into
    work = visit.parts.casework.merge(number, visit.staff.id, target, by_phone)
    return await _do(request, visit, number, "merge", work)


@router.post("/close")
async def close(request: Request, visit: Answerer, number: str) -> Response:
    """Close it, unless something is owed."""
    return await _do(request, visit, number, "close", visit.parts.casework.close(number, visit.staff.id))


async def _do(request: Request, visit: Visit, number: str, form: str, work: Awaitable[None]) -> Response:
    """Do the step and come back to the page; refused, the page shows why, and what was typed."""
    try:
        await work
    except EungdaeError as error:
        if isinstance(error, NotFound) and form != "merge":
            raise
        fields = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
        return await page(request, visit, number, error, Typed(form, fields))
    await visit.logged(f"ticket.{form}", number)
    return RedirectResponse(f"/staff/tickets/{number}?done={'closed' if form == 'close' else form}", 303)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("날짜를 골라 주십시오.", **{field: "날짜를 골라 주십시오."}) from None


def _moment(text: str) -> datetime:
    hint = "상담 시간을 골라 주십시오."
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(hint, start=hint) from None
    if moment.tzinfo is None:
        raise Invalid(hint, start=hint)
    return moment


async def _transfer(
    visit: Visit, number: str, department_id: str, to: str, card: tuple[str, str], teach: bool, by_phone: bool
) -> None:
    department_id = department_id or await in_thread(_department_of, visit, to)
    if not department_id:
        raise Invalid("이관할 부서를 골라 주십시오.")
    await visit.parts.casework.transfer(number, visit.staff.id, department_id, to or None, *card, by_phone)
    if teach:
        await in_thread(_learn, visit, number, department_id)


def _department_of(visit: Visit, staff_id: str) -> str:
    with visit.parts.database.session() as session:
        person = session.get(Staff, staff_id) if staff_id else None
        return (person.department_id if person else None) or ""


def _learn(visit: Visit, number: str, department_id: str) -> None:
    with visit.parts.database.session() as session:
        ticket = existing(session, number)
        matter = visit.parts.vault.get(session, ticket.matter_ref)
        if matter:
            staff = session.get_one(Staff, visit.staff.id)
            visit.parts.router.learn(session, ticket, matter, department_id, staff, visit.now)
            visit.log(session, "route.teach", ticket.number)
