"""Three costs of Rasa that buy nothing, removed. Profiling found them; docs/rasa.md has the figures."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import aiohttp
from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

ACTION_TIMEOUT_S = 15.0
IDLE_S = 4.0  # less than uvicorn's 5 s, so that no call meets a connection that is just being closed


def compile_the_schema_once() -> None:
    """Rasa checks the *schema* of action results at every call (22 ms), though only the result varies."""
    validator = Draft7Validator(RemoteAction.action_response_format_spec())

    def validate(_: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate  # noqa: SLF001  (Rasa offers no other way)


def remember_event_classes() -> None:
    """Rasa walks all event classes for each event it reads back: that is what a long conversation costs."""
    Event.resolve_by_type = staticmethod(lru_cache(Event.resolve_by_type))


class KeepAliveEndpoint(EndpointConfig):
    """Connections that stay open, and a bound on their time: stock is a new one a call, and 300 s."""

    def __init__(self, endpoint: EndpointConfig) -> None:
        """Takes the settings of `endpoint`."""
        super().__init__(endpoint.url, headers=endpoint.headers, **endpoint.kwargs)
        self._session: aiohttp.ClientSession | None = None

    async def request(self, method: str = "post", **arguments: Any) -> Any:
        """Posts `json` to the action server and returns its JSON.

        Raises:
            ClientResponseError: the server answered with an error.
            aiohttp.ClientError, asyncio.TimeoutError: it didn't answer.
        """
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_S)
            timeout = aiohttp.ClientTimeout(total=ACTION_TIMEOUT_S)
            self._session = aiohttp.ClientSession(connector=connector, headers=self.headers, timeout=timeout)
        # rasa-sdk 3.21 refuses a call without a domain; Rasa leaves it out where it isn't asked for.
        call = {"domain": {}, **arguments["json"]}
        async with self._session.request(method, self.url, json=call) as response:
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason, await response.read())
            return await response.json()
