"""The plots of the public page as SVG: drawn with attributes alone, so that the strictest policy shows them.

Each has a table beside it that says the same in words; a plot is a picture of that table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from desk.report import Report, Tally
from web.promise_words import rate

_FONT: Final = "Pretendard GOV, Noto Sans KR, Noto Sans CJK KR, Malgun Gothic, sans-serif"
_KEPT, _BROKEN, _OPEN, _EXCUSED = "#256ef4", "#de3412", "#cdd1d5", "#8a949e"
_INK, _FAINT, _LINE = "#1e2124", "#464c53", "#cdd1d5"


@dataclass(frozen=True)
class Frame:
    """How large a plot is drawn; `size` is that of its letters, in the plot's own units."""

    width: int
    size: int
    narrow: bool


WIDE: Final = Frame(1000, 16, False)
NARROW: Final = Frame(360, 13, True)


def trend(report: Report, promise: str, frame: Frame) -> str:
    """The rate kept of one promise over the twelve months; a month with few entries is an open point."""
    height, top, bottom, left = (300, 40, 56, 60) if not frame.narrow else (240, 36, 48, 40)
    step = (frame.width - left - 24) / (len(report.months) - 1)
    drawn: list[str] = []

    def y(share: float) -> float:
        return top + (1 - share) * (height - top - bottom)

    for share in (0, 0.5, 1):
        drawn.append(_line(left, y(share), frame.width - 12, y(share), _LINE))
        drawn.append(_words(left - 8, y(share) + 5, f"{share:.0%}", frame.size - 2, _FAINT, "end"))
    points = []
    for at, month in enumerate(report.months):
        x, tally = left + at * step, report.tally(promise, month=month)
        if not frame.narrow or at % 2 == 1:
            drawn.append(_words(x, height - bottom + 26, _month(month, at), frame.size - 2, _FAINT))
        if tally.rate is not None:
            points.append((x, y(tally.rate), tally, at))
    drawn += _curve(points, frame)
    return _svg(frame.width, height, drawn)


def month(report: Report, frame: Frame) -> str:
    """Every promise of the month as one bar: kept, broken, excused, still open."""
    bars = [(pledge.title, report.tally(pledge.id, month=report.month)) for pledge in report.pledges]
    shown = [(title, tally) for title, tally in bars if tally.made]
    row, left = (58, 8) if frame.narrow else (40, 200)
    most = max((tally.made for _, tally in shown), default=1)
    room = frame.width - left - (8 if frame.narrow else 110)
    drawn = _legend(frame)
    for at, (title, tally) in enumerate(shown):
        y = 48 + at * row + (20 if frame.narrow else 0)
        place = (left, y - 8, "start") if frame.narrow else (left - 14, y + 18, "end")
        drawn.append(_words(place[0], place[1], title, frame.size, _INK, place[2]))
        drawn += _bar(left, y, room, tally, most)
        end = (frame.width - 8, y - 8) if frame.narrow else (frame.width - 8, y + 18)
        drawn.append(_words(*end, rate(tally), frame.size, _INK, "end"))
    if not shown:
        drawn.append(_words(frame.width / 2, 80, "아직 기록된 약속이 없습니다.", frame.size, _FAINT))
    return _svg(frame.width, 60 + max(len(shown), 1) * row, drawn)


def _curve(points: Sequence[tuple[float, float, Tally, int]], frame: Frame) -> list[str]:
    drawn = [
        _line(before[0], before[1], after[0], after[1], _KEPT, 3)
        for before, after in pairwise(points)
        if after[3] == before[3] + 1
    ]
    for x, y, tally, _ in points:
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" stroke="{_KEPT}" stroke-width="3" '
            f'fill="{"#fff" if tally.few else _KEPT}"/>'
        )
        if not frame.narrow and not tally.few:
            above = y - 14 if y > 60 else y + 28
            drawn.append(_words(x, above, rate(tally), frame.size - 2, _INK))
    return drawn


def _bar(x: float, y: float, room: float, tally: Tally, most: int) -> list[str]:
    drawn = []
    for count, fill in (
        (tally.kept, _KEPT),
        (tally.broken, _BROKEN),
        (tally.excused, _EXCUSED),
        (tally.promised, _OPEN),
    ):
        if count:
            # A single broken promise among thousands must still be seen.
            width = max(count / most * room, 3)
            drawn.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="26" fill="{fill}"/>')
            x += width
    return drawn


def _legend(frame: Frame) -> list[str]:
    drawn, x = [], 8 if frame.narrow else 200
    for name, fill in (("이행", _KEPT), ("불이행", _BROKEN), ("제외", _EXCUSED), ("진행 중", _OPEN)):
        drawn.append(f'<rect x="{x}" y="10" width="14" height="14" fill="{fill}"/>')
        drawn.append(_words(x + 20, 22, name, frame.size - 1, _FAINT, "start"))
        x += 20 + frame.size * (len(name) + 1) + 6
    return drawn


def _month(name: str, at: int) -> str:
    year, number = name.split("-")
    return f"{year[2:]}.{number}" if at in (0, 1) or number == "01" else f"{int(number)}월"


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: int = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{width}"/>'


def _words(x: float, y: float, text: str, size: int, fill: str, anchor: str = "middle") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} font-size="{size}" fill="{fill}">{escape(text)}</text>'


def _svg(width: int, height: float, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
        f'height="{height:.0f}" font-family="{_FONT}" role="img">'
        f'<rect width="{width}" height="{height:.0f}" fill="#fff"/>{"".join(drawn)}</svg>'
    )
