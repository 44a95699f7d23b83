"""A new FAQ entry out of a ticket: drafted by staff, published by an editor through the gate."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask
from starlette.requests import Request

from conversations.drafts import Draft, Worded
from core.errors import EungdaeError, NotFound
from core.threads import in_thread
from desk import directory
from web.console.dependencies import Publisher, Teacher, TeachReader, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)


async def _worded(
    question: Annotated[str, Form(max_length=500)] = "",
    paraphrase: Annotated[str, Form(max_length=500)] = "",
    answer: Annotated[str, Form(max_length=8000)] = "",
    department: Annotated[str, Form()] = "",
) -> Worded:
    return Worded(question, paraphrase, answer, department)


Filled = Annotated[Worded, Depends(_worded)]


@router.get("/tickets/{number}/draft")
async def new_page(request: Request, visit: TeachReader, number: str) -> Response:
    """The ticket's question and answer as a draft to begin with."""
    suggested = await in_thread(visit.parts.drafts.suggested, number)
    await visit.logged("draft.begin", number)
    return await _new(request, visit, number, suggested)


@router.post("/tickets/{number}/draft")
async def save(request: Request, visit: Teacher, number: str, worded: Filled) -> Response:
    """Keep the draft for the editors."""
    try:
        draft_id = await in_thread(visit.parts.drafts.save, number, worded, visit.staff.id)
    except NotFound:
        raise
    except EungdaeError as error:
        return await _new(request, visit, number, worded, error)
    await visit.logged("draft.save", number)
    page = f"/staff/drafts/{draft_id}" if visit.may.publish else f"/staff/tickets/{number}"
    return RedirectResponse(f"{page}?done=drafted", 303)


@router.get("/drafts")
async def drafts_page(request: Request, visit: TeachReader) -> Response:
    """The drafts that wait for an editor."""
    waiting = await in_thread(visit.parts.drafts.waiting)
    await visit.logged("drafts.list", "")
    return render(request, "drafts.html", {"visit": visit, "section": "faq", "drafts": waiting})


@router.get("/drafts/{draft_id}")
async def draft_page(request: Request, visit: TeachReader, draft_id: str) -> Response:
    """One draft, to read, better and publish."""
    draft = await in_thread(visit.parts.drafts.draft, draft_id)
    await visit.logged("draft.read", draft.number)
    return await _draft(request, visit, draft, draft.worded)


@router.post("/drafts/{draft_id}/publish")
async def publish(
    request: Request, visit: Publisher, draft_id: str, worded: Filled, category: Annotated[str, Form()] = ""
) -> Response:
    """The draft becomes an entry; the index follows in the background."""
    draft = await in_thread(visit.parts.drafts.draft, draft_id)
    try:
        await in_thread(visit.parts.drafts.publish, draft_id, worded, category, visit.staff.id)
    except NotFound:
        raise
    except EungdaeError as error:
        return await _draft(request, visit, draft, worded, error, category)
    await visit.logged("draft.publish", draft.number)
    rebuild = BackgroundTask(visit.parts.faq.rebuild)
    return RedirectResponse("/staff/drafts?done=entry", 303, background=rebuild)


@router.post("/drafts/{draft_id}/discard")
async def discard(visit: Publisher, draft_id: str) -> Response:
    """Nobody will publish it."""
    await in_thread(visit.parts.drafts.discard, draft_id)
    await visit.logged("draft.discard", draft_id)
    return RedirectResponse("/staff/drafts?done=discarded", 303)


async def _new(
    request: Request, visit: Visit, number: str, worded: Worded, error: EungdaeError | None = None
) -> Response:
    context = {"number": number, "worded": worded, "draft": None}
    return await _form(request, visit, context, error)


async def _draft(
    request: Request, visit: Visit, draft: Draft, worded: Worded, error: EungdaeError | None = None,
    category: str = "",
) -> Response:  # fmt: skip
    context = {
        "number": draft.number,
        "worded": worded,
        "draft": draft,
        "category": category,
        "categories": await in_thread(visit.parts.drafts.categories),
    }
    return await _form(request, visit, context, error)


async def _form(
    request: Request, visit: Visit, context: dict[str, Any], error: EungdaeError | None
) -> Response:
    everywhere = {"visit": visit, "section": "faq", "departments": await in_thread(_departments, visit)}
    if error:
        everywhere["notice"] = notice("bad", error.message)
    return render(request, "draft.html", context | everywhere, error.status if error else 200)


def _departments(visit: Visit) -> list[tuple[str, str]]:
    with visit.parts.database.session() as session:
        return [(unit.id, unit.name) for unit in directory.departments(session) if unit.active]
