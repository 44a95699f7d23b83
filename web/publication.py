"""What the public page shows of the promises: taken from the ledger in one go, so that all of it agrees."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import SEOUL, Clock
from core.database import Database
from core.errors import NotFound
from desk import figures, ledger, report
from desk.figures import Figure
from desk.models import Promise
from desk.promises import month_of
from desk.report import Report
from faq.models import LabelledPair
from faq.service import FaqService

FRESH: Final = timedelta(minutes=10)
"""How long a publication is shown before the ledger is read again: a page that anybody may call is cheap."""
_MOST: Final = 6
_MONTH: Final = re.compile(r"2\d{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Publication:
    """One month as it was published at one moment: figures, entries, and the hash of those."""

    at: datetime
    first: str
    """The first month that there is anything of."""
    this: str
    """The month that it was."""
    report: Report
    figures: dict[str, Figure]
    entries: str
    sha256: str


class Publications:
    """The publications of the last minutes, by month."""

    def __init__(self, database: Database, faq: FaqService, clock: Clock) -> None:
        self._database = database
        self._faq = faq
        self._clock = clock
        self._kept: OrderedDict[str, Publication] = OrderedDict()
        self._lock = Lock()

    def of(self, month: str | None) -> Publication:
        """The publication of a month ("2026-11"; None: this one); `NotFound` without entries."""
        now = self._clock.now()
        asked = month or month_of(now)
        # One at a time: of many who ask at once, the first reads the ledger for all.
        with self._lock:
            kept = self._kept.get(asked)
            if kept is None or now - kept.at >= FRESH:
                kept = self._published(asked, now)
                self._kept[asked] = kept
                self._kept.move_to_end(asked)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return kept

    def _published(self, month: str, now: datetime) -> Publication:
        with self._database.session() as session:
            this = month_of(now)
            first = min(session.scalar(select(func.min(Promise.month))) or this, this)
            if not _MONTH.fullmatch(month) or not first <= month <= this:
                raise NotFound("그달에는 기록된 약속이 없습니다.")
            entries = ledger.as_csv(ledger.rows(session, [month]))
            told = figures.figures(session, month, now) | self._of_the_faq(session, month, now)
            counted = report.report(session, month)
        return Publication(now, first, this, counted, told, entries, ledger.digest(entries))

    def _of_the_faq(self, session: Session, month: str, now: datetime) -> dict[str, Figure]:
        today: date = now.astimezone(SEOUL).date()
        entries = self._faq.entries()
        served = sum(entry.valid_on(today) for entry in entries)
        expired = sum(entry.valid_until is not None and entry.valid_until < today for entry in entries)
        since, until = figures.bounds(month)
        judged = select(func.count()).where(
            LabelledPair.slot == "verdict", LabelledPair.at >= since, LabelledPair.at < until
        )
        return {
            "entries": Figure(f"{served:,}개"),
            "expired": Figure(f"{expired:,}개"),
            "reviewed": Figure(f"{session.scalar(judged) or 0:,}건"),
        }
