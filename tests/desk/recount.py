"""What the ledger must say, counted once more from the events alone and written independently of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from holidays import country_holidays

from core.clock import SEOUL

OWED_TO: Final = {
    "complaint": ("apology", "progress"),
    "claim": ("remedy",),
    "suggestion": ("suggestion",),
    "reservation": ("slot",),
    "callback": ("callback",),
}
ANSWERS: Final = ("reply", "objection", "expected", "callback")
ON_THE_DAY: Final = ("reply", "objection", "progress", "remedy", "suggestion", "slot")
KEEPS: Final = {
    "reply": "answered", "objection": "answered", "expected": "answered", "callback": "answered",
    "progress": "told answered", "remedy": "remedied", "suggestion": "decided", "slot": "booked answered",
    "apology": "apologised", "passed_on": "assigned transferred started asked answered closed",
}  # fmt: skip


class Entry(NamedTuple):
    """An entry as the ledger should have it."""

    ticket: str
    promise: str
    made_at: datetime
    department: str
    state: str
    settled_at: datetime | None
    due_at: datetime | None
    evidence: str | None
    excuse: str | None


@dataclass(frozen=True)
class Happened:
    """An event as it stands in the table."""

    id: int
    kind: str
    at: datetime
    actor: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Life:
    """All that happened to one ticket, oldest first."""

    ticket: str
    reply_needed: bool
    events: Sequence[Happened]

    def department(self, until: int) -> str:
        """Whose it was after so many events."""
        return next(
            event.data["department"] for event in reversed(self.events[:until]) if "department" in event.data
        )

    def person(self, until: int) -> str:
        """Who was in charge after so many events."""
        return str(self._last("staff", until))

    def kind(self, until: int) -> str:
        """What kind it was of after so many events."""
        return self._last("kind", until)

    def _last(self, name: str, until: int) -> str:
        return next(event.data[name] for event in reversed(self.events[:until]) if name in event.data)

    def state_is_open(self, until: int) -> bool:
        """Whether it was unanswered after so many events."""
        last = [event.kind for event in self.events[:until] if event.kind in _TURNS]
        return last[-1] in _OPENING


_OPENING: Final = ("received", "reopened", "assigned", "transferred", "started", "extended")
_TURNS: Final = (*_OPENING, "answered", "closed", "withdrawn", "merged")


class WorkClock:
    """Counts working time shift by shift, with the days that the foundation knew of at that moment."""

    def __init__(
        self, hours: dict[str, tuple[str, str]], decided: Sequence[tuple[datetime, date, bool]]
    ) -> None:
        self._hours = hours
        self._decided = decided
        self._holidays = country_holidays("KR", years=range(2025, 2029))

    def after(
        self, since: datetime, hours: int, department: str, known_at: datetime | None = None
    ) -> datetime:
        """When that many working hours have passed, as far as the days are known at `known_at`, or then."""
        left, day = timedelta(hours=hours), since.astimezone(SEOUL).date()
        while True:
            for opens, end in self._shifts(day, department) if self._works(day, known_at or since) else ():
                start = max(opens, since)
                if start < end:
                    if start + left <= end:
                        return start + left
                    left -= end - start
            day += timedelta(days=1)

    def _works(self, day: date, known_at: datetime) -> bool:
        for at, decided, is_open in self._decided:
            if decided == day and at <= known_at:
                return is_open
        return day.weekday() < 5 and day not in self._holidays

    def _shifts(self, day: date, department: str) -> Iterator[tuple[datetime, datetime]]:
        (opens, closes), (lunch, over) = (span.split("-") for span in self._hours[department])
        for start, end in ((opens, lunch), (over, closes)):
            yield tuple(datetime.combine(day, time.fromisoformat(one), SEOUL) for one in (start, end))  # type: ignore[misc]


def midnight_after(day: str) -> datetime:
    """The end of that day in Seoul."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), SEOUL)


def recount(life: Life, clock: WorkClock, now: datetime) -> list[Entry]:
    """Every entry that the ledger must have for the ticket, at the moment `now`."""
    found: list[Entry] = []
    for at, event in enumerate(life.events):
        given = event.data.get("promised_on", "")
        if event.kind == "received":
            found += owed(life, "reply", at, midnight_after(given), now)
            found += owed(life, "passed_on", at, clock.after(event.at, 3, life.department(at + 1)), now)
        if event.kind in ("received", "reclassified"):
            for promise in OWED_TO.get(life.kind(at + 1), ()):
                found += _of_its_kind(life, promise, at, clock, now, found)
        if event.kind == "reopened":
            found += owed(life, "objection", at, midnight_after(given), now)
        if event.kind == "delayed" and life.state_is_open(at + 1) and not _promised_anew(life, at):
            found += owed(life, "expected", at, midnight_after(event.data["expected_on"]), now)
        if event.kind == "answered" and event.data["how"] == "chat":
            found.append(_done(life, "signed", at, event.at, None, True))
        if event.kind == "extended":
            found.append(_done(life, "announced", at, event.at, None, True))
        if (
            event.kind == "transferred"
            and "by" not in event.data
            and event.data["from"] != life.department(at + 1)
        ):
            since = arrival(life, at)
            due = clock.after(since, 3, event.data["from"], event.at)
            found.append(_done(life, "transferred", at, since, due, event.at < due, event.data["from"]))
    found += [
        entry._replace(promise="announced", made_at=entry.due_at)
        for entry in found
        if entry.promise in ("reply", "objection") and entry.evidence == "clock" and entry.due_at
    ]
    return found


def _of_its_kind(
    life: Life, promise: str, at: int, clock: WorkClock, now: datetime, found: list[Entry]
) -> list[Entry]:
    event = life.events[at]
    if event.kind == "reclassified":
        had = [entry for entry in found if entry.promise == promise]
        if any(entry.excuse != "reclassified" for entry in had):
            return []
        if promise in OWED_TO.get(life.kind(at), ()):
            return []
    due = {
        "apology": event.at + timedelta(minutes=10),
        "callback": clock.after(event.at, 8, life.department(at + 1)),
    }.get(promise, midnight_after(_promised_on(life, at)))
    return owed(life, promise, at, due, now) if event.at < due else []


def _promised_on(life: Life, at: int) -> str:
    return next(
        event.data["promised_on"] for event in reversed(life.events[: at + 1]) if "promised_on" in event.data
    )


def _promised_anew(life: Life, at: int) -> bool:
    """Whether an earlier delay notice still held when this one came: then it only moves the day."""
    earlier = [event for event in life.events[:at] if event.kind == "delayed"]
    since = [event.kind for event in life.events[:at] if event.kind in ("delayed", "answered", "reopened")]
    held = bool(earlier) and life.events[at].at < midnight_after(earlier[-1].data["expected_on"])
    return held and since[-1] == "delayed"


def owed(life: Life, promise: str, made: int, due: datetime, now: datetime) -> list[Entry]:
    """One entry from the event that made it to whatever came first: kept, given up, too late, or not yet."""
    entry: Callable[..., Entry] = lambda *rest: Entry(  # noqa: E731
        life.ticket, promise, life.events[made].at, *rest
    )
    for at in range(made + 1, len(life.events)):
        event = life.events[at]
        if due <= event.at:
            break
        evidence, before = f"event:{event.id}", life.department(at)
        if event.kind in ("withdrawn", "merged"):
            return [entry(before, "excused", event.at, due, evidence, event.kind)]
        if event.kind == "reclassified" and _no_longer(life, promise, at):
            return [entry(before, "excused", event.at, due, evidence, event.kind)]
        by_whom = promise != "progress" or event.actor == life.person(at)
        if by_whom and event.kind in KEEPS[promise].split():
            return [entry(before, "kept", event.at, due, evidence, None)]
        if event.kind == "closed":
            kept = promise in ANSWERS and not life.reply_needed
            return [entry(before, "kept" if kept else "broken", event.at, due, evidence, None)]
        if event.kind == "extended" and promise in ON_THE_DAY:
            due = midnight_after(event.data["promised_on"])
        if event.kind == "delayed" and promise == "expected":
            due = midnight_after(event.data["expected_on"])
    whose = life.department(sum(event.at < due for event in life.events))
    if due <= now:
        return [entry(whose, "broken", due, due, "clock", None)]
    return [entry(life.department(len(life.events)), "promised", None, due, None, None)]


def _no_longer(life: Life, promise: str, at: int) -> bool:
    special = {name for names in OWED_TO.values() for name in names}
    return promise in special and promise not in OWED_TO.get(life.kind(at + 1), ())


def arrival(life: Life, at: int) -> datetime:
    """Since when the ticket had been where it is now passed on from."""
    since = life.events[0].at
    for index in range(at - 1, -1, -1):
        event = life.events[index]
        where = event.data.get("department")
        if where not in (None, life.events[at].data["from"]):
            break
        if where:
            since = event.at
        if event.kind == "reopened":
            break
    return since


def _done(
    life: Life, promise: str, at: int, made_at: datetime, due: datetime | None, good: bool, whose: str = ""
) -> Entry:
    event = life.events[at]
    return Entry(
        life.ticket, promise, made_at, whose or life.department(at + 1), "kept" if good else "broken",
        event.at, due, f"event:{event.id}", None,
    )  # fmt: skip
