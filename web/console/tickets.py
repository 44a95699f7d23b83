"""One ticket: read, answer, close."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.errors import EungdaeError, NotFound
from core.threads import in_thread
from desk import tickets
from desk.wording import checked
from web.console import ticket_views
from web.console.dependencies import Answerer, Reader, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render
from web.console.talk_views import Talk, talk
from web.console.ticket_views import TicketPage
from web.console.verdict_views import judging

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)


@router.get("/tickets/{number}")
async def ticket_page(request: Request, visit: Reader, number: str) -> Response:
    """One ticket with everything about it."""
    return await _page(request, visit, number)


@router.post("/tickets/{number}/reply")
async def reply(
    request: Request, visit: Answerer, number: str, text: Annotated[str, Form()] = ""
) -> Response:
    """Answer the citizen. If that fails the page comes back with what was typed."""
    try:
        await visit.parts.staff_desk.answer(number, visit.staff.id, checked(text))
    except NotFound:
        raise
    except EungdaeError as error:
        return await _page(request, visit, number, error, text)
    await visit.logged("ticket.reply", number)
    return RedirectResponse(f"/staff/tickets/{number}?done=replied", 303)


@router.post("/tickets/{number}/close")
async def close(request: Request, visit: Answerer, number: str) -> Response:
    """Close the ticket, unless a reply is owed."""
    try:
        await in_thread(_close, visit, number)
    except NotFound:
        raise
    except EungdaeError as error:
        return await _page(request, visit, number, error)
    return RedirectResponse(f"/staff/tickets/{number}?done=closed", 303)


def _read(visit: Visit, number: str) -> TicketPage:
    with visit.parts.database.session() as session:
        page = ticket_views.page(session, visit, number)
        visit.log(session, "ticket.read", page.number)
        return page


def _close(visit: Visit, number: str) -> None:
    with visit.parts.database.session() as session:
        ticket = ticket_views.existing(session, number)
        tickets.close(session, ticket, visit.staff, visit.now)
        visit.log(session, "ticket.close", ticket.number)


async def _page(
    request: Request, visit: Visit, number: str, error: EungdaeError | None = None, typed: str = ""
) -> Response:
    ticket = await in_thread(_read, visit, number)
    context = {
        "visit": visit,
        "section": "tickets",
        "ticket": ticket,
        "tried": await in_thread(ticket_views.questions, visit, ticket.tried),
        "talk": await _talk(visit, ticket.conversation_id),
        "judging": await judging(visit, f"ticket:{ticket.number}"),
        "typed": typed,
    }
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "ticket.html", context, error.status if error else 200)


async def _talk(visit: Visit, conversation_id: str | None) -> Talk | None:
    """The conversation behind a ticket; one that is gone is no reason to hide the ticket."""
    try:
        return await talk(visit, conversation_id) if conversation_id else None
    except NotFound:
        return None
