"""The promises of the service charter, as `charter.yml` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

Measured = Literal["ledger", "figure", "outside"]

_FILE: Final = Path(__file__).with_name("charter.yml")


@dataclass(frozen=True)
class Clock:
    """Until when a promise holds.

    `until` is "promise" (the end of the promised day), "expected" (the end of the day that a delay notice
    named), "length" (after `length`) or "working" (after `length` of the department's working time);
    `since_arrival`: counted from when the department got the ticket, not from the event.
    """

    until: Literal["promise", "expected", "length", "working"]
    length: timedelta = timedelta()
    since_arrival: bool = False


@dataclass(frozen=True)
class Pledge:
    """One promise of the charter in our own words; the fields are explained in `charter.yml`."""

    id: str
    part: str
    item: int
    title: str
    """A few words for tables and plots; only where the ledger counts."""
    promise: str
    measured: Measured
    how: str
    begins: frozenset[str]
    kinds: frozenset[str]
    kept_by: frozenset[str]
    by_person_in_charge: bool
    clock: Clock | None
    broken_with: frozenset[str]
    figure: str
    now: str

    def concerns(self, kind: str) -> bool:
        """Whether it is owed to tickets of that kind."""
        return not self.kinds or kind in self.kinds

    @property
    def article(self) -> str:
        """Where it stands in the charter, as people read it."""
        return f"{parts()[self.part]} {self.item}"


@lru_cache
def parts() -> Mapping[str, str]:
    """The parts of the charter and their names, in its order."""
    return dict(_read()["parts"])


@lru_cache
def pledges() -> tuple[Pledge, ...]:
    """All promises in the charter's order. Raises `ValueError` when the file says what can't be."""
    found = tuple(_pledge(dict(raw)) for raw in _read()["promises"])
    if len({pledge.id for pledge in found}) != len(found):
        raise ValueError("charter.yml names a promise twice")
    return found


@lru_cache
def measured() -> Mapping[str, Pledge]:
    """The promises that the ledger counts, by id."""
    return {pledge.id: pledge for pledge in pledges() if pledge.measured == "ledger"}


@lru_cache
def _read() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


def _pledge(raw: dict[str, Any]) -> Pledge:
    part, item = raw.pop("article").split()
    if part not in parts():
        raise ValueError(f"charter.yml has no part {part}")
    pledge = Pledge(
        id=raw.pop("id"),
        part=part,
        item=int(item),
        title=raw.pop("title", ""),
        promise=raw.pop("promise"),
        measured=raw.pop("measured"),
        how=raw.pop("how"),
        begins=frozenset(raw.pop("begins", ())),
        kinds=frozenset(raw.pop("kinds", ())),
        kept_by=frozenset(raw.pop("kept_by", ())),
        by_person_in_charge=raw.pop("by", "") == "in_charge",
        clock=_clock(raw.pop("clock", None)),
        broken_with=frozenset(raw.pop("broken_with", ())),
        figure=raw.pop("figure", ""),
        now=raw.pop("now", ""),
    )
    _check(pledge, raw)
    return pledge


def _clock(raw: Any) -> Clock | None:
    match raw:
        case None:
            return None
        case "promise" | "expected":
            return Clock(raw)
        case {"minutes": int(minutes)}:
            return Clock("length", timedelta(minutes=minutes))
        case {"working_hours": int(hours), **rest}:
            return Clock("working", timedelta(hours=hours), rest.get("since") == "arrival")
    raise ValueError(f"charter.yml knows no clock {raw!r}")


def _check(pledge: Pledge, unread: Mapping[str, Any]) -> None:
    needed = {
        "ledger": bool(pledge.title and pledge.begins and pledge.kept_by and pledge.now),
        "figure": bool(pledge.figure),
        "outside": not (pledge.begins or pledge.figure),
    }
    ends = pledge.measured != "ledger" or pledge.clock or pledge.begins & pledge.kept_by
    if not needed.get(pledge.measured) or not ends or unread:
        raise ValueError(f"charter.yml: {pledge.id} can't be measured as it says")
