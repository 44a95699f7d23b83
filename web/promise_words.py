"""How a tally reads: a percentage where there are enough entries to tell, else the counts themselves."""

from __future__ import annotations

from desk.report import Tally

NOTHING = "–"


def rate(tally: Tally) -> str:
    """Such as "97.5%" or "3건 중 2건"; a dash when nothing is settled yet; never rounded up to 100 %."""
    if tally.rate is None:
        return NOTHING
    if tally.few:
        return f"{tally.settled}건 중 {tally.kept}건"
    return percent(tally.kept, tally.settled)


def percent(part: int, whole: int) -> str:
    """The share with one decimal, cut off rather than rounded: 99.96 % isn't 100 %."""
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}%"
