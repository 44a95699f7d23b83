"""What one has been told: the bell, the page behind it, and letters that couldn't be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.threads import in_thread
from desk import letters, notices
from desk.letters import Failure
from desk.notices import Told
from web.console.dependencies import Administrator, Reader, Sender, Visit, Watcher
from web.console.errors import ConsoleRoute
from web.console.rendering import render

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)

A_PAGE = 50

Page = Annotated[int, Query(ge=1, le=1000)]


@dataclass(frozen=True)
class Mailbox:
    """A page of one's notices; `failures` are everybody's letters, for who can mend it."""

    lines: Sequence[Told]
    page: int
    more: bool
    failures: Sequence[Failure]


@router.get("/notices")
async def notices_page(request: Request, visit: Reader, page: Page = 1) -> Response:
    """One's own notices, the newest first."""
    mailbox = await in_thread(_mailbox, visit, page)
    return render(request, "notices.html", {"visit": visit, "section": "notices", "mailbox": mailbox})


@router.get("/notices/live")
async def bell(request: Request, visit: Watcher) -> Response:
    """The bell with the number of notices that are unread now."""
    return render(request, "_bell.html", {"visit": visit})


@router.post("/notices/read")
async def read_all(visit: Sender) -> Response:
    """Mark all of one's notices as read."""

    def work() -> None:
        with visit.parts.database.session() as session:
            notices.mark_read(session, visit.staff.id, visit.now)

    await in_thread(work)
    return RedirectResponse("/staff/notices?done=noticed", 303)


@router.post("/notices/mail")
async def mail_again(visit: Administrator) -> Response:
    """Try once more to send every letter that failed."""

    def work() -> None:
        with visit.parts.database.session() as session:
            letters.again(session, visit.now)
            visit.log(session, "mail.again", "notices")

    await in_thread(work)
    return RedirectResponse("/staff/notices?done=mailing", 303)


def _mailbox(visit: Visit, page: int) -> Mailbox:
    with visit.parts.database.session() as session:
        lines = notices.of(session, visit.staff.id, A_PAGE + 1, (page - 1) * A_PAGE)
        failures = letters.failures(session) if visit.may.supervise else []
    return Mailbox(lines[:A_PAGE], page, len(lines) > A_PAGE, failures)
