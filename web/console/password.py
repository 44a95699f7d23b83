"""Changing one's own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from core import first_login
from core.errors import EungdaeError, Invalid, Unauthorized
from core.threads import in_thread
from desk import accounts, passwords
from web.console.dependencies import COOKIE, Reader, Sender, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)


@router.get("/password")
async def password_page(request: Request, visit: Reader) -> Response:
    """The form."""
    return _form(request, visit)


@router.post("/password")
async def change_password(
    request: Request,
    visit: Sender,
    current: Annotated[str, Form(max_length=256)],
    new: Annotated[str, Form(max_length=256)],
    again: Annotated[str, Form(max_length=256)],
) -> Response:
    """Set the new password, and end the account's other log-ins."""
    try:
        if new != again:
            raise Invalid("새 비밀번호와 확인이 서로 다릅니다.")
        if new == current:
            raise Invalid("지금과 다른 비밀번호를 정해 주십시오.")
        await in_thread(_change, visit, current, new, request.cookies[COOKIE])
    except Unauthorized:
        return _form(request, visit, Invalid("현재 비밀번호가 맞지 않습니다."))
    except EungdaeError as error:
        return _form(request, visit, error)
    return RedirectResponse("/staff/password?done=password", 303)


def _change(visit: Visit, current: str, new: str, token: str) -> None:
    with visit.parts.database.session() as session:
        # The same slow-down as at the log-in: an open screen is no place to guess the password.
        staff = accounts.authenticate(session, visit.staff.username, current, visit.address, visit.now)
        accounts.set_password(session, staff, new, keep_token=token)
        visit.log(session, "password.change", staff.id)
    first_login.forget(visit.parts.settings.data_dir, staff.username)


def _form(request: Request, visit: Visit, error: EungdaeError | None = None) -> Response:
    context = {"visit": visit, "section": "password", "shortest": passwords.SHORTEST}
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "password.html", context, error.status if error else 200)
