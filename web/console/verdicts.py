"""Staff say which entry answers a citizen's question, or that none does; and put its wording into the FAQ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask
from starlette.requests import Request

from core.errors import EungdaeError, NotFound
from core.threads import in_thread
from web.console.dependencies import Publisher, Reader, Teacher, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render
from web.console.verdict_views import judging

router = APIRouter(prefix="/staff/verdicts/{kind}/{key}", route_class=ConsoleRoute)

Kind = Literal["message", "ticket"]


@router.get("")
async def verdict_page(request: Request, visit: Reader, kind: Kind, key: str, q: str = "") -> Response:
    """The question, and the entries that are found for it or for the words `q`; htmx gets these alone."""
    if "hx-request" in request.headers:
        shown = await judging(visit, f"{kind}:{key}", q.strip())
        return render(request, "_found.html", {"visit": visit, "judging": shown})
    await visit.logged("verdict.read", key)
    return await _page(request, visit, kind, key, words=q.strip())


@router.post("")
async def judge(
    request: Request, visit: Teacher, kind: Kind, key: str, faq_id: Annotated[str, Form()] = ""
) -> Response:
    """This entry answers it; without one, none does."""
    learning = visit.parts.learning
    return await _do(
        request, visit, kind, key, "judged",
        lambda: learning.judge(f"{kind}:{key}", faq_id or None, visit.staff.id),
    )  # fmt: skip


@router.post("/take-back")
async def take_back(request: Request, visit: Teacher, kind: Kind, key: str) -> Response:
    """As if nothing had been said."""
    learning = visit.parts.learning
    return await _do(request, visit, kind, key, "taken-back", lambda: learning.take_back(f"{kind}:{key}"))


@router.post("/publish")
async def publish(
    request: Request, visit: Publisher, kind: Kind, key: str, wording: Annotated[str, Form()] = ""
) -> Response:
    """The question becomes a paraphrase of the entry that answers it."""
    learning = visit.parts.learning
    return await _do(
        request, visit, kind, key, "published",
        lambda: learning.publish(f"{kind}:{key}", wording, visit.staff.id), wording,
    )  # fmt: skip


@router.post("/unpublish")
async def unpublish(request: Request, visit: Publisher, kind: Kind, key: str) -> Response:
    """The paraphrase leaves the entry again."""
    learning = visit.parts.learning
    return await _do(request, visit, kind, key, "unpublished", lambda: learning.unpublish(f"{kind}:{key}"))


async def _do(
    request: Request, visit: Visit, kind: Kind, key: str, done: str, work: Callable[[], None], typed: str = ""
) -> Response:
    try:
        await in_thread(work)
    except NotFound:
        raise
    except EungdaeError as error:
        return await _page(request, visit, kind, key, error, typed=typed)
    await visit.logged(f"verdict.{done.replace('-', '_')}", key)
    page = f"/staff/tickets/{key}" if kind == "ticket" else f"/staff/verdicts/{kind}/{key}"
    rebuild = BackgroundTask(visit.parts.faq.rebuild) if done in {"published", "unpublished"} else None
    return RedirectResponse(f"{page}?done={done}#verdict", 303, background=rebuild)


async def _page(
    request: Request,
    visit: Visit,
    kind: Kind,
    key: str,
    error: EungdaeError | None = None,
    words: str = "",
    typed: str = "",
) -> Response:
    shown = await judging(visit, f"{kind}:{key}", words)
    if shown is None:
        raise NotFound("판정할 질문을 찾을 수 없습니다.")
    of_ticket = kind == "ticket"
    back = f"/staff/tickets/{key}" if of_ticket else f"/staff/conversations/{shown.asked.conversation_id}"
    context: dict[str, Any] = {
        "visit": visit,
        "section": "tickets" if of_ticket else "conversations",
        "judging": shown,
        "back": back,
        "typed": typed,
    }
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "verdict.html", context, error.status if error else 200)
