"""Eungdae under measurement: `make run` on a prepared checkout, with data of its own."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from bench.load import LOST
from bench.running import ROOT, complete, free_ports, peak_memory, require_alive, started

PATIENCE = 120  # seconds
READY = "응대를 시작했습니다"  # what `run` says when every part is ready


@dataclass(frozen=True)
class Eungdae:
    """The running program, through its public chat API."""

    http: aiohttp.ClientSession
    process: subprocess.Popen[bytes]
    until_first_answer: float  # seconds since `make run`
    until_ready: float  # seconds since `make run`; the dialogue engine may come after the first answer

    async def citizen(self) -> Visitor:
        """A new visitor's session."""
        async with self.http.post("/api/chat/session", json={}) as response:
            response.raise_for_status()
            return Visitor(self.http, (await response.json())["token"])

    def memory(self) -> dict[str, int]:
        """Each process's peak resident memory in MB."""
        return peak_memory(self.process.pid)


@dataclass(frozen=True)
class Visitor:
    """One visitor of the website."""

    http: aiohttp.ClientSession
    token: str

    async def ask(self, text: str) -> str:
        """Ask as the widget does; the kind of the first reply."""
        body = {"id": str(uuid.uuid4()), "text": text}
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self.http.post("/api/chat/messages", json=body, headers=headers) as response:
                replies = (await response.json())["replies"] if response.ok else []
        except (aiohttp.ClientError, TimeoutError):
            return LOST
        return str(replies[0]["kind"]) if replies else LOST


@contextlib.asynccontextmanager
async def running(data_dir: Path, log: Path, first_question: str) -> AsyncIterator[Eungdae]:
    """Prepare, run and end Eungdae."""
    web, rasa, actions = map(str, free_ports(3))
    environment = {
        "EUNGDAE_DATA_DIR": str(data_dir),
        "EUNGDAE_PORT": web,
        "EUNGDAE_RASA_PORT": rasa,
        "EUNGDAE_ACTIONS_PORT": actions,
        "EUNGDAE_RATE_LIMITS": "off",
        "DATABASE_URL": "",
    }
    complete(["make", "setup"], ROOT, environment, log)
    http = aiohttp.ClientSession(
        f"http://127.0.0.1:{web}",
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=30),
    )
    async with http:
        began = time.perf_counter()
        with started(["make", "run"], ROOT, environment, log) as process:
            waiting = Eungdae(http, process, 0, 0)
            await _first_answer(waiting, first_question)
            answered = time.perf_counter() - began
            await _said(log, READY)
            yield replace(waiting, until_first_answer=answered, until_ready=time.perf_counter() - began)


async def _first_answer(bot: Eungdae, question: str) -> None:
    limit = time.perf_counter() + PATIENCE
    while time.perf_counter() < limit:
        require_alive(bot.process)
        with contextlib.suppress(aiohttp.ClientError):
            if await (await bot.citizen()).ask(question) == "answer":
                return
        await asyncio.sleep(0.1)
    raise TimeoutError("no first answer")


async def _said(log: Path, text: str) -> None:
    limit = time.perf_counter() + PATIENCE
    while text not in log.read_text(encoding="utf-8", errors="replace"):
        if time.perf_counter() > limit:
            raise TimeoutError(f"never said: {text}")
        await asyncio.sleep(0.05)
