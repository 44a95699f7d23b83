"""One route for all messengers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from channels.protocol import Channel, Ignored
from conversations import replies
from core.errors import EungdaeError, Invalid, NotFound, TooMany
from web.requests import MINUTE, address_of, house_of, raw

router = APIRouter(prefix="/channels")

BUDGET = 4.0
"""Seconds within which a messenger gets its answer: Kakao hangs up after 5."""
REQUESTS_A_MINUTE = 30
REQUESTS_A_MINUTE_AN_ADDRESS = 3000

ignored: Counter[str] = Counter()
"""Requests that were deliberately ignored, by channel and reason."""


@router.post("/{name}")
async def receive(name: str, request: Request) -> dict[str, Any]:
    """Verify, parse, handle, render."""
    house = house_of(request)
    channel = house.channels.get(name)
    if channel is None or name == "web":
        raise NotFound("등록되지 않은 채널입니다.")
    house.limiter.hit(f"{name}:{address_of(request)}", REQUESTS_A_MINUTE_AN_ADDRESS, MINUTE)
    body = await raw(request)
    channel.verify(body)
    inbound = channel.parse(body)
    if isinstance(inbound, Ignored):
        ignored[f"{name}: {inbound.reason}"] += 1
        return {}
    try:
        house.limiter.hit(f"{name}:{inbound.sender}", REQUESTS_A_MINUTE, MINUTE)
        outcome = await house.conversations.receive_within(inbound, BUDGET)
    except (Invalid, TooMany) as error:
        return _say(channel, error)
    if outcome is None:
        words = "답변을 준비하고 있습니다. 잠시 후 아무 말씀이나 보내 주시면 이어서 알려 드리겠습니다."
        return channel.render([replies.text(words)])
    return channel.render(outcome.spoken)


def _say(channel: Channel, error: EungdaeError) -> dict[str, Any]:
    """A messenger shows nothing of an error status, so the reason is said."""
    return channel.render([replies.text(error.message)])
