"""One person of the directory: presence, and for administrators the account."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from starlette.requests import Request

from conversations.models import Conversation
from core.clock import SEOUL
from core.errors import Conflict, EungdaeError, Forbidden, Invalid
from core.threads import in_thread
from desk import accounts, passwords, people
from desk.directory_check import Row, Rows
from desk.directory_rows import STAFF
from desk.people import By, HandedOver
from web.console import directory_views
from web.console.dependencies import Administrator, AdminReader, Reader, Sender, Visit
from web.console.directory import Typed, by_column, told, write
from web.console.directory_views import Person, may_set_presence
from web.console.errors import ConsoleRoute
from web.console.permissions import ROLE_LABELS
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/directory/people", route_class=ConsoleRoute)


@router.get("/new")
async def new_person(request: Request, visit: AdminReader, department: str = "") -> Response:
    """The form for an account that isn't there yet."""
    return await _form(request, visit, {"department": department, "role": "agent"})


@router.post("")
async def add_person(request: Request, visit: Administrator, typed: Typed) -> Response:
    """Make an account; its first password is shown once, on the page that comes back."""
    try:
        password = await in_thread(_add, visit, typed)
    except EungdaeError as error:
        return await _form(request, visit, typed, error=error)
    return await _once(request, visit, typed["username"].strip().lower(), password, new=True)


@router.get("/{staff_id}")
async def person_page(request: Request, visit: Reader, staff_id: str) -> Response:
    """One person."""
    return await _page(request, visit, staff_id)


@router.post("/{staff_id}/presence")
async def set_presence(
    request: Request,
    visit: Sender,
    staff_id: str,
    presence: Annotated[str, Form()],
    until: Annotated[str, Form()] = "",
) -> Response:
    """Here, away until, on leave."""
    try:
        await in_thread(_present, visit, staff_id, presence, until)
    except Invalid as error:
        return await _page(request, visit, staff_id, error)
    return RedirectResponse(f"/staff/directory/people/{staff_id}?done=presence", 303)


@router.get("/{staff_id}/edit")
async def edit_person(request: Request, visit: AdminReader, staff_id: str) -> Response:
    """The form for a person."""
    person = await in_thread(_person, visit, staff_id)
    return await _form(request, visit, await in_thread(_typed_of, visit, person), staff_id)


@router.post("/{staff_id}/edit")
async def save_person(request: Request, visit: Administrator, staff_id: str, typed: Typed) -> Response:
    """Change a person, the role too."""
    person = await in_thread(_person, visit, staff_id)
    raw = _raw({"deputies": "", **typed, "username": person.username})
    try:
        await in_thread(write, visit, Rows(staff=[Row("", raw)]))
    except EungdaeError as error:
        return await _form(request, visit, typed, staff_id, error)
    return RedirectResponse(f"/staff/directory/people/{staff_id}?done=person", 303)


@router.post("/{staff_id}/password")
async def new_password(request: Request, visit: Administrator, staff_id: str) -> Response:
    """A new first password, shown once; every log-in of the account ends."""
    username, password = await in_thread(_renew, visit, staff_id)
    return await _once(request, visit, username, password, new=False)


@router.post("/{staff_id}/deactivate")
async def deactivate(request: Request, visit: Administrator, staff_id: str) -> Response:
    """Close the account; what the person had in hand goes to others, and the page tells to whom."""
    try:
        handed = await in_thread(_deactivate, visit, staff_id)
    except EungdaeError as error:
        return await _page(request, visit, staff_id, error)
    for conversation_id in await in_thread(_held, visit, staff_id):
        with suppress(EungdaeError):  # a colleague has taken it over meanwhile
            await visit.parts.staff_desk.give_back(conversation_id, staff_id)
    untold = [given.number for given in handed if not await _told_citizen(visit, given)]
    person = await in_thread(_person, visit, staff_id)
    context = {"visit": visit, "section": "directory", "person": person, "handed": handed, "untold": untold}
    return render(request, "person_left.html", context)


@router.post("/{staff_id}/activate")
async def activate(visit: Administrator, staff_id: str) -> Response:
    """Open the account again."""

    def work() -> None:
        with visit.parts.database.session() as session:
            staff = directory_views.existing(session, staff_id)
            people.activate(session, staff, By(visit.staff.id, visit.address), visit.now)

    await in_thread(work)
    return RedirectResponse(f"/staff/directory/people/{staff_id}?done=activated", 303)


def _raw(typed: Mapping[str, str]) -> dict[str, str]:
    return {c.name: typed[c.name] for c in STAFF if c.name in typed and c.name not in {"id", "active"}}


def _add(visit: Visit, typed: Mapping[str, str]) -> str:
    username, password = typed.get("username", ""), passwords.generate()
    with visit.parts.database.session() as session:
        if accounts.find(session, username):
            raise Conflict("이미 사용 중인 아이디입니다.")
    write(visit, Rows(staff=[Row("", _raw({"username": "", **typed}))]))
    with visit.parts.database.session() as session:
        staff = accounts.find(session, username)
        assert staff  # noqa: S101 - written a moment ago
        accounts.set_password(session, staff, password, once=True)
        visit.log(session, "staff.add", staff.username)
    return password


def _renew(visit: Visit, staff_id: str) -> tuple[str, str]:
    password = passwords.generate()
    with visit.parts.database.session() as session:
        staff = directory_views.existing(session, staff_id)
        accounts.set_password(session, staff, password, once=True)
        visit.log(session, "staff.password", staff.username)
        return staff.username, password


def _present(visit: Visit, staff_id: str, presence: str, until: str) -> None:
    with visit.parts.database.session() as session:
        staff = directory_views.existing(session, staff_id)
        if not may_set_presence(visit, staff.id, staff.department_id):
            raise Forbidden("자신이나, 감독하는 부서 직원의 재석 상태만 바꿀 수 있습니다.")
        people.set_presence(staff, presence, _moment(until), visit.now)
        visit.log(session, "staff.presence", staff.username)


def _moment(until: str) -> datetime | None:
    """What a browser sends for a moment in Seoul; a day alone is its beginning."""
    if not until.strip():
        return None
    try:
        return datetime.fromisoformat(until.strip()).replace(tzinfo=SEOUL)
    except ValueError as error:
        raise Invalid("돌아오는 때를 날짜와 시각으로 적어 주십시오.") from error


def _deactivate(visit: Visit, staff_id: str) -> list[HandedOver]:
    if staff_id == visit.staff.id:
        raise Conflict("자신의 계정은 중지할 수 없습니다. 다른 관리자에게 부탁해 주십시오.")
    with visit.parts.database.session() as session:
        staff = directory_views.existing(session, staff_id)
        return people.deactivate(session, staff, By(visit.staff.id, visit.address), visit.now)


def _held(visit: Visit, staff_id: str) -> list[str]:
    with visit.parts.database.session() as session:
        return list(session.scalars(select(Conversation.id).where(Conversation.staff_id == staff_id)))


async def _told_citizen(visit: Visit, given: HandedOver) -> bool:
    """Tell who answers now, with department and telephone; False where only a call reaches."""
    try:
        await visit.parts.casework.introduce(given.number, given.staff_id, given.moved)
    except EungdaeError:
        return False
    return True


def _person(visit: Visit, staff_id: str) -> Person:
    with visit.parts.database.session() as session:
        return directory_views.person(session, visit, staff_id)


def _typed_of(visit: Visit, person: Person) -> dict[str, str]:
    with visit.parts.database.session() as session:
        usernames = {one.id: one.username for one in accounts.all_staff(session)}
        own_phone = directory_views.existing(session, person.id).phone
    return {
        "username": person.username, "name": person.name, "title": person.title,
        "department": person.department_id, "duties": "\n".join(person.duties), "phone": own_phone,
        "mobile": person.mobile, "email": person.email, "role": person.role,
        "deputies": ",".join(usernames[one] for one in person.deputies if one in usernames),
    }  # fmt: skip


async def _page(request: Request, visit: Visit, staff_id: str, error: EungdaeError | None = None) -> Response:
    person = await in_thread(_person, visit, staff_id)
    context = {
        "visit": visit,
        "section": "directory",
        "person": person,
        "presences": people.PRESENCE,
        "may_set": person.active and may_set_presence(visit, person.id, person.department_id),
    }
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "person.html", context, error.status if error else 200)


async def _form(
    request: Request,
    visit: Visit,
    values: Mapping[str, str],
    staff_id: str | None = None,
    error: EungdaeError | None = None,
) -> Response:
    def units() -> list[directory_views.Unit]:
        with visit.parts.database.session() as session:
            return directory_views.units(session, visit)

    context = {
        "visit": visit,
        "section": "directory",
        "staff_id": staff_id,
        "values": values,
        "wrong": by_column(error),
        "units": await in_thread(units),
        "roles": ROLE_LABELS,
    }
    if error:
        context["notice"] = notice("bad", told(error))
    return render(request, "person_form.html", context, error.status if error else 200)


async def _once(request: Request, visit: Visit, username: str, password: str, *, new: bool) -> Response:
    context = {"visit": visit, "section": "directory", "username": username, "password": password, "new": new}
    return render(request, "password_once.html", context)
