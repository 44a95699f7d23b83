"""One route for all messengers: verify, parse, handle each event, render."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from channels.protocol import (
    FETCH_REPLY,
    Acknowledges,
    Answered,
    Channel,
    Event,
    Forget,
    HandedBack,
    Ignored,
    Inbound,
    StaffAct,
    Typing,
    Undelivered,
)
from channels.protocol import (
    Request as Call,
)
from conversations import late as late_answers
from conversations import replies, transfers
from core.errors import EungdaeError, Invalid, NotFound, TooMany
from core.threads import in_thread
from web.composition import House
from web.requests import MINUTE, address_of, house_of, raw

router = APIRouter(prefix="/channels")

AT_ONCE = 2.0
"""Seconds that a vendor waits who doesn't say how long it would; the message is stored by then."""
REQUESTS_A_MINUTE = 30
REQUESTS_A_MINUTE_AN_ADDRESS = 3000

_LARGE = 64 * 1024
"""Bytes: to parse more could hold up everybody else."""

ignored: Counter[str] = Counter()
"""Requests that were deliberately ignored, by channel and reason."""

_JSON = "application/json;charset=UTF-8"
"""As one of the vendors asks for; to the others it is the same."""
_WAIT = "답변을 준비하고 있습니다. 잠시 후 아무 말씀이나 보내 주시면 이어서 알려 드리겠습니다."
_NOTHING_NEW = "새로 도착한 답변이 없습니다. 궁금하신 점을 말씀해 주십시오."


@router.api_route("/{name}", methods=["GET", "POST"])
async def receive(name: str, request: Request) -> Response:
    """What a vendor sends; the answer is that to the last of its events."""
    house = house_of(request)
    channel = house.channels.get(name)
    if channel is None or name == "web":
        raise NotFound("등록되지 않은 채널입니다.")
    house.limiter.hit(f"{name}:{address_of(request)}", REQUESTS_A_MINUTE_AN_ADDRESS, MINUTE)
    call = await raw(request)
    channel.verify(call)
    until = asyncio.get_running_loop().time() + (channel.abilities.seconds or AT_ONCE)
    answer: str | dict[str, Any] = {}
    for event in await parsed(channel, call):
        answer = await handle(house, channel, event, until)
    return PlainTextResponse(answer) if isinstance(answer, str) else JSONResponse(answer, media_type=_JSON)


async def parsed(channel: Channel, call: Call) -> Sequence[Event]:
    """What the channel reads in the request; it may take seconds, and nobody else waits for it."""
    return await in_thread(channel.parse, call) if len(call.body) > _LARGE else channel.parse(call)


async def handle(house: House, channel: Channel, event: Event, until: float) -> str | dict[str, Any]:
    """Do what one event calls for; the answer to it is wanted at `until`, by the event loop's time."""
    match event:
        case Ignored(reason):
            ignored[f"{channel.name}: {reason}"] += 1
        case Answered(body):
            return body if isinstance(body, str) else dict(body)
        case Typing(name, sender):
            await house.conversations.typing(name, sender)
        case Undelivered():
            await house.conversations.came_back(event)
        case StaffAct():
            left = until - asyncio.get_running_loop().time()
            return dict(await house.staff_acts.take(event, max(0.0, left)))
        case Forget():
            await house.conversations.forget(event)
        case HandedBack(name, sender):
            await transfers.hand_back(house.database, house.hub, name, sender)
        case Inbound():
            return await _answer(house, channel, event, until)
    return {}


async def _answer(house: House, channel: Channel, inbound: Inbound, until: float) -> dict[str, Any]:
    """`until`: the event loop's time at which the vendor wants the answer to the whole request."""
    try:
        house.limiter.hit(f"{channel.name}:{inbound.sender}", REQUESTS_A_MINUTE, MINUTE)
        left = max(0.0, until - asyncio.get_running_loop().time())
        if inbound.payload == FETCH_REPLY and channel.abilities.inline:
            return await _fetch(house, channel, inbound, left)
        outcome = await house.conversations.receive_within(inbound, left)
    except (Invalid, TooMany) as error:
        return await _say(house, channel, inbound, error)
    if outcome and channel.abilities.inline:
        return channel.render(outcome.spoken)
    return _acknowledge(channel, inbound, late=outcome is None)


def _acknowledge(channel: Channel, inbound: Inbound, late: bool) -> dict[str, Any]:
    if isinstance(channel, Acknowledges) and (body := channel.acknowledge(inbound, late)):
        return dict(body)
    return channel.render([replies.text(_WAIT)]) if channel.abilities.inline else {}


async def _fetch(house: House, channel: Channel, inbound: Inbound, seconds: float) -> dict[str, Any]:
    """The button under "please wait" says nothing: it isn't kept, and brings what came meanwhile."""
    found = await late_answers.fetch(house.conversations, channel.name, inbound.sender, seconds)
    if found is None:
        # A way back would never be used: the answer that is awaited belongs to another request.
        return _acknowledge(channel, replace(inbound, way_back=""), late=True)
    return channel.render(found or [replies.text(_NOTHING_NEW)])


async def _say(house: House, channel: Channel, inbound: Inbound, error: EungdaeError) -> dict[str, Any]:
    """A messenger shows nothing of an error status, so the reason is said."""
    reply = replies.text(error.message)
    if channel.abilities.inline:
        return channel.render([reply])
    await house.conversations.refuse(inbound, reply)
    return {}
