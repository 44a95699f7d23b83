"""Errors of the console are Korean pages with a way back; a missing log-in leads to the log-in page."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.requests import Request

from core.errors import EungdaeError, Forbidden, Invalid, TooMany, Unauthorized
from web.console.rendering import render

_HEADINGS = {
    403: "이 작업은 할 수 없습니다",
    404: "찾을 수 없습니다",
    409: "다른 사람이 먼저 처리했습니다",
    422: "입력을 확인해 주십시오",
    429: "잠시 후 다시 시도해 주십시오",
    503: "잠시 사용할 수 없습니다",
}


class SignInNeeded(Unauthorized):
    """No log-in, or one that ended; `expired` when there was one."""

    def __init__(self, expired: bool) -> None:
        super().__init__("로그인해 주십시오.")
        self.expired = expired


class NewPasswordNeeded(Forbidden):
    """Somebody else knows the password: nothing is shown before it is changed."""

    def __init__(self) -> None:
        super().__init__("먼저 새 비밀번호를 정해 주십시오.")


class BadToken(Forbidden):
    """A form without its token: from another site, or from a log-in that ended meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "화면이 오래되어 처리하지 않았습니다. 이전 화면을 새로 고친 뒤 다시 시도해 주십시오."
        )


class ConsoleRoute(APIRoute):
    """A route whose errors are shown as pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInNeeded as error:
                return _to_login(request, error)
            except NewPasswordNeeded:
                return _lead(request, "/staff/password")
            except EungdaeError as error:
                return error_response(request, error)
            except RequestValidationError:
                return error_response(request, Invalid("빠진 항목이 있거나 형식이 맞지 않습니다."))

        return guarded


def error_response(request: Request, error: EungdaeError) -> Response:
    """The error as a page, or as one line at the top of the page that htmx is on."""
    headers = {"Retry-After": str(math.ceil(error.retry_after))} if isinstance(error, TooMany) else {}
    if "hx-request" in request.headers:
        reswap = "none" if request.method == "GET" else "innerHTML"
        headers |= {"HX-Retarget": "#alerts", "HX-Reswap": reswap}
        return render(request, "_alert.html", {"message": error.message}, error.status, headers)
    heading = _HEADINGS.get(error.status, "처리하지 못했습니다")
    context = {
        "status": error.status,
        "heading": heading,
        "message": error.message,
        "back": _way_back(request),
    }
    return render(request, "error.html", context, error.status, headers)


def _way_back(request: Request) -> str | None:
    """The page that a form stood on; a page that failed itself has none."""
    return None if request.method == "GET" else _page(request)


def _to_login(request: Request, error: SignInNeeded) -> Response:
    query = {"next": _page(request)} | ({"expired": "1"} if error.expired else {})
    return _lead(request, f"/staff/login?{urlencode(query)}")


def _lead(request: Request, url: str) -> Response:
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": url})
    return RedirectResponse(url, 303)


def _page(request: Request) -> str:
    """The page that the request came from: forms post to a path below their page."""
    if current := request.headers.get("hx-current-url"):
        return urlsplit(current).path
    path = request.url.path
    if request.method != "GET":
        return path.rpartition("/")[0]
    return f"{path}?{request.url.query}" if request.url.query else path
