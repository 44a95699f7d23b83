"""The public page of the service charter: what was promised, and what was kept of it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from core.threads import in_thread
from desk import charter, report
from web import charter_plots, pages
from web.charter_files import figures_csv, figures_excel, moment
from web.promise_words import rate
from web.publication import Publication, Publications
from web.requests import limit_reading

router = APIRouter(prefix="/charter")

HEADLINE: Final = "reply"
"""The promise whose course over the months is drawn: every ticket makes it."""
_EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Month = Annotated[str | None, Query(max_length=40)]
Narrow = Annotated[bool, Query()]


@router.get("")
async def page(request: Request, month: Month = None) -> Response:
    """The page of one month and the twelve that end with it."""
    found = await _publication(request, month)
    return pages.public_page(request, "charter.html", _context(found))


@router.get("/trend.svg")
async def trend(request: Request, month: Month = None, narrow: Narrow = False) -> Response:
    """The twelve months as a picture."""
    found = await _publication(request, month)
    return _svg(charter_plots.trend(found.report, HEADLINE, _frame(narrow)))


@router.get("/month.svg")
async def month_plot(request: Request, month: Month = None, narrow: Narrow = False) -> Response:
    """The month's promises as a picture."""
    found = await _publication(request, month)
    return _svg(charter_plots.month(found.report, _frame(narrow)))


@router.get("/ledger.csv")
async def entries(request: Request, month: Month = None) -> Response:
    """The month's entries, byte for byte what the published hash is of."""
    found = await _publication(request, month)
    return _file(found.entries.encode(), "text/csv; charset=utf-8", f"ledger-{found.report.month}.csv")


@router.get("/figures.csv")
async def figures(request: Request, month: Month = None) -> Response:
    """The figures of the twelve months as CSV."""
    found = await _publication(request, month)
    content = (await in_thread(figures_csv, found)).encode()
    return _file(content, "text/csv; charset=utf-8", f"figures-{found.report.month}.csv")


@router.get("/figures.xlsx")
async def workbook(request: Request, month: Month = None) -> Response:
    """The figures of the twelve months as an Excel workbook."""
    found = await _publication(request, month)
    return _file(await in_thread(figures_excel, found), _EXCEL, f"figures-{found.report.month}.xlsx")


async def _publication(request: Request, month: str | None) -> Publication:
    limit_reading(request)
    publications: Publications = request.app.state.publications
    return await in_thread(publications.of, month)


def _context(found: Publication) -> dict[str, Any]:
    counted = found.report
    months = report.months_until(counted.month)
    pledges = charter.pledges()
    return {
        "found": found,
        "report": counted,
        "month_name": _name(counted.month),
        "earlier": months[-2] if months[-2] >= found.first else None,
        "later": _later(found),
        "headline": charter.measured()[HEADLINE],
        "departments": {
            unit: name for unit, name in counted.departments.items() if counted.tally(HEADLINE, unit).made
        },
        "figure_pledges": [pledge for pledge in pledges if pledge.measured == "figure"],
        "outside_pledges": [pledge for pledge in pledges if pledge.measured == "outside"],
        "few": report.FEW,
        "as_of": moment(found.at),
        "rate": rate,
        "name_of": _name,
    }


def _later(found: Publication) -> str | None:
    year, number = map(int, found.report.month.split("-"))
    following = f"{year + number // 12:04}-{number % 12 + 1:02}"
    return following if following <= found.this else None


def _name(month: str) -> str:
    year, number = month.split("-")
    return f"{year}년 {int(number)}월"


def _frame(narrow: bool) -> charter_plots.Frame:
    return charter_plots.NARROW if narrow else charter_plots.WIDE


def _svg(drawn: str) -> Response:
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=60"})


def _file(content: bytes, media_type: str, name: str) -> Response:
    disposition = f'attachment; filename="eungdae-{name}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
