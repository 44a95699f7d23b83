"""Broken promises: what to do about each now, and what of it is excused, for whom that is to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.clock import SEOUL
from core.errors import EungdaeError
from core.threads import in_thread
from desk import directory, ledger
from desk.ledger import Broken
from desk.models import Staff
from web.console import words
from web.console.dependencies import Reader, Supervisor, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/promises", route_class=ConsoleRoute)

A_PAGE: Final = 30


@dataclass(frozen=True)
class Asked:
    """Which broken promises are listed: of one department ("" for all), only those still owed, which page."""

    department: str
    owed: bool
    page: int

    def query(self, **changes: Any) -> str:
        """The same list as the query of an address, with changes."""
        values = {"department": self.department, "show": "owed" if self.owed else "all", "page": self.page}
        return urlencode(values | changes)


@dataclass(frozen=True)
class Listing:
    """A page of the list."""

    lines: Sequence[Broken]
    count: int
    departments: Mapping[str, str]


def asked(
    visit: Reader,
    department: Annotated[str | None, Query(max_length=64)] = None,
    show: Annotated[str, Query(max_length=8)] = "owed",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Asked:
    """What is asked for; at first one's own department, and what can still be done."""
    own = visit.staff.department_id or ""
    return Asked(own if department is None else department, show != "all", page)


Wanted = Annotated[Asked, Depends(asked)]


@router.get("")
async def promises_page(request: Request, visit: Reader, wanted: Wanted) -> Response:
    """The broken promises; everybody may read them, none names a citizen."""
    return await _page(request, visit, wanted)


@router.post("/{entry_id}/excuse")
async def excuse(
    request: Request,
    visit: Supervisor,
    wanted: Wanted,
    entry_id: int,
    reason: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Count a broken promise no longer, for one of the accepted reasons."""

    def work() -> None:
        with visit.parts.database.session() as session:
            ledger.excuse(session, entry_id, reason, session.get_one(Staff, visit.staff.id), visit.now)
            visit.log(session, "promise.excuse", f"promise:{entry_id}:{reason}")

    try:
        await in_thread(work)
    except EungdaeError as error:
        return await _page(request, visit, wanted, error)
    return RedirectResponse(f"/staff/promises?{wanted.query(done='excused')}", 303)


async def _page(request: Request, visit: Visit, wanted: Asked, error: EungdaeError | None = None) -> Response:
    listing = await in_thread(_listing, visit, wanted)
    context = {
        "visit": visit,
        "section": "promises",
        "asked": wanted,
        "listing": listing,
        "excuses": ledger.EXCUSES,
        "pages": -(-listing.count // A_PAGE),
        "until": until,
    }
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "promises.html", context, status=error.status if error else 200)


def until(due_at: datetime) -> str:
    """The last moment in time, as people say it: a day, or for a promise of hours the clock."""
    midnight = due_at.astimezone(SEOUL).time() == time()
    return words.day(due_at - timedelta(seconds=1)) if midnight else words.moment(due_at)


def _listing(visit: Visit, wanted: Asked) -> Listing:
    chosen = (wanted.department or None, wanted.owed)
    with visit.parts.database.session() as session:
        lines = ledger.broken(session, *chosen, limit=A_PAGE, offset=(wanted.page - 1) * A_PAGE)
        count = ledger.count_broken(session, *chosen)
        units = {unit.id: unit.name for unit in directory.departments(session, closed=True)}
    return Listing(lines, count, units)
