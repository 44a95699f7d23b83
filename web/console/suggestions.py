"""What helps with a reply: FAQ entries and past replies to matters that mean the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from core.privacy import label, redact
from core.threads import in_thread
from web.console import words
from web.console.dependencies import Visit, Watcher
from web.console.errors import ConsoleRoute
from web.console.rendering import render
from web.console.ticket_views import existing

router = APIRouter(prefix="/staff/tickets/{number}", route_class=ConsoleRoute)

_MOST_ENTRIES: Final = 3
_MOST_REPLIES: Final = 3


@dataclass(frozen=True)
class Suggestion:
    """Something that may be said again; `text` is what one key puts into the reply."""

    source: str
    question: str
    text: str


@router.get("/suggestions")
async def suggestions_part(request: Request, visit: Watcher, number: str) -> Response:
    """Entries and past replies near the ticket's matter; fetched after the page, which needn't wait."""
    found = await in_thread(_suggestions, visit, number)
    return render(request, "_suggestions.html", {"suggestions": found})


def _suggestions(visit: Visit, number: str) -> list[Suggestion]:
    with visit.parts.database.session() as session:
        ticket = existing(session, number)
        matter = visit.parts.vault.get(session, ticket.matter_ref)
        visit.log(session, "ticket.suggest", ticket.number)
    if not matter:
        return []
    return [*_entries(visit, redact(label(matter))), *_past_replies(visit, number)]


def _entries(visit: Visit, matter: str) -> list[Suggestion]:
    found = (visit.parts.faq.entry(one.faq_id) for one in visit.parts.faq.search(matter, _MOST_ENTRIES))
    return [Suggestion("FAQ", entry.question, entry.answer) for entry in found if entry]


def _past_replies(visit: Visit, number: str) -> list[Suggestion]:
    return [
        Suggestion(f"지난 답변 · {one.department} {one.person} · {words.day(one.at)}", one.matter, one.text)
        for one in visit.parts.search.similar_replies(number, _MOST_REPLIES)
    ]
