"""What a citizen opens from a reply: the files that came with it."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response
from starlette.requests import Request

from core.threads import in_thread
from desk import access
from desk.attachments import File
from web.composition import House
from web.requests import address_of, house_of, limit_reading

router = APIRouter()


@router.get("/files/{token}")
async def file(request: Request, token: str) -> Response:
    """The file behind a link of ours; 404 for any other token, and for a link that has ended."""
    limit_reading(request)
    found = await in_thread(_read, house_of(request), token, address_of(request))
    return download(found)


def download(file: File) -> Response:
    """The file as something to keep, never to be shown inside our own pages."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)


def _read(house: House, token: str, address: str) -> File:
    attachment_id = house.links.file_of(token)
    with house.database.session() as session:
        access.log(session, None, address, "file.read", attachment_id, house.clock.now())
        return house.attachments.read(session, attachment_id)
