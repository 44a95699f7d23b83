"""Blocking work (database, encoder) leaves the event loop through here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Few threads: SQLite has one writer, the machine few cores, and each waiting thread costs memory.
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="work")

_first = ThreadPoolExecutor(max_workers=1, thread_name_prefix="first")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `function` in a worker thread and return its result."""
    return await asyncio.get_running_loop().run_in_executor(_pool, partial(function, *args, **kwargs))


async def ahead(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Like `in_thread`, past the queue of long work: for what is short, and awaited by a clock."""
    return await asyncio.get_running_loop().run_in_executor(_first, partial(function, *args, **kwargs))
