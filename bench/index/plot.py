"""One picture of the index's growth, drawn by hand: no plotting library is worth a dependency for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from bench.index.report import Size

WIDTH, HEIGHT, MARGIN = 300, 220, 44
Panel = tuple[str, bool, Sequence[tuple[str, str, Callable[[Size], float]]]]
PANELS: Sequence[Panel] = [
    ("search, ms", True, [("p50", "#1b5fc1", lambda s: s.p50), ("p99", "#c1391b", lambda s: s.p99)]),
    ("memory, MB", True, [("resident", "#1b5fc1", lambda s: s.resident_searched)]),
    (
        "build and swap, s",
        True,
        [("build", "#1b5fc1", lambda s: s.build_seconds), ("swap", "#c1391b", lambda s: s.swap_seconds)],
    ),
    ("recall@10", False, [("recall", "#1b5fc1", lambda s: s.recall)]),
]


def growth(sizes: Sequence[Size]) -> str:
    """An SVG with one panel a quantity; rows, times and memory on logarithmic axes."""
    panels = [
        f'<g transform="translate({number % 2 * (WIDTH + 20)},{number // 2 * (HEIGHT + 20)})">'
        f"{_panel(panel, sizes)}</g>"
        for number, panel in enumerate(PANELS)
    ]
    size = f'width="{2 * WIDTH + 20}" height="{2 * HEIGHT + 20}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(panels)}</svg>\n'
    )


def _panel(panel: Panel, sizes: Sequence[Size]) -> str:
    title, logarithmic, lines = panel
    values = [value(size) for _, _, value in lines for size in sizes]
    bottom, top = _decades(values) if logarithmic else (math.floor(min(*values, 0.95) * 20) / 20, 1.0)
    left, right = _decades([size.rows for size in sizes])

    def x(rows: float) -> float:
        return MARGIN + _share(rows, left, right, logarithmic=True) * (WIDTH - MARGIN - 34)

    def y(value: float) -> float:
        return HEIGHT - 24 - _share(value, bottom, top, logarithmic=logarithmic) * (HEIGHT - 54)

    steps = _powers(bottom, top) if logarithmic else [bottom, 0.98, top]
    parts = [f'<text x="{MARGIN}" y="16" font-weight="bold">{title}</text>']
    parts += [
        f'<path d="M{MARGIN} {y(step):.1f}H{WIDTH - 34}" stroke="#ddd"/>'
        f'<text x="{MARGIN - 5}" y="{y(step) + 4:.1f}" text-anchor="end">{step:g}</text>'
        for step in steps
    ]
    parts += [
        f'<text x="{x(rows):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{rows:,.0f}</text>'
        for rows in _powers(left, right)
    ]
    for name, colour, value in lines:
        points = " ".join(f"{x(size.rows):.1f},{y(value(size)):.1f}" for size in sizes)
        end = f'x="{x(sizes[-1].rows) + 4:.1f}" y="{y(value(sizes[-1])) + 4:.1f}"'
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text {end} fill="{colour}">{name}</text>'
        )
    return "".join(parts)


def _share(value: float, low: float, high: float, *, logarithmic: bool) -> float:
    if logarithmic:
        value, low, high = math.log10(value), math.log10(low), math.log10(high)
    return (value - low) / ((high - low) or 1)


def _decades(values: Sequence[float]) -> tuple[float, float]:
    return 10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values)))


def _powers(low: float, high: float) -> list[float]:
    return [10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)]
