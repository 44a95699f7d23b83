"""The business calendar: coming holidays, and the days that the foundation opens or closes against them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.requests import Request

from core.clock import SEOUL
from core.errors import EungdaeError, Invalid
from core.threads import in_thread
from desk import overrides
from desk.calendar import LAST_YEAR, holiday_names
from desk.models import CalendarOverride, Staff
from web.console.dependencies import Reader, Supervisor, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)

_COMING: Final = 15


@dataclass(frozen=True)
class Holiday:
    """A coming day on which nobody works, or would if the foundation hadn't decided to."""

    day: date
    name: str
    worked: bool


@dataclass(frozen=True)
class Change:
    """A day that the foundation decided about; `past` ones can't be taken back."""

    day: date
    is_open: bool
    reason: str
    who: str
    past: bool


@dataclass(frozen=True)
class CalendarPage:
    """What the page shows; `today` is the day in Seoul, `due` the date promised to who asks today."""

    today: date
    due: date
    holidays: list[Holiday]
    changes: list[Change]


@dataclass(frozen=True)
class Typed:
    """What was typed into the form, to be shown again after an error."""

    day: str = ""
    kind: str = "closed"
    reason: str = ""


@router.get("/calendar")
async def calendar_page(request: Request, visit: Reader) -> Response:
    """The calendar; everybody may read it."""
    return await _page(request, visit)


@router.post("/calendar")
async def put(
    request: Request,
    visit: Supervisor,
    day: Annotated[str, Form(max_length=10)] = "",
    kind: Annotated[str, Form(max_length=6)] = "",
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Open or close a day."""

    def work(session: Session, staff: Staff) -> None:
        overrides.put(session, _day(day), kind == "open", reason, staff, visit.now)
        visit.log(session, f"calendar.{'open' if kind == 'open' else 'close'}", day)

    return await _changed(request, visit, work, Typed(day, kind, reason), "calendar")


@router.post("/calendar/remove")
async def remove(
    request: Request, visit: Supervisor, day: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Let the public calendar decide about a day again."""

    def work(session: Session, _: Staff) -> None:
        overrides.remove(session, _day(day), visit.now)
        visit.log(session, "calendar.remove", day)

    return await _changed(request, visit, work, Typed(), "calendar-removed")


async def _changed(
    request: Request, visit: Visit, work: Callable[[Session, Staff], None], typed: Typed, done: str
) -> Response:
    def in_session() -> None:
        with visit.parts.database.session() as session:
            work(session, session.get_one(Staff, visit.staff.id))

    try:
        await in_thread(in_session)
    except EungdaeError as error:
        return await _page(request, visit, typed, error)
    return RedirectResponse(f"/staff/calendar?done={done}", 303)


async def _page(
    request: Request, visit: Visit, typed: Typed | None = None, error: EungdaeError | None = None
) -> Response:
    page = await in_thread(_read, visit)
    context = {"visit": visit, "section": "calendar", "page": page, "typed": typed or Typed()}
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "calendar.html", context, error.status if error else 200)


def _read(visit: Visit) -> CalendarPage:
    today = visit.now.astimezone(SEOUL).date()
    with visit.parts.database.session() as session:
        calendar = overrides.calendar(session)
        changes = [
            Change(
                one.day, one.is_open, one.reason, session.get_one(Staff, one.staff_id).name, one.day < today
            )
            for one in overrides.all_of(session)
        ]
    years = range(today.year, min(today.year + 1, LAST_YEAR) + 1)
    coming = sorted(item for year in years for item in holiday_names(year).items() if item[0] >= today)
    # A holiday on a weekend changes nothing for anybody.
    holidays = [
        Holiday(day, name, calendar.is_business_day(day)) for day, name in coming if day.weekday() < 5
    ]
    return CalendarPage(today, calendar.promise_due(visit.now), holidays[:_COMING], changes)


def _name(session: Session, override: CalendarOverride) -> str:
    return session.get_one(Staff, override.staff_id).name


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("날짜를 골라 주십시오.", day="2026-05-06과 같은 형식입니다.") from None
