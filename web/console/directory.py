"""The directory: who does what, who is here, and for administrators the departments themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask
from starlette.requests import Request

from core.errors import Conflict, EungdaeError
from core.threads import in_thread
from desk import directory, directory_import
from desk.directory_check import DirectoryErrors, Row, Rows
from desk.directory_import import Changes
from desk.directory_rows import DEPARTMENT
from desk.models import Department
from desk.people import By
from faq import repository
from web.console import directory_views
from web.console.dependencies import Administrator, AdminReader, Reader, Sender, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/directory", route_class=ConsoleRoute)


@dataclass(frozen=True)
class Found:
    """A department that a question may be about, its share of likelihood, and who would take it now."""

    unit_id: str
    name: str
    phone: str
    percent: int
    person: str
    duty: str | None


async def typed(request: Request) -> Mapping[str, str]:
    """The form's fields as they were typed; of several of one name all, with commas between."""
    form = await request.form()
    names = dict.fromkeys(name for name in form if name != "csrf")
    return {name: ",".join(str(value) for value in form.getlist(name) if value) for name in names}


Typed = Annotated[Mapping[str, str], Depends(typed)]


@router.get("")
async def directory_page(request: Request, visit: Reader, everything: bool = False) -> Response:
    """All departments with their people; administrators see closed ones too if they want."""
    return await _page(request, visit, everything=everything and visit.may.administer)


@router.post("")
async def find(request: Request, visit: Sender, q: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Whose business a question is; posted, so that what a citizen said stands in no address."""
    found = await in_thread(_found, visit, q) if q.strip() else None
    return await _page(request, visit, q.strip(), found)


@router.get("/departments/new")
async def new_department(request: Request, visit: AdminReader) -> Response:
    """The form for a department that isn't there yet."""
    return await _form(request, visit, {"hours": "09:00-18:00", "lunch": "12:00-13:00"})


@router.post("/departments")
async def add_department(request: Request, visit: Administrator, typed: Typed) -> Response:
    """Add a department."""
    try:
        await in_thread(_add, visit, typed)
    except EungdaeError as error:
        return await _form(request, visit, typed, error=error)
    return _saved(visit, None, typed)


@router.get("/departments/{unit_id}")
async def department_page(request: Request, visit: AdminReader, unit_id: str) -> Response:
    """The form for a department."""
    unit = await in_thread(_unit, visit, unit_id)
    values = {
        "id": unit.id, "name": unit.name, "phone": unit.phone, "place": unit.place, "hours": unit.hours,
        "lunch": unit.lunch, "duties": "\n".join(unit.duties), "backup": unit.backup_id,
        "head": unit.head_username, "position": str(unit.position),
        "active": "예" if unit.active else "아니오",
    }  # fmt: skip
    return await _form(request, visit, values, unit_id)


@router.post("/departments/{unit_id}")
async def save_department(request: Request, visit: Administrator, unit_id: str, typed: Typed) -> Response:
    """Change a department."""
    before = await in_thread(_unit, visit, unit_id)
    try:
        await in_thread(_save, visit, {**typed, "id": unit_id})
    except EungdaeError as error:
        return await _form(request, visit, typed, unit_id, error)
    return _saved(visit, before, typed)


def write(visit: Visit, rows: Rows) -> Changes:
    """Take rows in, on behalf of whoever is at the console."""
    with visit.parts.database.session() as session:
        by = By(visit.staff.id, visit.address)
        return directory_import.load(session, visit.parts.vault, rows, by, visit.now)


def by_column(error: EungdaeError | None) -> dict[str, str]:
    """What is wrong with each field, by its title."""
    return {one.column: one.message for one in error.problems} if isinstance(error, DirectoryErrors) else {}


def told(error: EungdaeError) -> str:
    """What is wrong, without the place: a form is one line."""
    if not isinstance(error, DirectoryErrors):
        return error.message
    return " ".join(f"{one.column}: {one.message}" if one.column else one.message for one in error.problems)


def _saved(visit: Visit, before: directory_views.Unit | None, typed: Mapping[str, str]) -> Response:
    """Departments are found by name and duties: of those that changed, the index must learn."""
    known = (before.name, "\n".join(before.duties), before.active) if before else None
    duties = "\n".join(typed.get("duties", "").split("\r\n"))
    news = known != (typed.get("name"), duties, typed.get("active") != "아니오")
    rebuild = BackgroundTask(visit.parts.faq.rebuild) if news else None
    return RedirectResponse("/staff/directory?done=department", 303, background=rebuild)


def _units(visit: Visit, everything: bool) -> list[directory_views.Unit]:
    with visit.parts.database.session() as session:
        return directory_views.units(session, visit, everything=everything)


def _unit(visit: Visit, unit_id: str) -> directory_views.Unit:
    with visit.parts.database.session() as session:
        return directory_views.unit(session, visit, unit_id)


def _found(visit: Visit, question: str) -> list[Found]:
    route = visit.parts.router.route(question, "inquiry")
    with visit.parts.database.session() as session:
        found = []
        for unit_id, share in route.candidates:
            duty = route.duty if unit_id == route.department_id else None
            who = directory.responsible(session, unit_id, visit.now, duty).staff
            unit = session.get_one(Department, unit_id)
            name = f"{who.name} {who.title}".strip()
            found.append(Found(unit.id, unit.name, unit.phone, round(share * 100), name, duty))
        return found


def _add(visit: Visit, typed: Mapping[str, str]) -> None:
    with visit.parts.database.session() as session:
        if session.get(Department, typed.get("id", "").strip().lower()):
            raise Conflict("이미 있는 부서 ID입니다. 다른 ID를 적어 주십시오.")
    _save(visit, typed)


def _save(visit: Visit, typed: Mapping[str, str]) -> None:
    if typed.get("active") == "아니오":
        _closable(visit, typed["id"])
    raw = {column.name: typed[column.name] for column in DEPARTMENT if column.name in typed}
    write(visit, Rows([Row("", raw, DEPARTMENT)]))


def _closable(visit: Visit, unit_id: str) -> None:
    """Nobody works there any more, and no answer names it."""
    with visit.parts.database.session() as session:
        if directory.staff_of(session, unit_id):
            raise Conflict("이 부서에 직원이 있습니다. 먼저 다른 부서로 옮기거나 계정을 중지해 주십시오.")
        if any(entry.department == unit_id for entry in repository.all_entries(session)):
            raise Conflict("이 부서가 담당인 FAQ 항목이 있습니다. 먼저 항목의 담당 부서를 바꾸어 주십시오.")
        if len(directory.departments(session)) == 1:
            raise Conflict("마지막 부서입니다. 사용을 중지할 수 없습니다.")


async def _page(
    request: Request,
    visit: Visit,
    q: str = "",
    found: list[Found] | None = None,
    *,
    everything: bool = False,
) -> Response:
    context = {
        "visit": visit,
        "section": "directory",
        "units": await in_thread(_units, visit, everything),
        "q": q,
        "found": found,
        "everything": everything,
    }
    return render(request, "directory.html", context)


async def _form(
    request: Request,
    visit: Visit,
    values: Mapping[str, str],
    unit_id: str | None = None,
    error: EungdaeError | None = None,
) -> Response:
    units = await in_thread(_units, visit, False)
    context = {
        "visit": visit,
        "section": "directory",
        "unit_id": unit_id,
        "values": values,
        "wrong": by_column(error),
        "columns": DEPARTMENT,
        "units": units,
    }
    if error:
        context["notice"] = notice("bad", told(error))
    return render(request, "department.html", context, error.status if error else 200)
