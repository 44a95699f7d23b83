"""A stock Rasa rule bot under the same load: its REST channel, and rasa-sdk's own action server."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.load import LOST
from bench.running import ROOT, complete, free_ports, started

PROJECT = ROOT / "bench" / "stock_rasa"
RASA = ROOT / ".venv-rasa" / "bin" / "rasa"
PATIENCE = 120  # seconds


@dataclass(frozen=True)
class StockRasa:
    """The running bot."""

    http: aiohttp.ClientSession

    async def citizen(self) -> Sender:
        """A new sender."""
        return Sender(self.http, str(uuid.uuid4()))


@dataclass(frozen=True)
class Sender:
    """One sender of the REST channel."""

    http: aiohttp.ClientSession
    name: str

    async def ask(self, text: str) -> str:
        """Ask the same question, with the keyword that this bot needs."""
        body = {"sender": self.name, "message": f"문의 {text}"}
        try:
            async with self.http.post("/webhooks/rest/webhook", json=body) as response:
                replies = await response.json() if response.ok else []
        except (aiohttp.ClientError, TimeoutError):
            return LOST
        return "answer" if replies else LOST


@contextlib.asynccontextmanager
async def running(folder: Path, log: Path) -> AsyncIterator[StockRasa]:
    """Train, run and end the bot, in a copy of its project."""
    shutil.copytree(PROJECT, folder)
    rasa, actions = map(str, free_ports(2))
    endpoint = f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n"
    (folder / "endpoints.yml").write_text(endpoint, encoding="utf-8")
    environment = {"RASA_TELEMETRY_ENABLED": "false", "SANIC_HOST": "127.0.0.1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    train = [
        str(RASA),
        "train",
        "--domain",
        "domain.yml",
        "--data",
        "nlu.yml",
        "rules.yml",
        "--out",
        "models",
    ]
    complete(train, folder, environment, log)
    serve_actions = [str(RASA), "run", "actions", "--actions", "stock_actions", "--port", actions]
    serve = [str(RASA), "run", "--interface", "127.0.0.1", "--port", rasa]
    http = aiohttp.ClientSession(
        f"http://127.0.0.1:{rasa}",
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=60),
    )
    async with http:
        with started(serve_actions, folder, environment, log), started(serve, folder, environment, log):
            bot = StockRasa(http)
            await _first_answer(bot)
            yield bot


async def _first_answer(bot: StockRasa) -> None:
    limit = time.perf_counter() + PATIENCE
    while time.perf_counter() < limit:
        if await (await bot.citizen()).ask("안녕하세요") != LOST:
            return
        await asyncio.sleep(0.5)
    raise TimeoutError("the stock bot gives no answer")
