"""What the measurement of the desk's pages covers, and what its report says."""

from __future__ import annotations

import asyncio
import random

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, RedirectResponse

from bench.desk.measure import Missing, Times, measure
from bench.desk.pages import PAGES, Known, by_route
from bench.desk.report import GOAL, render
from tests.web.console.test_rights import routes

# Forms without figures, files, and the page that all are compared with.
LIGHT = {
    "/staff/login", "/staff/alive", "/staff/password", "/staff/{path:path}", "/staff/drafts/{draft_id}",
    "/staff/tickets/{number}/files/{file_id}", "/staff/directory/files", "/staff/directory/departments/new",
    "/staff/directory/people/new", "/staff/directory/people/{staff_id}/edit",
    "/staff/conversations/{conversation_id}/files/{file_id}",
}  # fmt: skip
SOME = Known(["E-1"], ["E-2"], ["c1"], ["front"], ["kim"])


def test_every_page_of_the_console_is_measured() -> None:
    pages = {path for method, path in routes() if method == "GET"}
    assert pages - set(by_route()) == LIGHT


def test_every_page_can_be_asked_for() -> None:
    for page in PAGES:
        asking = page.choose(SOME, random.Random(1))
        assert isinstance(asking, dict) or asking.startswith("/staff")


def test_no_two_lines_of_the_report_have_the_same_name() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES)


def fake(status: int) -> FastAPI:
    app = FastAPI()

    @app.post("/staff/search", response_model=None)
    async def search() -> RedirectResponse:
        return RedirectResponse("/staff/search/1", 303)

    @app.get("/staff{path:path}", response_model=None)
    async def page(path: str) -> PlainTextResponse:
        return PlainTextResponse("", status if "faq" in path else 200)

    return app


def test_every_page_gets_its_times() -> None:
    trivial, times = asyncio.run(measure(fake(200), ("cookie", "token"), SOME, 3))
    assert trivial.p50 <= trivial.p95
    assert [one.name for one in times] == [page.name for page in PAGES]


def test_a_page_that_fails_ends_the_measurement() -> None:
    with pytest.raises(Missing, match="/staff/faq: 500"):
        asyncio.run(measure(fake(500), ("cookie", "token"), SOME, 1))


def test_the_report_says_which_pages_are_late_and_how_much_slower_than_the_trivial_one() -> None:
    trivial, quick = Times("trivial", 4, 5, 3), Times("board", 20, 25, 15)
    late = Times("search", 90, GOAL + 1, 70)
    page = render({"tickets": 200_000}, trivial, [quick, late], 60)
    assert "1 of 2 don't" in page
    assert "| board | 20 ms | 25 ms | 15 ms | 5.0× |" in page
    assert f"| search | 90 ms | **{GOAL + 1} ms** |" in page
    assert "| tickets | 200,000 |" in page
