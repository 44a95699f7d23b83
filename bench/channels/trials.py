"""The trials: a calm crowd, a crowd while Rasa dies, and crowds at two doors while the web process dies."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from starlette.types import ASGIApp

from bench.channels.accounting import Account, account, undone, waiting
from bench.channels.citizens import Crowd
from bench.channels.house import House, running
from bench.channels.log import Log, read
from bench.questions import distinct
from bench.running import ROOT, free_ports
from channels.kakao.fake import FakeKakao
from channels.line.fake import FakeLine
from channels.registry import build_channels
from core.clock import SystemClock
from core.tokens import Signer

THINKS = (4.0, 16.0)
"""Seconds between an answer and the next message: people read, and type on a telephone."""
HURRIES = (0.2, 2.0)
"""The same while the web process dies: something has to be under way at any moment."""
_QUIET_FOR = 5.0
"""Seconds without anything under way that are a rest."""
_ROUNDS = 3
"""So often is asked for what waits: an answer to that may be late as well."""
_REST_WITHIN = 300.0
"""Seconds: what a dead process was sending waits until its lease runs out."""


@dataclass(frozen=True)
class Trial:
    """What one trial showed; `seconds` of each answer to Kakao, sorted."""

    name: str
    citizens: int
    lasted: float
    seconds: Sequence[float]
    kills: int
    account: Account

    @property
    def longest(self) -> float:
        """Seconds."""
        return self.seconds[-1] if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """In seconds: at most this long took `share` (0 to 1) of the answers."""
        return (
            self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))] if self.seconds else 0.0
        )


async def under_load(folder: Path, citizens: int, seconds: float, chance: random.Random) -> Trial:
    """Citizens at Kakao, and nothing goes wrong."""
    async with _opened(folder, chance, THINKS) as (house, crowds):
        await crowds[0].live(citizens, seconds)
        await _rest(house, crowds[:1])
    return _trial("calm", folder, citizens, seconds, 0)


async def killing_rasa(
    folder: Path, citizens: int, seconds: float, every: float, chance: random.Random
) -> Trial:
    """The same while Rasa is killed and started again."""
    async with _opened(folder, chance, THINKS) as (house, crowds):
        lives = asyncio.create_task(crowds[0].live(citizens, seconds))
        kills = 0
        while not lives.done():
            await asyncio.wait([lives], timeout=every)
            if not lives.done():
                house.rasa.kill()
                house.rasa.start()
                kills += 1
        await lives
        await house.rasa.ready()
        await _rest(house, crowds[:1])
    return _trial("Rasa killed", folder, citizens, seconds, kills)


async def killing_web(folder: Path, citizens: int, kills: int, chance: random.Random) -> Trial:
    """Citizens at Kakao and at LINE while the web process is killed at random moments."""
    async with _opened(folder, chance, HURRIES) as (house, crowds):
        began = time.monotonic()
        lives = [asyncio.create_task(crowd.live(citizens // 2, 86_400)) for crowd in crowds]
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.0, 4.0))
            house.web.kill()
            house.web.start()
            await house.web.ready()
        for crowd in crowds:
            crowd.go_home()
        await asyncio.gather(*lives)
        await _rest(house, crowds)
        lasted = time.monotonic() - began
    return _trial("web killed", folder, citizens, lasted, kills)


def _trial(name: str, folder: Path, citizens: int, lasted: float, kills: int) -> Trial:
    said, _ = read(folder / "log.jsonl")
    seconds = sorted(one.seconds for one in said if one.channel == "kakao" and one.status == 200)
    return Trial(name, citizens, lasted, seconds, kills, account(folder / "data", folder / "log.jsonl"))


async def _rest(house: House, crowds: Sequence[Crowd]) -> None:
    """Everything that is under way comes to its end; then the screens are written down."""
    await _come_to_rest(house)
    for _ in range(_ROUNDS):
        for crowd in crowds:
            await crowd.ask_what_waits(waiting(house.settings.data_dir, crowd.fake.name))
        await _come_to_rest(house)
    for crowd in crowds:
        crowd.finish()


async def _come_to_rest(house: House) -> None:
    limit = time.monotonic() + _REST_WITHIN
    await asyncio.sleep(_QUIET_FOR)
    while await asyncio.to_thread(undone, house.settings.data_dir) and time.monotonic() < limit:  # noqa: ASYNC110
        await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def _opened(
    folder: Path, chance: random.Random, pause: tuple[float, float]
) -> AsyncIterator[tuple[House, list[Crowd]]]:
    """A house with the doors of Kakao and LINE, their fakes, and a crowd (of nobody yet) at each."""
    folder.mkdir(parents=True)
    [port] = free_ports(1)
    settings = {**FakeLine.example, "EUNGDAE_LINE_API": f"http://127.0.0.1:{port}"}
    async with running(folder / "data", folder / "house.log", settings) as house, _client() as client:
        os.environ.update(settings)  # the fakes and the parsers of this process read what the program reads
        signer = Signer(house.secrets.signing_key, SystemClock())
        channels = build_channels(house.settings, house.secrets, signer, client)
        kakao = FakeKakao(f"{house.url}/channels/kakao", client, secret=house.secrets.kakao_secret)
        line = FakeLine(f"{house.url}/channels/line", client)
        log, questions = Log(folder / "log.jsonl"), itertools.cycle(distinct(ROOT / "faq" / "corpus"))
        async with _served(line.app, port):
            yield (
                house,
                [
                    Crowd(kakao, channels["kakao"], log, questions, pause, False, chance),
                    Crowd(line, channels["line"], log, questions, pause, True, chance),
                ],
            )


def _client() -> httpx.AsyncClient:
    """Kakao waits five seconds, and so does whoever stands in for it."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(timeout=5.0, trust_env=False, limits=limits)


@contextlib.asynccontextmanager
async def _served(app: ASGIApp, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    yield
    server.should_exit = True
    await serving
