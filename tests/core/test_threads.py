"""Blocking work leaves the loop; what is short and awaited by a clock doesn't queue behind what is long."""

from __future__ import annotations

import asyncio
import threading

from core.threads import ahead, in_thread


async def test_short_work_passes_a_full_queue_of_long_work() -> None:
    gate = threading.Event()
    long = [asyncio.create_task(in_thread(gate.wait, 10)) for _ in range(20)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(ahead(lambda: "stored"), 5) == "stored"
    assert not any(task.done() for task in long)
    gate.set()
    assert all(await asyncio.gather(*long))
