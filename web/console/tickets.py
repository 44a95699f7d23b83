"""One ticket: read it, write the reply, see it as the citizen will, and who else is looking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.errors import EungdaeError, NotFound
from core.threads import in_thread
from desk import notices, steps
from desk.attachments import LARGEST
from desk.wording import LONGEST
from web.console import ticket_views, transfer_views
from web.console.dependencies import Answerer, Reader, Visit, Watcher
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render
from web.console.reply_views import filled, preview, templates_for
from web.console.talk_views import Talk, talk
from web.console.ticket_views import TicketPage
from web.console.verdict_views import judging

router = APIRouter(prefix="/staff/tickets/{number}", route_class=ConsoleRoute)


@dataclass(frozen=True)
class Typed:
    """What was typed into the form that was refused: it comes back with the page."""

    form: str = ""
    values: dict[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    """Ids of the files that were to be sent."""

    def kept(self, form: str, name: str, default: str = "") -> str:
        """What stood in the field, when it is of that form."""
        return self.values.get(name, "") if form == self.form else default


@router.get("")
async def ticket_page(request: Request, visit: Reader, number: str) -> Response:
    """One ticket with everything about it."""
    return await page(request, visit, number)


@router.get("/live")
async def ticket_live(request: Request, visit: Watcher, number: str, seen: int = 0) -> Response:
    """Who else has the ticket open, and whether it has changed since the event `seen`."""
    subject = f"ticket:{number}"
    visit.parts.presence.seen(subject, visit.staff)
    version, by = await in_thread(_version, visit, number)
    context = {
        "visit": visit,
        "number": number,
        "seen": seen,
        "others": visit.parts.presence.others(subject, visit.staff),
        "changed_by": by if version > seen else "",
    }
    return render(request, "_ticket_live.html", context)


@router.post("/preview")
async def preview_part(
    request: Request,
    visit: Answerer,
    number: str,
    text: Annotated[str, Form()] = "",
    attachments: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """The reply as the citizen will see it: placeholders filled, signed, in the form of their channel."""
    shown = await in_thread(preview, visit, number, text, attachments or [])
    return render(request, "_preview.html", {"preview": shown, "longest": LONGEST})


@router.post("/reply")
async def reply(
    request: Request,
    visit: Answerer,
    number: str,
    text: Annotated[str, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
    by_phone: Annotated[bool, Form()] = False,
    attachments: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Answer the citizen. If that fails the page comes back with what was typed."""
    chosen = tuple(attachments or ())
    try:
        words = await in_thread(filled, visit, number, text)
        await visit.parts.casework.answer(number, visit.staff.id, words, chosen, by_phone, seen)
    except NotFound:
        raise
    except EungdaeError as error:
        return await page(request, visit, number, error, Typed("reply", {"text": text}, chosen))
    await visit.logged("ticket.reply", number)
    return RedirectResponse(f"/staff/tickets/{number}?done={'phoned' if by_phone else 'replied'}", 303)


async def page(
    request: Request,
    visit: Visit,
    number: str,
    error: EungdaeError | None = None,
    typed: Typed | None = None,
) -> Response:
    """The ticket's page; after an `error` with what was `typed`."""
    ticket = await in_thread(_read, visit, number)
    visit.parts.presence.seen(f"ticket:{ticket.number}", visit.staff)
    context = {
        "visit": visit,
        "section": "tickets",
        "ticket": ticket,
        "tried": await in_thread(ticket_views.questions, visit, ticket.tried),
        "talk": await _talk(visit, ticket.conversation_id),
        "judging": await judging(visit, f"ticket:{ticket.number}"),
        "templates": await in_thread(templates_for, visit, ticket) if ticket.can.answer else [],
        "places": await in_thread(transfer_views.places, visit, ticket) if ticket.can.transfer else None,
        "slots": await in_thread(transfer_views.free_slots, visit, ticket) if ticket.can.book else [],
        "others": visit.parts.presence.others(f"ticket:{ticket.number}", visit.staff),
        "typed": typed or Typed(),
        "kinds": ticket_views.kind_options(),
        "outcomes": steps.OUTCOMES,
        "remedies": steps.REMEDIES,
        "booked": any(step.kind == "booked" for step in ticket.steps),
        "longest": LONGEST,
        "largest_file": LARGEST,
    }
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "ticket.html", context, error.status if error else 200)


def _read(visit: Visit, number: str) -> TicketPage:
    with visit.parts.database.session() as session:
        shown = ticket_views.page(session, visit, number)
        visit.log(session, "ticket.read", shown.number)
        notices.seen(session, visit.staff.id, shown.number, visit.now)
        return shown


def _version(visit: Visit, number: str) -> tuple[int, str]:
    with visit.parts.database.session() as session:
        return ticket_views.last_step(session, visit, number)


async def _talk(visit: Visit, conversation_id: str | None) -> Talk | None:
    """The conversation behind a ticket; one that is gone is no reason to hide the ticket."""
    try:
        return await talk(visit, conversation_id) if conversation_id else None
    except NotFound:
        return None
