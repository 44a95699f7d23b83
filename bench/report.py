"""docs/performance.md, written from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.load import LOST, Measured


@dataclass(frozen=True)
class Results:
    """All that one run of the bench found."""

    machine: str
    first_answer: float  # seconds since `make run`
    all_ready: float  # seconds since `make run`
    single: Measured
    distinct: Measured
    repeated: Measured
    stock_single: Measured
    stock_many: Measured
    memory: Mapping[str, int]  # MB, peak, by process

    @property
    def lost(self) -> int:
        """Questions to Eungdae that got no reply."""
        return sum(measured.kinds[LOST] for measured in (self.single, self.distinct, self.repeated))

    @property
    def goals(self) -> Sequence[tuple[str, str, str, bool]]:
        """What was promised: its name, the promise, what was measured, and whether it was kept."""
        latency = [
            (f"{name} of a reply, one citizen at a time", limit, self.single.percentile(share))
            for name, share, limit in (("p50", 0.5, 30), ("p95", 0.95, 60), ("p99", 0.99, 120))
        ]
        web = max((size for name, size in self.memory.items() if name.startswith("web")), default=0)
        return [
            *((name, f"≤ {limit} ms", f"{value:.1f} ms", value <= limit) for name, limit, value in latency),
            _rate("distinct questions, 50 citizens at once", 50, self.distinct.per_second),
            _rate("repeated questions, 50 citizens at once", 100, self.repeated.per_second),
            ("lost questions", "0", str(self.lost), self.lost == 0),
            (
                "`make run` to the first answer",
                "≤ 25 s",
                f"{self.first_answer:.1f} s",
                self.first_answer <= 25,
            ),
            ("`make run` to everything ready", "≤ 25 s", f"{self.all_ready:.1f} s", self.all_ready <= 25),
            ("web process, peak memory", "< 900 MB", f"{web} MB", 0 < web < 900),
        ]


def _rate(name: str, least: float, value: float) -> tuple[str, str, str, bool]:
    return name, f"≥ {least:g} a second", f"{value:.0f} a second", value >= least


PAGE = """\
# Performance

Measured by `make bench` on: {machine}.
The load generator runs on the same cores, so the ratios say more than the numbers. The questions are the
corpus's wordings with other words around them; none was asked before, except in the load that repeats.

| promise | goal | measured | kept |
|---|---|---|---|
{goals}

## Beside a stock Rasa rule bot

The same questions in the same run, put to Rasa as it comes: keyword NLU, RulePolicy, one custom action with
a fixed answer, REST channel, trackers in memory. Eungdae also searches, decides, masks and stores.

| | p50 | p95 | p99 | 50 at once, answers a second |
|---|---|---|---|---|
{beside}

## What became of the questions

| load | replies | lost | by kind |
|---|---|---|---|
{kinds}

## Peak memory

| process | MB |
|---|---|
{memory}
"""


def render(results: Results) -> str:
    """The page."""
    beside = [
        _row("Eungdae", results.single, results.distinct),
        _row("stock Rasa", results.stock_single, results.stock_many),
        _ratios(results),
    ]
    kinds = [
        _kinds("one citizen at a time", results.single),
        _kinds("50 at once, distinct", results.distinct),
        _kinds("50 at once, repeated", results.repeated),
        _kinds("stock Rasa, one at a time", results.stock_single),
        _kinds("stock Rasa, 50 at once", results.stock_many),
    ]
    return PAGE.format(
        machine=results.machine,
        goals="\n".join(_goal(*goal) for goal in results.goals),
        beside="\n".join(beside),
        kinds="\n".join(kinds),
        memory="\n".join(f"| {name} | {size} |" for name, size in sorted(results.memory.items())),
    )


def _goal(name: str, goal: str, value: str, kept: bool) -> str:
    return f"| {name} | {goal} | {value} | {'yes' if kept else '**no**'} |"


def _row(name: str, single: Measured, many: Measured) -> str:
    times = " | ".join(f"{single.percentile(share):.1f} ms" for share in (0.5, 0.95, 0.99))
    return f"| {name} | {times} | {many.per_second:.0f} |"


def _ratios(results: Results) -> str:
    stock, ours = results.stock_single, results.single
    times = " | ".join(
        f"{stock.percentile(share) / ours.percentile(share):.1f}×" for share in (0.5, 0.95, 0.99)
    )
    more = results.distinct.per_second / results.stock_many.per_second
    return f"| Eungdae is faster by | {times} | {more:.1f}× |"


def _kinds(name: str, measured: Measured) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in measured.kinds.most_common() if kind != LOST)
    return f"| {name} | {len(measured.seconds)} | {measured.kinds[LOST]} | {kinds} |"
