"""Measures one-action FAQ turns through the gateway: `python tests/bot/measure.py URL TOKEN [RASA_PID]`.

Conversations of five turns. With Rasa's pid, its processor time a message is reported too: unlike the other
figures it hardly depends on what else the machine does.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp

TURNS = 5
METADATA = {
    "understanding": {
        "intent": {"name": "faq", "confidence": 0.93},
        "entities": [{"entity": "faq_id", "value": "visit.copier"}],
    },
    "faq": {
        "decision": "answer",
        "faq_id": "visit.copier",
        "candidates": [
            {"faq_id": f"visit.{n}", "question": "복사기를 써도 되나요?", "confidence": 0.9} for n in range(3)
        ],
    },
    "departments": ["general-affairs", "customer-support"],
    "matter": "복사기 써도 되나요?",
    "tried": [],
    "channel": {"name": "web", "form": True},
}


async def conversation(session: aiohttp.ClientSession, url: str, times: list[float]) -> None:
    """One citizen's questions, one after the other."""
    sender = f"{uuid.uuid4().hex}.1"
    for _ in range(TURNS):
        body = {
            "sender": sender,
            "message_id": uuid.uuid4().hex,
            "text": "복사기 써도 되나요?",
            "metadata": METADATA,
        }
        start = time.perf_counter()
        async with session.post(url, json=body) as response:
            assert response.status == 200, await response.text()
            await response.read()
        times.append(time.perf_counter() - start)


async def load(session: aiohttp.ClientSession, url: str, citizens: int, conversations: int) -> dict[str, Any]:
    """`citizens` at once until all conversations are held; milliseconds and messages a second."""
    times: list[float] = []
    waiting = iter(range(conversations))

    async def citizen() -> None:
        for _ in waiting:
            await conversation(session, url, times)

    start = time.perf_counter()
    await asyncio.gather(*(citizen() for _ in range(citizens)))
    seconds = time.perf_counter() - start
    cuts = [1000 * cut for cut in statistics.quantiles(times, n=100)]
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "a second": len(times) / seconds}


def processor_seconds(pid: str) -> float:
    """Processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main(url: str, token: str, pid: str = "self") -> None:
    """Prints a table."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {token}"}, connector=connector
    ) as session:
        await load(session, url, 1, 20)
        for citizens, conversations in ((1, 100), (50, 200)):
            before = processor_seconds(pid)
            result = await load(session, url, citizens, conversations)
            used = processor_seconds(pid) - before
            result["Rasa's processor ms a message"] = 1000 * used / (conversations * TURNS)
            print(citizens, "citizens:", {name: round(value, 1) for name, value in result.items()})  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
