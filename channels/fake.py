"""A vendor's cloud that runs on this machine: it calls our webhook, takes our calls, and can fail on command.

One subclass in each channel's folder (`channels/<name>/fake.py`) speaks that vendor's protocol:

1. `hook` makes the request by which the vendor brings a citizen's message, proofs and all. The same message
   makes the same request, so that whoever says it twice redelivers it.
2. It adds the vendor's own routes to `app`, and calls `show` in them with what the citizen gets to see.
   Every other call is noted in `received`, and meets the next of `faults`, before a route is reached.
3. `heard` is for vendors who show what the answer to their request carries.
4. `failing` is for vendors whose errors have a shape of their own.

`say` writes as a citizen does; `shown` is what they see. `eungdae demo <name>` serves it with a page like a
phone. Nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal, Self

import httpx
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from channels import phone
from channels.protocol import InboundFile
from channels.settings import ChannelSettings
from core.clock import Clock, SystemClock
from core.secrets import Secrets

FaultKind = Literal["pass", "timeout", "429", "500", "cut", "refuse"]
"""How a call fails; "pass" doesn't, and lets the fault after it meet a later call."""
_HELD = 60.0
"""Seconds that a call which is to time out is held, when it came over the network."""
_LOST = "x-fake-lost"
_IN_PROCESS = "in-process"


@dataclass(frozen=True)
class Fault:
    """One call fails; `taken`: the vendor handles it all the same, and only its answer is lost."""

    kind: FaultKind
    retry_after: float = 0.0
    """Seconds that a 429 or 500 asks us to wait; 0: it doesn't say."""
    taken: bool = False


@dataclass(frozen=True)
class Button:
    """What can be pressed: it sends `said` with `payload`, or opens `link`."""

    label: str
    payload: str | None = None
    said: str = ""
    link: str = ""


@dataclass(frozen=True)
class Shown:
    """One bubble on the citizen's screen; `mine`: they said it themselves."""

    text: str
    buttons: Sequence[Button] = ()
    key: str = ""
    """The vendor's idempotency key of the call that brought it."""
    at: datetime | None = None
    title: str = ""
    image: str = ""
    """Its address, if the bubble is a picture."""
    mine: bool = False


@dataclass(frozen=True)
class Said:
    """A citizen's message on its way to us."""

    sender: str
    text: str
    payload: str | None = None
    message_id: str = ""
    file: InboundFile | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Hook:
    """The request to our webhook."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """A call of ours, as it came; `fault`: how it failed."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    fault: str = ""


class FakeCloud(ABC):
    """One vendor. `webhook` is where our program listens for it."""

    name: ClassVar[str]
    title: ClassVar[str]
    """The vendor's name for people, in Korean."""
    settings: ClassVar[type[ChannelSettings]]
    example: ClassVar[Mapping[str, str]] = {}
    """Settings that configure the channel for this fake; its address comes on top."""
    staff: ClassVar[str] = ""
    """Who writes as this is staff in a channel of their own; empty where they have none."""

    def __init__(
        self, webhook: str, client: httpx.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        self.webhook = webhook
        self.clock = clock or SystemClock()
        self.address = ""
        """Where the fake itself is served, if it is."""
        self.received: list[Received] = []
        self.sent: list[tuple[Said, int]] = []
        """What was brought to the webhook, and the status of its answer; 0: there was none."""
        self.faults: deque[Fault] = deque()
        self.flaws: list[str] = []
        """What of ours the vendor couldn't have shown, and why."""
        self.files: dict[str, InboundFile] = {}
        """The files that citizens sent, by an id, for the vendor's own way of fetching them."""
        self.app = FastAPI(title=self.title, docs_url=None, redoc_url=None, openapi_url=None)
        self.app.middleware("http")(self._meet)
        self.app.include_router(phone.routes(self))
        self._client = client or httpx.AsyncClient(timeout=30.0)
        self._threads: dict[str, list[Shown]] = {}
        self._keys: set[str] = set()

    @classmethod
    def opened(cls, webhook: str, secrets: Secrets) -> Self:
        """The fake that this program is set up to speak with; `secrets` are the program's own."""
        return cls(webhook)

    @abstractmethod
    def hook(self, said: Said) -> Hook:
        """The request that brings the message; its id and moment are always set."""

    def heard(self, said: Said, answer: httpx.Response) -> None:  # noqa: B027 - most show nothing of it
        """Show what the answer to the request carries."""

    def failing(self, fault: Fault) -> Response:
        """The vendor's own way of refusing a call."""
        status = {"429": 429, "500": 500}.get(fault.kind, 400)
        after = {"retry-after": f"{fault.retry_after:g}"} if fault.retry_after else None
        return JSONResponse({"error": fault.kind}, status, after)

    async def say(
        self, sender: str, text: str, payload: str | None = None, message_id: str = "",
        file: InboundFile | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Bring a citizen's message; raises `httpx.HTTPError` where our program doesn't answer."""
        said = Said(sender, text, payload, message_id or secrets.token_hex(12), file, self.clock.now())
        mine = text or (f"({file.name})" if file else "")
        self._threads.setdefault(sender, []).append(Shown(mine, at=said.at, mine=True))
        return await self.bring(said)

    async def bring(self, said: Said) -> httpx.Response:
        """Deliver a message as it stands, whether it was delivered before or not."""
        hook = self.hook(said)
        headers = {"content-type": "application/json"} | dict(hook.headers)
        try:
            answer = await self._client.post(self.webhook, content=hook.body, headers=headers)
        except httpx.HTTPError:
            self.sent.append((said, 0))
            raise
        self.sent.append((said, answer.status_code))
        if answer.is_success:
            self.heard(said, answer)
        return answer

    def shown(self, sender: str) -> list[Shown]:
        """What the citizen got to see, in order, without what they said themselves."""
        return [bubble for bubble in self.thread(sender) if not bubble.mine]

    def thread(self, sender: str) -> list[Shown]:
        """Both sides of the talk, in order."""
        return list(self._threads.get(sender, ()))

    def show(self, sender: str, bubbles: Sequence[Shown], key: str = "") -> bool:
        """Bubbles that came with one call; False: its key is known, so they are on the screen already."""
        if key and key in self._keys:
            return False
        self._keys.add(key)
        now = self.clock.now()
        self._threads.setdefault(sender, []).extend(replace(one, key=key, at=now) for one in bubbles)
        return True

    def fail(self, kind: FaultKind, times: int = 1, retry_after: float = 0.0, taken: bool = False) -> None:
        """The next calls fail."""
        self.faults.extend([Fault(kind, retry_after, taken)] * times)

    def keep(self, file: InboundFile) -> str:
        """A citizen's file, to be fetched by the id that comes back; the same file has the same one."""
        known = next((key for key, kept in self.files.items() if kept == file), None)
        key = known or f"file-{len(self.files) + 1}"
        self.files[key] = file
        return key

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Open what the vendor is reached by besides HTTP, if there is such a thing."""
        yield

    def transport(self) -> httpx.AsyncBaseTransport:
        """Reaches the fake without a port: for tests, which wait for nothing."""
        return _InProcess(self.app)

    async def _meet(self, request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        """Note a call to the vendor's routes, and let it fail if it is to."""
        path = request.url.path
        if path == "/" or path.startswith("/fake/"):
            return await go_on(request)
        fault = self.faults.popleft() if self.faults else None
        body = await request.body()
        headers, kind = dict(request.headers), fault.kind if fault and fault.kind != "pass" else ""
        self.received.append(Received(request.method, path, headers, body, self.clock.now(), kind))
        if fault is None or fault.kind == "pass":
            return await go_on(request)
        if fault.taken:
            await go_on(request)
        if fault.kind in ("timeout", "cut"):
            return await _lost(request, fault.kind)
        return self.failing(fault)


async def _lost(request: Request, kind: str) -> Response:
    if request.client and request.client.host == _IN_PROCESS:
        return Response(headers={_LOST: kind})
    if kind == "timeout":
        await asyncio.sleep(_HELD)
    return _Cut()


class _Cut(Response):
    """An answer that ends before it is whole: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class _InProcess(httpx.ASGITransport):
    def __init__(self, app: FastAPI) -> None:
        super().__init__(app, client=(_IN_PROCESS, 0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if response.headers.get(_LOST) == "timeout":
            raise httpx.ReadTimeout("held", request=request)
        if response.headers.get(_LOST) == "cut":
            raise httpx.RemoteProtocolError("cut", request=request)
        return response
