"""The fakes' page like a phone, and the switches behind it: for people and for scripts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import httpx
from fastapi import APIRouter
from pydantic import Base64Bytes, BaseModel, Field
from starlette.responses import HTMLResponse, JSONResponse, Response

from channels.protocol import LARGEST_FILE, LONGEST_TEXT, InboundFile

if TYPE_CHECKING:
    from channels.fake import FakeCloud, Shown

_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    ),
    "cache-control": "no-store",
}


class _File(BaseModel):
    name: str
    media_type: str = ""
    content: Base64Bytes = Field(max_length=LARGEST_FILE * 2)


class _Say(BaseModel):
    sender: str = Field(min_length=1, max_length=70)
    text: str = Field("", max_length=LONGEST_TEXT * 2)
    payload: str | None = None
    message_id: str = ""
    file: _File | None = None


class _Faults(BaseModel):
    kind: Literal["pass", "timeout", "429", "500", "cut", "refuse"]
    times: int = Field(1, ge=1, le=10_000)
    retry_after: float = Field(0.0, ge=0)
    taken: bool = False


def routes(cloud: FakeCloud) -> APIRouter:
    """`GET /` is the page; what is under `/fake/` serves it, and scripts."""
    router = APIRouter()
    phone = _Phone(cloud)
    router.get("/", response_class=HTMLResponse)(phone.page)
    router.post("/fake/say")(phone.say)
    router.get("/fake/thread")(phone.thread)
    router.get("/fake/shown")(phone.shown)
    router.post("/fake/faults")(phone.faults)
    router.get("/fake/log")(phone.log)
    return router


class _Phone:
    def __init__(self, cloud: FakeCloud) -> None:
        self._cloud = cloud

    async def page(self) -> Response:
        """What a citizen holds in their hand."""
        page = files("channels").joinpath("phone.html").read_text(encoding="utf-8")
        page = page.replace("{{name}}", html.escape(self._cloud.name))
        page = page.replace("{{staff}}", html.escape(self._cloud.staff))
        return HTMLResponse(page.replace("{{title}}", html.escape(self._cloud.title)), headers=_HEADERS)

    async def say(self, said: _Say) -> Response:
        """The status of our program's answer; 502 where it gave none."""
        given = said.file
        file = InboundFile(given.name, given.media_type, given.content) if given else None
        try:
            answer = await self._cloud.say(said.sender, said.text, said.payload, said.message_id, file)
        except httpx.HTTPError as error:
            return JSONResponse({"status": 0, "error": type(error).__name__}, 502)
        return JSONResponse({"status": answer.status_code})

    async def thread(self, sender: str) -> list[dict[str, Any]]:
        """Both sides of the talk."""
        return _plain(self._cloud.thread(sender))

    async def shown(self, sender: str) -> list[dict[str, Any]]:
        """What the citizen got to see."""
        return _plain(self._cloud.shown(sender))

    async def faults(self, faults: _Faults) -> dict[str, int]:
        """The next calls of our program fail; how many will, all told."""
        self._cloud.fail(faults.kind, faults.times, faults.retry_after, faults.taken)
        return {"faults": len(self._cloud.faults)}

    async def log(self) -> dict[str, list[dict[str, Any]]]:
        """Every message that was brought, and every call that came, in their order."""
        return {
            "sent": [
                {"sender": said.sender, "message_id": said.message_id, "at": said.at, "status": status}
                for said, status in self._cloud.sent
            ],
            "received": [
                {"method": call.method, "path": call.path, "at": call.at, "fault": call.fault}
                for call in self._cloud.received
            ],
        }


def _plain(bubbles: Sequence[Shown]) -> list[dict[str, Any]]:
    return [asdict(bubble) for bubble in bubbles]
