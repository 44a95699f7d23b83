"""The FAQ as the bot knows it, and its index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.threads import in_thread
from desk import directory
from faq import repository
from faq.entries import Entry
from web.console.dependencies import Parts, Reader, Reloader
from web.console.errors import ConsoleRoute
from web.console.rendering import render

router = APIRouter(prefix="/staff/faq", route_class=ConsoleRoute)


@dataclass(frozen=True)
class Item:
    """An entry with its owner's name."""

    question: str
    answer: str
    owner: str
    valid_until: date | None


@dataclass(frozen=True)
class Group:
    """The entries of a category."""

    title: str
    items: list[Item]


@router.get("")
async def faq_page(request: Request, visit: Reader) -> Response:
    """All entries by category."""
    groups = await in_thread(_groups, visit.parts)
    context = {
        "visit": visit,
        "section": "faq",
        "groups": groups,
        "total": sum(len(group.items) for group in groups),
        "version": _version(visit.parts),
        "drafts": await in_thread(visit.parts.drafts.count),
    }
    return render(request, "faq.html", context)


@router.post("/reload")
async def reload(request: Request, visit: Reloader) -> Response:
    """Build the index anew; questions are answered from the old one meanwhile."""
    began = visit.now
    await in_thread(visit.parts.faq.rebuild)
    await visit.logged("faq.reload", _version(visit.parts))
    if "hx-request" not in request.headers:
        return RedirectResponse("/staff/faq?done=reloaded", 303)
    seconds = (visit.now - began).total_seconds()
    return render(request, "_reloaded.html", {"version": _version(visit.parts), "seconds": seconds})


def _version(parts: Parts) -> str:
    """Enough of the index's name to tell one from another."""
    return (parts.faq.version or "")[:12]


def _groups(parts: Parts) -> list[Group]:
    with parts.database.session() as session:
        owners = {unit.id: unit.name for unit in directory.departments(session)}
        entries = sorted(repository.all_entries(session), key=lambda entry: (entry.category, entry.id))
    by_category = groupby(entries, key=lambda entry: (entry.category, entry.category_title))
    return [
        Group(title or category, [_item(entry, owners) for entry in of])
        for (category, title), of in by_category
    ]


def _item(entry: Entry, owners: dict[str, str]) -> Item:
    owner = owners.get(entry.department, entry.department)
    return Item(entry.question, entry.answer, owner, entry.valid_until)
