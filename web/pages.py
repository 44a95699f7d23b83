"""The public pages: the demo site, and errors that help."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.templating import Jinja2Templates
from starlette.requests import Request
from starlette.responses import Response

from core.clock import SEOUL
from web.composition import House
from web.requests import house_of, limit_reading

router = APIRouter()

_templates = Jinja2Templates(Path(__file__).parent / "templates")


@router.get("/")
async def home(request: Request) -> Response:
    """The foundation's sample home page, with the chat widget."""
    house = house_of(request)
    limit_reading(request)
    context = {"foundation": _foundation(house), "popular": [{"question": text} for text in popular(house)]}
    return _templates.TemplateResponse(request, "public/home.html", context)


def public_page(request: Request, template: str, context: Mapping[str, Any]) -> Response:
    """A page of `templates/public/` with the foundation's name, telephone and address."""
    everywhere = {"foundation": _foundation(house_of(request))}
    return _templates.TemplateResponse(request, f"public/{template}", everywhere | dict(context))


def popular(house: House) -> list[str]:
    """The questions that the operator chose as an invitation to ask, those that are valid today."""
    today = house.clock.now().astimezone(SEOUL).date()
    chosen = (house.faq.entry(faq_id) for faq_id in house.settings.popular)
    return [entry.question for entry in chosen if entry and entry.valid_on(today)]


def error_page(request: Request, status: int, message: str, headers: dict[str, str] | None) -> Response:
    """The error as a page, with a way to a person."""
    context = {"foundation": _foundation(house_of(request)), "status": status, "message": message}
    return _templates.TemplateResponse(
        request, "public/error.html", context, status_code=status, headers=headers
    )


def _foundation(house: House) -> dict[str, Any]:
    settings = house.settings
    return {
        "name": settings.foundation_name,
        "phone": settings.foundation_phone,
        "address": settings.foundation_address,
    }
