"""Reply templates: read by everybody who answers, kept by editors and supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.errors import EungdaeError, NotFound
from core.threads import in_thread
from desk import directory, reply_templates
from desk.reply_templates import LONGEST_TITLE, PLACEHOLDERS
from desk.wording import LONGEST
from web.console.dependencies import Publisher, Reader, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render
from web.console.ticket_views import kind_options

router = APIRouter(prefix="/staff/templates", route_class=ConsoleRoute)


@dataclass(frozen=True)
class Written:
    """A template as it is written; without `id` a new one, without `kind` and `department` for all."""

    id: str = ""
    title: str = ""
    body: str = ""
    kind: str = ""
    department: str = ""


async def _written(
    id: Annotated[str, Form()] = "",  # noqa: A002 - the field's name
    title: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    department: Annotated[str, Form()] = "",
) -> Written:
    return Written(id, title, body.replace("\r\n", "\n"), kind, department)


Filled = Annotated[Written, Depends(_written)]


@router.get("")
async def templates_page(request: Request, visit: Reader, edit: str = "") -> Response:
    """All templates, and the form for a new one or for the one under `edit`."""
    return await _page(request, visit, edit)


@router.post("")
async def save(request: Request, visit: Publisher, written: Filled) -> Response:
    """Keep a template; a placeholder that there isn't is refused."""
    try:
        await in_thread(_save, visit, written)
    except NotFound:
        raise
    except EungdaeError as error:
        return await _page(request, visit, written.id, error, written)
    return RedirectResponse("/staff/templates?done=template", 303)


@router.post("/{template_id}/remove")
async def remove(visit: Publisher, template_id: str) -> Response:
    """Forget a template."""
    await in_thread(_remove, visit, template_id)
    return RedirectResponse("/staff/templates?done=removed", 303)


def _save(visit: Visit, written: Written) -> None:
    with visit.parts.database.session() as session:
        kept = reply_templates.put(
            session, written.title, written.body, written.kind or None, written.department or None,
            written.id or None,
        )  # fmt: skip
        visit.log(session, "template.save", kept.id)


def _remove(visit: Visit, template_id: str) -> None:
    with visit.parts.database.session() as session:
        reply_templates.remove(session, template_id)
        visit.log(session, "template.remove", template_id)


async def _page(
    request: Request, visit: Visit, edit: str, error: EungdaeError | None = None, typed: Written | None = None
) -> Response:
    context = {"visit": visit, "section": "templates", **await in_thread(_read, visit)}
    chosen = next((one for one in context["templates"] if one.id == edit), Written())
    context["written"] = typed or chosen
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "templates.html", context, error.status if error else 200)


def _read(visit: Visit) -> dict[str, Any]:
    with visit.parts.database.session() as session:
        return {
            "templates": [
                Written(one.id, one.title, one.body, one.kind or "", one.department_id or "")
                for one in reply_templates.all_of(session)
            ],
            "departments": {unit.id: unit.name for unit in directory.departments(session)},
            "kinds": kind_options(),
            "placeholders": PLACEHOLDERS,
            "longest": LONGEST,
            "longest_title": LONGEST_TITLE,
        }
