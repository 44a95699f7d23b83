"""The search over tickets and conversations: what is sought is sent in a form, and stands in no address."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Response
from fastapi import Query as Parameter
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from starlette.requests import Request

from conversations.search import Found, Query, check
from conversations.search_query import LONGEST
from core.errors import EungdaeError, Invalid, NotFound
from core.threads import in_thread
from desk import directory, kinds, states
from web.console import words
from web.console.dependencies import Reader, Sender, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/search", route_class=ConsoleRoute)

PAGE: Final = 20
_DEEPEST: Final = 50
"""Pages that may be turned: whoever hasn't found it by then asks more narrowly."""
_EXPIRED: Final = "검색한 지 오래되어 조건이 지워졌습니다. 다시 검색해 주십시오."


class Sought(BaseModel):
    """The form, as it was filled in."""

    text: str = ""
    mode: str = "words"
    since: str = ""
    until: str = ""
    department_id: str = ""
    staff_id: str = ""
    kind: str = ""
    state: str = ""
    channel: str = ""

    def query(self) -> Query:
        """Raises `Invalid` for what can't be meant."""
        if len(self.text) > LONGEST:
            raise Invalid(f"{LONGEST}자까지 검색할 수 있습니다.")
        return Query(
            text=self.text.strip(),
            mode="meaning" if self.mode == "meaning" else "words",
            since=_day(self.since),
            until=_day(self.until),
            department_id=self.department_id or None,
            staff_id=self.staff_id or None,
            kind=self.kind or None,
            state=self.state or None,
            channel=self.channel or None,
        )


@router.get("")
async def search_page(request: Request, visit: Reader) -> Response:
    """The empty form."""
    return await _page(request, visit, Query())


@router.post("")
async def search(request: Request, visit: Sender, sought: Annotated[Sought, Form()]) -> Response:
    """Keep what is sought, and lead to what is found."""
    query = Query(sought.text)
    try:
        query = sought.query()
        check(query)
    except Invalid as error:
        return await _page(request, visit, query, error=error)
    return RedirectResponse(f"/staff/search/{visit.parts.queries.keep(visit.staff.id, query)}", 303)


@router.get("/{number}")
async def found_page(
    request: Request, visit: Reader, number: str, page: Annotated[int, Parameter(ge=1, le=_DEEPEST)] = 1
) -> Response:
    """A page of what was found."""
    query = visit.parts.queries.get(visit.staff.id, number)
    if query is None:
        return await _page(request, visit, Query(), error=NotFound(_EXPIRED))
    try:
        found = await in_thread(visit.parts.search.find, query, PAGE, (page - 1) * PAGE)
    except Invalid as error:
        return await _page(request, visit, query, error=error)
    await in_thread(_log, visit, query, found)
    return await _page(request, visit, query, found=found, number=number, page=page)


def _log(visit: Visit, query: Query, found: Found) -> None:
    """That there was a search, without its words; and whose tickets somebody's name has led to."""
    how = "뜻" if query.mode == "meaning" else "낱말"
    with visit.parts.database.session() as session:
        visit.log(session, "search", f"{how}, {len(found.hits)}건")
        if found.by_person:
            for whose in sorted({hit.number or hit.conversation_id or "" for hit in found.hits}):
                visit.log(session, "search.person", whose)


async def _page(
    request: Request, visit: Visit, query: Query, error: EungdaeError | None = None, **more: Any
) -> Response:
    context = {"visit": visit, "section": "search", "query": query, "longest": LONGEST} | more
    context |= await in_thread(_choices, visit)
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "search.html", context, error.status if error else 200)


def _choices(visit: Visit) -> dict[str, Any]:
    with visit.parts.database.session() as session:
        units = directory.departments(session)
        return {
            "units": [(unit.id, unit.name) for unit in units],
            "people": {unit.name: directory.staff_of(session, unit.id) for unit in units},
            "kinds": [(one.id, one.label) for one in kinds.KINDS.values()],
            "states": list(states.LABELS.items()),
            "channels": [(name, words.channel(name)) for name in (*visit.parts.channels, "phone")],
        }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("날짜를 다시 확인해 주십시오.") from error
