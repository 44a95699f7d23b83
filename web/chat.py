"""The public chat API over plain HTTP: what the widget uses where no WebSocket gets through."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.protocol import LONGEST_TEXT
from conversations.completion import Outcome
from conversations.tickets import TicketForm
from core.errors import Invalid
from core.threads import in_thread
from desk.consent import current_notice
from desk.kinds import KINDS
from web.composition import House
from web.pages import popular
from web.requests import MINUTE, address_of, house_of, limit_reading, raw, web_channel

router = APIRouter(prefix="/api/chat")

Authorization = Annotated[str, Header()]

LAST_MESSAGE = 2**31 - 1
"""No conversation has more messages: what an INTEGER of the databases holds."""

MESSAGES_A_MINUTE = 30
MESSAGES_A_MINUTE_AN_ADDRESS = 300
SESSIONS_A_MINUTE = 30
TICKETS_AN_HOUR = 10
TICKETS_AN_HOUR_AN_ADDRESS = 60


class TicketBody(BaseModel):
    """The ticket's form as the widget sends it; the desk judges the contents."""

    id: str = Field(min_length=8, max_length=64, pattern=r"^[\w.:-]+$")
    name: str = Field("", max_length=200)
    phone: str | None = Field(None, max_length=100)
    email: str | None = Field(None, max_length=300)
    matter: str = Field("", max_length=10_000)
    reply_needed: bool = True
    consent_version: str = Field("", max_length=40)
    kind: str = Field("inquiry", max_length=20)
    facts: dict[str, Annotated[str, Field(max_length=2_000)]] = Field(default_factory=dict, max_length=10)


class MatterBody(BaseModel):
    """What the citizen has written so far; a matter belongs into no URL."""

    matter: str = Field("", max_length=10_000)


@router.get("/config")
async def config(request: Request) -> dict[str, Any]:
    """What the widget shows before anybody has said anything."""
    house = house_of(request)
    limit_reading(request)
    return {
        "name": house.settings.foundation_name,
        "greeting": "무엇을 도와드릴까요?",
        "phone": house.settings.foundation_phone,
        "suggestions": popular(house),
        "consent": asdict(current_notice()),
        "kinds": [asdict(kind) for kind in KINDS.values()],
    }


@router.post("/session")
async def session(request: Request) -> dict[str, str]:
    """A token for a new visitor."""
    house = house_of(request)
    house.limiter.hit(f"session:{address_of(request)}", SESSIONS_A_MINUTE, MINUTE)
    channel = web_channel(house)
    expires = house.clock.now() + channel.lifetime
    return {"token": channel.issue(), "expires_at": expires.isoformat()}


@router.get("/messages")
async def messages(
    request: Request,
    after: Annotated[int, Query(ge=0, le=LAST_MESSAGE)] = 0,
    authorization: Authorization = "",
) -> dict[str, Any]:
    """What was said after message `after`, and who has the conversation."""
    house = house_of(request)
    visitor = web_channel(house).visitor(authorization.removeprefix("Bearer "))
    limit_reading(request)
    house.limiter.hit(f"read:{visitor}", 4 * MESSAGES_A_MINUTE, MINUTE)
    history = await house.conversations.history("web", visitor, after)
    return {"messages": [said.for_citizen() for said in history.messages], "person": history.person}


@router.post("/messages")
async def send(request: Request) -> dict[str, Any]:
    """One message of the citizen, and the replies to it."""
    house, channel = house_of(request), web_channel(house_of(request))
    body = await raw(request)
    channel.verify(body)
    [inbound] = channel.parse(body)
    limit_messages(house, inbound.sender, address_of(request))
    outcome = await house.conversations.receive(inbound)
    return _told(outcome) | {"message": outcome.message.for_citizen()}


@router.post("/tickets")
async def ticket(request: Request, body: TicketBody, authorization: Authorization = "") -> JSONResponse:
    """The ticket's form, filled in."""
    house = house_of(request)
    visitor = web_channel(house).visitor(authorization.removeprefix("Bearer "))
    hour = timedelta(hours=1)
    house.limiter.hit(f"ticket:{visitor}", TICKETS_AN_HOUR, hour)
    house.limiter.hit(f"ticket:{address_of(request)}", TICKETS_AN_HOUR_AN_ADDRESS, hour)
    if len(body.matter) > LONGEST_TEXT:
        hint = f"문의 내용은 {LONGEST_TEXT:,}자까지 쓰실 수 있습니다."
        raise Invalid("입력하신 내용을 다시 확인해 주십시오.", matter=hint)
    outcome = await house.conversations.submit("web", visitor, TicketForm(**body.model_dump()))
    return JSONResponse(_told(outcome) | {"message": outcome.message.for_citizen()})


@router.post("/matter")
async def matter(request: Request, body: MatterBody, authorization: Authorization = "") -> dict[str, Any]:
    """What the form learns from a matter: its kind, and when the department that it concerns has time."""
    house = house_of(request)
    visitor = web_channel(house).visitor(authorization.removeprefix("Bearer "))
    house.limiter.hit(f"matter:{visitor}", MESSAGES_A_MINUTE, MINUTE)
    house.limiter.hit(f"matter:{address_of(request)}", MESSAGES_A_MINUTE_AN_ADDRESS, MINUTE)
    opening = house.conversations.opening
    kind = await in_thread(opening.suggest, body.matter)
    offered = await in_thread(opening.offered, body.matter)
    return {"kind": kind, "department": offered.department, "days": offered.by_day()}


@router.get("/calendar/{token}.ics")
async def calendar(request: Request, token: Annotated[str, Path(max_length=200)]) -> Response:
    """The booked consultation as a file for the citizen's calendar; the link proves whose it is."""
    limit_reading(request)
    file = await in_thread(house_of(request).conversations.opening.calendar_file, token)
    headers = {"Content-Disposition": 'attachment; filename="consultation.ics"', "Cache-Control": "no-store"}
    return Response(file, media_type="text/calendar", headers=headers)


def limit_messages(house: House, visitor: str, address: str) -> None:
    """Raises `TooMany` when this visitor, or this address, sends too fast."""
    house.limiter.hit(f"message:{visitor}", MESSAGES_A_MINUTE, MINUTE)
    house.limiter.hit(f"message:{address}", MESSAGES_A_MINUTE_AN_ADDRESS, MINUTE)


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"replies": [said.for_citizen() for said in outcome.replies]}
