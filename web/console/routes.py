"""All routes of the console."""

from __future__ import annotations

from typing import NoReturn

from fastapi import APIRouter

from core.errors import NotFound
from web.console import (
    access,
    board,
    calendar,
    callback,
    conversations,
    deliveries,
    directory,
    directory_files,
    drafts,
    faq,
    handoffs,
    login,
    notices,
    password,
    people,
    promises,
    routing,
    search,
    suggestions,
    templates_page,
    ticket_files,
    ticket_forms,
    tickets,
    verdicts,
)
from web.console.errors import ConsoleRoute

# Longest: a reply of 4,000 characters, percent-encoded.
_LARGEST_FORM = 64 * 1024

router = APIRouter(include_in_schema=False)
_unknown = APIRouter(prefix="/staff", route_class=ConsoleRoute)


@_unknown.get("/{path:path}", response_model=None)
async def unknown(path: str) -> NoReturn:
    """A page that isn't there gets an error page that leads back."""
    raise NotFound("주소가 바뀌었거나 없는 화면입니다.")


_PARTS = (
    login,
    password,
    board,
    tickets,
    ticket_forms,
    deliveries,
    suggestions,
    drafts,
    handoffs,
    templates_page,
    callback,
    conversations,
    search,
    faq,
    verdicts,
    calendar,
    notices,
    promises,
    access,
    people,
    directory,
    routing,
)
router.include_router(directory_files.router, max_body_size=directory_files.LARGEST_UPLOAD)
router.include_router(ticket_files.router, max_body_size=ticket_files.LARGEST_UPLOAD)
for part in _PARTS:
    router.include_router(part.router, max_body_size=_LARGEST_FORM)
router.include_router(_unknown)
