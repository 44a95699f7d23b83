"""docs/index.md, written from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Size:
    """What was measured at one size. Times of searches in ms, memory and file in MB."""

    rows: int
    kind: str
    recall: float
    p50: float
    p99: float
    p99_computing: float
    p99_of_200: float
    resident_loaded: float
    resident_searched: float
    file: float
    build_seconds: float
    swap_seconds: float
    swap_requests: int
    swap_longest: float
    swap_p99: float
    rest_longest: float
    rest_p99: float

    @property
    def goals(self) -> Sequence[tuple[str, str, str, bool]]:
        """What was promised for this size: its name, the promise, what was measured, whether it was kept."""
        if self.rows == 10_000:
            return [
                ("recall@10", "1 (exact)", f"{self.recall:.3f}", self.kind == "exact"),
                ("p99, one core", "≤ 2 ms", f"{self.p99:.2f} ms", self.p99 <= 2),
            ]
        if self.rows == 1_000_000:
            most = max(self.resident_loaded, self.resident_searched)
            waited = self.swap_longest > 1000 * self.swap_seconds / 2
            return [
                ("recall@10", "≥ .98", f"{self.recall:.3f}", self.recall >= 0.98),
                ("p99, one core", "≤ 10 ms", f"{self.p99:.2f} ms", self.p99 <= 10),
                ("memory", "≤ 700 MB", f"{most:.0f} MB", most <= 700),
                (
                    "longest request while an index is swapped",
                    "none waits for the swap",
                    f"{self.swap_longest:.0f} ms of {1000 * self.swap_seconds:.0f} ms",
                    not waited,
                ),
            ]
        return []


PAGE = Path(__file__).with_name("page.md")


def render(machine: str, encoder: str, sentences: int, sizes: Sequence[Size]) -> str:
    """The page."""
    goals = [
        f"| {size.rows:,} | {name} | {goal} | {value} | {'yes' if kept else '**no**'} |"
        for size in sizes
        for name, goal, value, kept in size.goals
    ]
    return PAGE.read_text("utf-8").format(
        machine=machine,
        encoder=encoder,
        sentences=sentences,
        goals="\n".join(goals),
        sizes="\n".join(map(_searched, sizes)),
        swaps="\n".join(map(_swapped, sizes)),
    )


def _searched(size: Size) -> str:
    times = f"{size.p50:.2f} | {size.p99:.2f} | {size.p99_computing:.2f} | {size.p99_of_200:.2f}"
    memory = f"{size.file:.0f} | {size.resident_loaded:.0f} | {size.resident_searched:.0f}"
    return (
        f"| {size.rows:,} | {size.kind} | {size.recall:.3f} | {times} | {size.build_seconds:.1f} | {memory} |"
    )


def _swapped(size: Size) -> str:
    times = (size.swap_p99, size.rest_p99, size.swap_longest, size.rest_longest)
    return (
        f"| {size.rows:,} | {size.swap_seconds:.2f} | {size.swap_requests:,} | "
        + " | ".join(f"{time:.1f}" for time in times)
        + " |"
    )
