"""The access log for auditors and administrators: read, filtered, and taken away as a file with a reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Response
from pydantic import BeforeValidator
from starlette.requests import Request

from core.clock import SEOUL
from core.errors import EungdaeError
from core.threads import in_thread
from desk import access
from desk.access import Filter, Line
from web.console import words
from web.console.dependencies import Auditor, AuditSender, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/access", route_class=ConsoleRoute)

A_PAGE: Final = 50
MOST_ROWS: Final = 50_000
"""Lines of one file; whoever needs more narrows the days."""
_WEEK: Final = timedelta(days=6)
_HEAD: Final = ("일시", "아이디", "성명", "접속 주소", "한 일", "기호", "대상", "사유")
# A spreadsheet would take these for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

# A field that was emptied is sent as "".
Day = Annotated[date | None, BeforeValidator(lambda day: day or None)]


def wanted(
    visit: Auditor,
    since: Day = None,
    until: Day = None,
    username: Annotated[str, Query(max_length=64)] = "",
    action: Annotated[str, Query(max_length=50)] = "",
    subject: Annotated[str, Query(max_length=100)] = "",
) -> Filter:
    """Which lines are asked for; without days, those of the last week."""
    last = until or visit.now.astimezone(SEOUL).date()
    return Filter(since or last - _WEEK, last, username.strip(), action.strip(), subject.strip())


Wanted = Annotated[Filter, Depends(wanted)]


@router.get("")
async def access_page(
    request: Request, visit: Auditor, asked: Wanted, page: Annotated[int, Query(ge=1, le=1000)] = 1
) -> Response:
    """A page of the log, the newest line first."""
    return await _page(request, visit, asked, page)


@router.post("/csv")
async def download(
    request: Request, visit: AuditSender, asked: Wanted, reason: Annotated[str, Form()] = ""
) -> Response:
    """The lines as a file for a spreadsheet; the reason given for it stays in the log."""
    try:
        lines = await in_thread(_taken, visit, asked, reason)
    except EungdaeError as error:
        return await _page(request, visit, asked, 1, error)
    name = f"access-{asked.since}-{asked.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    # The mark at its beginning tells spreadsheets that the file is UTF-8.
    return Response("\ufeff" + _csv(lines), media_type="text/csv; charset=utf-8", headers=headers)


def _read(visit: Visit, asked: Filter, page: int) -> tuple[list[Line], bool]:
    with visit.parts.database.session() as session:
        lines = access.find(session, asked, A_PAGE + 1, (page - 1) * A_PAGE)
        visit.log(session, "access.read", asked.subject)
    return lines[:A_PAGE], len(lines) > A_PAGE


def _taken(visit: Visit, asked: Filter, reason: str) -> list[Line]:
    reason = access.checked_reason(reason)
    with visit.parts.database.session() as session:
        lines = access.find(session, asked, MOST_ROWS)
        days = f"{asked.since}..{asked.until}"
        access.log(session, visit.staff.id, visit.address, "access.download", days, visit.now, reason)
    return lines


def _csv(lines: Iterable[Line]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEAD)
    writer.writerows(_row(line) for line in lines)
    return file.getvalue()


def _row(line: Line) -> list[str]:
    at = f"{line.at.astimezone(SEOUL):%Y-%m-%d %H:%M:%S}"
    act = words.act(line.action)
    cells = (at, line.username, line.name, line.address, act, line.action, line.subject, line.reason)
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]


async def _page(
    request: Request, visit: Visit, asked: Filter, page: int, error: EungdaeError | None = None
) -> Response:
    context: dict[str, Any] = {"visit": visit, "section": "access", "asked": asked, "page": page}
    try:
        context["lines"], context["more"] = await in_thread(_read, visit, asked, page)
    except EungdaeError as wrong:
        error = wrong
        context["lines"], context["more"] = [], False
    context |= {"acts": words.ACTS, "query": urlencode(asdict(asked)), "most": MOST_ROWS}
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "access.html", context, error.status if error else 200)
