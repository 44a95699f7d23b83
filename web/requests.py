"""What the routes need of a request."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import HTTPConnection, Request

from channels import protocol
from channels.web.adapter import WebChannel
from web.composition import House

MINUTE = timedelta(minutes=1)
READS_A_MINUTE_AN_ADDRESS = 1200


def house_of(connection: HTTPConnection) -> House:
    """The house that the application was made for."""
    house = connection.app.state.house
    assert isinstance(house, House)  # noqa: S101 - for the type checker
    return house


def web_channel(house: House) -> WebChannel:
    """The widget's channel."""
    channel = house.channels["web"]
    assert isinstance(channel, WebChannel)  # noqa: S101 - for the type checker
    return channel


def address_of(connection: HTTPConnection) -> str:
    """The address of whoever asks; behind a trusted proxy uvicorn has put the forwarded one here."""
    return connection.client.host if connection.client else "-"


def limit_reading(connection: HTTPConnection) -> None:
    """Raises `TooMany` when an address reads pages and messages too fast for people behind one router."""
    house_of(connection).limiter.hit(f"read:{address_of(connection)}", READS_A_MINUTE_AN_ADDRESS, MINUTE)


async def raw(request: Request) -> protocol.Request:
    """The request as channels read it."""
    return protocol.Request(
        await request.body(),
        dict(request.headers),
        request.method,
        dict(request.query_params),
        address_of(request),
        house_of(request).clock.now(),
    )
