"""Coverage against wrong answers: one panel a set, one line a contestant, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.quality.contestants import TITLES
from bench.quality.measure import Result
from faq.evaluation import Outcome

PROMISE, WORST = 0.02, 0.2  # shares of wrong answers
POINTS = 200
COLOURS = {
    "ours": "#0b50d0",
    "semantic_search": "#008a5e",
    "bm25": "#c47f00",
    "use": "#8a3ffc",
    "rasa": "#d12d2d",
}


def curve(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two arrays, a point for each number of answers, the surest first.

    The share of all in-scope questions that is answered right, and the share of the answers that is wrong.
    """
    ordered = sorted(outcomes, key=lambda outcome: -outcome.confidence)
    right = np.cumsum([outcome.right for outcome in ordered])
    answered = np.arange(1, len(ordered) + 1)
    inside = max(sum(bool(outcome.gold) for outcome in outcomes), 1)
    return right / inside, (answered - right) / answered


def draw(results: Sequence[Result], path: Path) -> None:
    """Draw all sets that have questions out of scope."""
    import matplotlib as mpl  # noqa: PLC0415  # the bench's own packages

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "quality"  # the same figures give the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415

    sets = [s for s in {r.set.name: r.set for r in results}.values() if any(not q.gold for q in s.queries)]
    figure, panels = plt.subplots(
        1, len(sets), figsize=(1 + 4 * len(sets), 4.4), sharey=True, squeeze=False, layout="constrained"
    )
    for panel, shown in zip(panels[0], sets, strict=True):
        for result in results:
            if result.set.name == shown.name:
                _line(panel, result)
        panel.axhline(100 * PROMISE, color="#666", linewidth=0.8, linestyle="--")
        panel.set(
            title=shown.name,
            xlim=(0, 100),
            ylim=(0, 100 * WORST),
            xlabel="in-scope questions answered right, %",
        )
        panel.grid(alpha=0.25)
    panels[0][0].set_ylabel("of the answers wrong, %")
    handles = {line.get_label(): line for panel in panels[0] for line in panel.get_lines()[:-1]}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _line(panel: object, result: Result) -> None:
    covered, wrong = curve(result.outcomes)
    # the first few answers say nothing about a share
    points = np.unique(np.linspace(min(20, len(covered) - 1), len(covered) - 1, POINTS).astype(int))
    panel.plot(  # type: ignore[attr-defined]
        100 * covered[points],
        100 * wrong[points],
        label=TITLES[result.contestant],
        color=COLOURS[result.contestant],
        linewidth=2.2 if result.contestant == "ours" else 1.4,
    )
