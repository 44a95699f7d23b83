"""Logging in and out."""

from __future__ import annotations

import math
import re
import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core.errors import EungdaeError, TooMany
from core.threads import in_thread
from desk import access, accounts
from web.console.dependencies import COOKIE, Parts, Reader, Sender, address, parts, same
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)

HOME = "/staff"
# Before there is a log-in, a cookie of its own carries the form's token (double submit).
_FORM_COOKIE = "eungdae_login"
_SAFE_PAGE = re.compile(r"/staff(/(?!login|logout)[\w-]+)*(\?[\w=&%.-]*)?", re.ASCII)
_ATTEMPTS, _PER = 30, timedelta(minutes=1)
_STALE = "화면이 오래되어 로그인하지 않았습니다. 다시 시도해 주십시오."
_EXPIRED = "한동안 사용하지 않아 자동으로 로그아웃했습니다. 다시 로그인하시면 보던 화면으로 돌아갑니다."


@router.get("/login")
async def login_page(
    request: Request,
    next: str = HOME,  # noqa: A002
    expired: str = "",
    left: str = "",
) -> Response:
    """The log-in form."""
    line = notice("info", _EXPIRED) if expired else notice("good", "로그아웃했습니다.") if left else None
    return _form(request, next, line)


@router.post("/login")
async def log_in(
    request: Request,
    username: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,  # noqa: A002
    eungdae_login: Annotated[str, Cookie()] = "",
) -> Response:
    """Check the credentials and start a session; any failure shows the form again."""
    needs = parts(request)
    if not eungdae_login or not same(csrf, eungdae_login):
        return _form(request, next, notice("bad", _STALE), username, 403)
    try:
        needs.limiter.hit(f"login:{address(request)}", _ATTEMPTS, _PER)
        token = await in_thread(_start, needs, username, password, address(request))
    except EungdaeError as error:
        await in_thread(_note, needs, None, address(request), "login.refused")
        return _form(request, next, notice("bad", _reason(error)), username, error.status)
    response = RedirectResponse(safe_page(next), 303)
    secure = needs.settings.secure_cookies
    response.set_cookie(COOKIE, token, path=HOME, httponly=True, secure=secure, samesite="strict")
    response.delete_cookie(_FORM_COOKIE, path=f"{HOME}/login")
    return response


@router.post("/logout")
async def log_out(request: Request, visit: Sender) -> Response:
    """End the session."""

    def end() -> None:
        with visit.parts.database.session() as session:
            accounts.end_session(session, request.cookies[COOKIE])
            visit.log(session, "logout", visit.staff.id)

    await in_thread(end)
    response = RedirectResponse(f"{HOME}/login?left=1", 303)
    response.delete_cookie(COOKIE, path=HOME)
    return response


@router.get("/alive")
async def alive(_visit: Reader) -> Response:
    """Activity on a page that otherwise sends nothing: somebody writes a long reply."""
    return Response(status_code=204)


def safe_page(page: str) -> str:
    """The page if it is one of the console's, else the console's first."""
    return page if _SAFE_PAGE.fullmatch(page) else HOME


def _start(needs: Parts, username: str, password: str, where: str) -> str:
    with needs.database.session() as session:
        now = needs.clock.now()
        staff = accounts.authenticate(session, username, password, where, now)
        token, _ = accounts.start_session(session, staff, where, now)
        access.log(session, staff.id, where, "login", staff.id, now)
        return token


def _note(needs: Parts, staff_id: str | None, where: str, action: str) -> None:
    with needs.database.session() as session:
        access.log(session, staff_id, where, action, "", needs.clock.now())


def _reason(error: EungdaeError) -> str:
    if not isinstance(error, TooMany):
        return error.message
    return f"{error.message} 약 {math.ceil(error.retry_after)}초 뒤에 할 수 있습니다."


def _form(
    request: Request, page: str, line: dict[str, str] | None, username: str = "", status: int = 200
) -> Response:
    token = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(24)
    context = {"csrf": token, "next": safe_page(page), "username": username, "notice": line}
    response = render(request, "login.html", context, status)
    secure = request.app.state.settings.secure_cookies
    response.set_cookie(
        _FORM_COOKIE, token, path=f"{HOME}/login", httponly=True, secure=secure, samesite="strict"
    )
    return response
