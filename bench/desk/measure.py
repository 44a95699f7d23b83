"""Asks for pages one after the other, inside the server's own process: no network, all the rest."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

import httpx
from fastapi import FastAPI

from bench.desk.pages import PAGES, TRIVIAL, Asking, Known, Page
from web.console.dependencies import COOKIE

_WARM_UP = 3
_GOOD = frozenset({200, 204})


@dataclass(frozen=True)
class Times:
    """How long a page takes, in milliseconds; `busy` is the p95 of what the process itself computed."""

    name: str
    p50: float
    p95: float
    busy: float


class Missing(Exception):
    """A page answers with something else than itself."""


async def measure(
    app: FastAPI, login: tuple[str, str], known: Known, rounds: int
) -> tuple[Times, list[Times]]:
    """The trivial page, and every page; `rounds` requests each, mixed so that noise meets all alike.

    `login` is the cookie of a log-in and the token that its forms carry.
    """
    trivial = Page(TRIVIAL, "trivial", lambda _known, _chance: TRIVIAL)
    pages = [trivial, *PAGES]
    taken: dict[str, list[tuple[float, float]]] = {page.name: [] for page in pages}
    chance = random.Random(4)
    transport, cookies = httpx.ASGITransport(app), {COOKIE: login[0]}
    headers = {"X-CSRF-Token": login[1]}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk", cookies=cookies, headers=headers
    ) as http:
        for number in range(_WARM_UP + rounds):
            for page in pages:
                asked = await _asked(http, await _address(http, page.choose(known, chance)))
                if number >= _WARM_UP:
                    taken[page.name].append(asked)
    first, *rest = [_times(name, all_of) for name, all_of in taken.items()]
    return first, rest


async def _address(http: httpx.AsyncClient, asking: Asking) -> str:
    if isinstance(asking, str):
        return asking
    return (await http.post("/staff/search", data=asking)).headers["location"]


async def _asked(http: httpx.AsyncClient, url: str) -> tuple[float, float]:
    began, busy = time.perf_counter(), time.process_time()
    answer = await http.get(url)
    taken = (time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000
    if answer.status_code not in _GOOD:
        raise Missing(f"{url}: {answer.status_code}")
    return taken


def _times(name: str, taken: Sequence[tuple[float, float]]) -> Times:
    waited, busy = (quantiles(each, n=20, method="inclusive") for each in zip(*taken, strict=True))
    return Times(name, waited[9], waited[18], busy[18])
