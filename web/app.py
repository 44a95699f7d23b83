"""The public application: chat API, webhooks, console, demo site."""

from __future__ import annotations

import asyncio
import math
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import EungdaeError, TooMany
from web import charter, chat, chat_socket, files, health, letters, pages, webhooks
from web.composition import House
from web.console import router as console
from web.console.kept_queries import KeptQueries
from web.publication import Publications
from web.security import BodyLimit, LastResort, SecurityHeaders
from web.watching import jobs, watching

PUBLIC = Path(__file__).parent / "public"

log = structlog.get_logger()


ROUTERS = (
    health.router,
    chat.router,
    chat_socket.router,
    webhooks.router,
    files.router,
    console,
    charter.router,
    pages.router,
)


def create_app(house: House, routers: Sequence[APIRouter] = ROUTERS) -> FastAPI:
    """The application around a house, of some or all of its parts; its end closes the house."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if left := await house.conversations.recover():
            log.info("messages that a crash left were handled", count=left)
        courier = asyncio.create_task(house.courier.run())
        async with watching(jobs(house)), watching(letters.fetching(house), letters.EVERY):
            yield
            courier.cancel()
        await asyncio.gather(courier, return_exceptions=True)
        await house.close()

    app = FastAPI(title="Eungdae", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    _share(app, house)
    app.add_middleware(BodyLimit)
    app.add_middleware(LastResort, answer=_unexpected)
    app.add_middleware(SecurityHeaders, tls=house.settings.secure_cookies)
    app.add_exception_handler(EungdaeError, _told)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _plain)
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=PUBLIC), name="public")
    return app


def _share(app: FastAPI, house: House) -> None:
    """The console reads its parts from `app.state`."""
    app.state.house = house
    app.state.database = house.database
    app.state.vault = house.vault
    app.state.settings = house.settings
    app.state.clock = house.clock
    app.state.limiter = house.limiter
    app.state.staff_desk = house.staff_desk
    app.state.casework = house.casework
    app.state.attachments = house.attachments
    app.state.faq = house.faq
    app.state.learning = house.learning
    app.state.publications = Publications(house.database, house.faq, house.clock)
    app.state.router = house.router
    app.state.presence = house.presence
    app.state.search = house.search
    app.state.queries = KeptQueries(house.clock)
    app.state.drafts = house.drafts
    app.state.channels = house.channels
    app.state.links = house.links


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, EungdaeError)  # noqa: S101 - registered for this family only
    headers = {"Retry-After": str(math.ceil(error.retry_after))} if isinstance(error, TooMany) else None
    body = {"error": error.message} | ({"fields": error.fields} if error.fields else {})
    return _answer(request, error.status, body, headers)


async def _malformed(request: Request, _error: Exception) -> Response:
    return _answer(request, 400, {"error": "요청의 형식이 올바르지 않습니다."})


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    words = {
        400: "요청의 형식이 올바르지 않습니다.",
        404: "요청하신 주소를 찾을 수 없습니다.",
        405: "이 주소에서는 할 수 없는 요청입니다.",
        413: "보내신 내용이 너무 큽니다.",
    }
    body = {"error": words.get(error.status_code, "요청을 처리하지 못했습니다.")}
    return _answer(request, error.status_code, body, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    # The error's text may hold what a citizen wrote: only its kind and its place are logged.
    place = traceback.extract_tb(error.__traceback__)[-1]
    at = f"{place.filename}:{place.lineno}"
    log.error("unexpected error", error=type(error).__name__, path=request.url.path, at=at)
    return _answer(
        request, 500, {"error": "일시적인 문제로 처리하지 못했습니다. 잠시 후 다시 시도해 주십시오."}
    )


def _answer(
    request: Request, status: int, body: Mapping[str, object], headers: dict[str, str] | None = None
) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return pages.error_page(request, status, str(body["error"]), headers)
    return JSONResponse(body, status, headers)
