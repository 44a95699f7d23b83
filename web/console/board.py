"""The board: the queues of open tickets, live, and the first step with one of them."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.threads import in_thread
from web.console import board_views
from web.console.board_views import Board, View
from web.console.dependencies import Answerer, Reader, Visit, Watcher
from web.console.errors import ConsoleRoute
from web.console.rendering import render

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)

Queue = Literal["mine", "department", "unassigned", "today", "overdue", "owing", "waiting", "answered", "all"]


def view(
    queue: Queue | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    department: Annotated[str, Query(max_length=64)] = "",
) -> View:
    """Which list is asked for; without a queue, whichever the person starts with."""
    return View(queue or "", page, department)


Asked = Annotated[View, Depends(view)]


@router.get("")
async def board_page(request: Request, visit: Reader, asked: Asked) -> Response:
    """A queue, with the live conversations beside it."""
    board, units = await in_thread(_page, visit, asked)
    live = list(await visit.parts.staff_desk.live())
    context = {"visit": visit, "section": "tickets", "board": board, "units": units, "live": live}
    return render(request, "board.html", context)


@router.get("/live")
async def board_live(request: Request, visit: Watcher, asked: Asked, seen: str = "") -> Response:
    """The list again, if it has changed since `seen`."""
    board = await in_thread(_changed, visit, asked, seen)
    if board is None:
        return Response(status_code=204)
    return render(request, "_board.html", {"visit": visit, "board": board})


@router.post("/take")
async def take(visit: Answerer, asked: Asked, number: Annotated[str, Form(max_length=40)]) -> Response:
    """Become responsible for a ticket of one's department, and go on with the list."""
    await visit.parts.casework.assign(number, visit.staff.id, visit.staff.id)
    await visit.logged("ticket.assign", number)
    where = {
        "queue": asked.queue,
        "page": str(asked.page) if asked.page > 1 else "",
        "department": asked.department,
        "done": "took",
    }
    return RedirectResponse(f"/staff?{urlencode({key: value for key, value in where.items() if value})}", 303)


def _page(visit: Visit, asked: View) -> tuple[Board, list[tuple[str, str]]]:
    with visit.parts.database.session() as session:
        asked = board_views.settled(session, visit, asked)
        visit.log(session, "tickets.list", asked.queue)
        units = board_views.units(session) if board_views.sees_all(visit) else []
        return board_views.board(session, visit, asked), units


def _changed(visit: Visit, asked: View, seen: str) -> Board | None:
    with visit.parts.database.session() as session:
        asked = board_views.settled(session, visit, asked)
        if board_views.glance(session, visit, asked).fingerprint == seen:
            return None
        visit.log(session, "tickets.list", asked.queue)
        return board_views.board(session, visit, asked)
