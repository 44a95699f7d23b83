"""The files of a ticket: staff add them, send them with a reply, open them, and remove what wasn't sent."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.requests import Request

from core.errors import EungdaeError, NotFound
from core.threads import in_thread
from desk.attachments import LARGEST
from desk.attachments import File as Kept
from desk.models import Ticket
from web.console import ticket_views
from web.console.dependencies import Answerer, Reader, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import render
from web.console.ticket_views import TicketPage

router = APIRouter(prefix="/staff/tickets/{number}/files", route_class=ConsoleRoute)

LARGEST_UPLOAD = LARGEST + 64 * 1024
"""Bytes of a request: one file, and the form around it."""


@router.post("")
async def add(
    request: Request,
    visit: Answerer,
    number: str,
    file: Annotated[UploadFile, File()],
    attachments: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Keep a file with the ticket; it is ticked to go out with the reply, as those in `attachments` are."""
    chosen, problem = tuple(attachments or ()), ""
    try:
        content = await file.read(LARGEST + 1)
        chosen += (await in_thread(_keep, visit, number, file.filename or "", content),)
    except NotFound:
        raise
    except EungdaeError as error:
        problem = error.message
    return await _list(request, visit, number, chosen, problem)


@router.post("/{file_id}/remove")
async def remove(request: Request, visit: Answerer, number: str, file_id: str) -> Response:
    """Destroy a file that nobody was sent."""
    problem = ""
    try:
        await in_thread(_remove, visit, number, file_id)
    except NotFound:
        raise
    except EungdaeError as error:
        problem = error.message
    return await _list(request, visit, number, (), problem)


@router.get("/{file_id}")
async def download(visit: Reader, number: str, file_id: str) -> Response:
    """The file itself; it is saved, never shown by the browser."""
    return saved(await in_thread(_read, visit, number, file_id))


def saved(kept: Kept) -> Response:
    """The file as a browser saves it."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.name)}",
        "Cache-Control": "no-store",
    }
    return Response(kept.content, media_type=kept.media_type, headers=headers)


async def _list(
    request: Request, visit: Visit, number: str, chosen: tuple[str, ...], problem: str
) -> Response:
    """The list of files for htmx; without it the page again."""
    if "hx-request" not in request.headers and not problem:
        return RedirectResponse(f"/staff/tickets/{number}#reply", 303)
    context = {
        "visit": visit,
        "ticket": await in_thread(_ticket, visit, number),
        "chosen": chosen,
        "problem": problem,
    }
    return render(request, "_files.html", context, headers={"HX-Trigger-After-Settle": "files"})


def _ticket(visit: Visit, number: str) -> TicketPage:
    with visit.parts.database.session() as session:
        return ticket_views.page(session, visit, number)


def _keep(visit: Visit, number: str, name: str, content: bytes) -> str:
    with visit.parts.database.session() as session:
        ticket = ticket_views.existing(session, number)
        kept = visit.parts.attachments.keep(session, ticket, name, content, visit.staff.id, visit.now)
        visit.log(session, "file.add", ticket.number)
        return kept.id


def _read(visit: Visit, number: str, file_id: str) -> Kept:
    with visit.parts.database.session() as session:
        ticket = ticket_views.existing(session, number)
        _own(visit, session, ticket, file_id)
        visit.log(session, "file.read", ticket.number)
        return visit.parts.attachments.read(session, file_id)


def _remove(visit: Visit, number: str, file_id: str) -> None:
    with visit.parts.database.session() as session:
        ticket = ticket_views.existing(session, number)
        _own(visit, session, ticket, file_id)
        visit.parts.attachments.remove(session, file_id)
        visit.log(session, "file.remove", ticket.number)


def _own(visit: Visit, session: Session, ticket: Ticket, file_id: str) -> None:
    """Raises `NotFound` unless the file is this ticket's: the log must name whose file was opened."""
    if file_id not in {file.id for file in visit.parts.attachments.of_ticket(session, ticket)}:
        raise NotFound("파일을 찾을 수 없습니다.")
