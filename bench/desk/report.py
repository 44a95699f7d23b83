"""The page docs/desk-performance.md."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from bench.desk.measure import Times
from bench.running import machine

GOAL = 150
"""Milliseconds: p95 of every page on the server."""


def render(held: Mapping[str, int], trivial: Times, pages: Sequence[Times], rounds: int) -> str:
    """The whole page; `held` are the rows of each table."""
    busy = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, niceness {os.nice(0)}"
    late = [page for page in pages if page.p95 > GOAL]
    verdict = f"All {len(pages)} do." if not late else f"{len(late)} of {len(pages)} don't."
    return "\n".join(
        [
            "# How fast the desk is",
            "",
            f"Measured by `make bench-desk` on: {machine()}.",
            "PostgreSQL as it comes, in a folder of its own, on the same cores. Some tickets were opened and",
            "carried through their life by the desk's own code; then the finished ones were copied in the",
            "database, with their events, promises, conversations and search documents, each copy older.",
            "",
            f"Each page was asked for {rounds} times by an administrator, the pages taking turns, in the",
            "server's process: log-in, queries, deciphering and rendering count, the network doesn't. The",
            "ratio is that of the p95 to the p95 of a trivial page (the form for a new password).",
            "",
            f"Load average {busy}: whatever waits for a core stands in the",
            "first two columns. The third, what the server's process itself computed (p95), depends less on",
            "other work; PostgreSQL's part isn't in it.",
            "",
            f"**Goal: p95 ≤ {GOAL} ms for every page. {verdict}**",
            "",
            "| page | p50 | p95 | computed | beside the trivial page |",
            "|---|---|---|---|---|",
            _line(trivial, trivial),
            *(_line(page, trivial) for page in pages),
            "",
            "## What the tables held",
            "",
            "| table | rows |",
            "|---|---|",
            *(f"| {name} | {rows:,} |" for name, rows in held.items()),
            "",
        ]
    )


def _line(page: Times, trivial: Times) -> str:
    mark = "**" if page.p95 > GOAL else ""
    waited = f"{page.p50:.0f} ms | {mark}{page.p95:.0f} ms{mark}"
    return f"| {page.name} | {waited} | {page.busy:.0f} ms | {page.p95 / trivial.p95:.1f}× |"
