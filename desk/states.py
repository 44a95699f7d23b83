"""A ticket's life: which event may happen when, and what all its events add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

LABELS: Final = {
    "received": "접수",
    "assigned": "담당자 지정",
    "in_progress": "처리 중",
    "extended": "기한 연장",
    "reopened": "재접수",
    "answered": "답변 완료",
    "closed": "종결",
    "merged": "병합",
    "withdrawn": "취하",
}
OPEN: Final = frozenset({"received", "assigned", "in_progress", "extended", "reopened"})
DONE: Final = frozenset({"answered", "closed", "merged", "withdrawn"})

# kind of event -> (the states it may happen in, the state that follows; None: the same as before)
_STEPS: Final[dict[str, tuple[frozenset[str], str | None]]] = {
    "received": (frozenset({""}), "received"),
    "assigned": (OPEN, "assigned"),
    "transferred": (OPEN, "assigned"),
    "started": (frozenset({"received", "assigned", "reopened"}), "in_progress"),
    "extended": (OPEN, "extended"),
    "answered": (OPEN | {"answered"}, "answered"),
    "closed": (OPEN | {"answered"}, "closed"),
    "reopened": (frozenset({"answered", "closed"}), "reopened"),
    "merged": (OPEN | {"answered"}, "merged"),
    "withdrawn": (OPEN | {"answered"}, "withdrawn"),
    # No steps: they leave the state as it is.
    "asked": (OPEN, None),
    "escalated": (OPEN, None),
    **dict.fromkeys(
        ("told", "delayed", "added", "apologised", "remedied", "decided", "booked", "reclassified"),
        (OPEN | {"answered"}, None),
    ),
    "noted": (OPEN | {"answered", "closed"}, None),
}


def after(state: str, kind: str) -> str | None:
    """The state that follows when an event of `kind` happens in `state`; None when it may not happen there.

    An event that is no step (a note, what a citizen adds) leaves the state as it is. Nothing happens to a
    ticket that was merged or withdrawn. Raises `KeyError` for a kind that there isn't.
    """
    allowed, following = _STEPS[kind]
    return (following or state) if state in allowed else None


def label(state: str) -> str:
    """The state in the citizen's words."""
    return LABELS.get(state, state)


@dataclass(frozen=True)
class Standing:
    """What the events of a ticket add up to; the ticket's row repeats it."""

    state: str = ""
    kind: str = "inquiry"
    department_id: str = ""
    staff_id: str = ""
    promised_on: date | None = None
    clock_started_at: datetime | None = None
    extensions: int = 0
    expected_on: date | None = None
    waiting: bool = False
    escalated: int = 0
    merged_into_id: str | None = None

    def then(self, kind: str, at: datetime, data: Mapping[str, Any]) -> Standing | None:
        """The standing after one more event; None when it may not happen now."""
        state = after(self.state, kind)
        if state is None:
            return None
        return replace(self, state=state, **_changes(self, kind, at, data))


def _changes(before: Standing, kind: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event changes besides the state."""
    changes: dict[str, Any] = {}
    match kind:
        case "received" | "reopened":
            names = {"kind": "kind", "department": "department_id", "staff": "staff_id"}
            changes = {names[key]: data[key] for key in names if key in data}
            changes |= {"promised_on": _day(data["promised_on"]), "clock_started_at": at, "extensions": 0}
            changes |= {"expected_on": None, "escalated": 0, "waiting": False}
        case "assigned" | "transferred":
            changes = {"department_id": data["department"], "staff_id": data["staff"]}
        case "extended":
            changes = {"promised_on": _day(data["promised_on"]), "extensions": before.extensions + 1}
            changes |= {"clock_started_at": at, "escalated": 0}
        case "delayed":
            changes = {"expected_on": _day(data["expected_on"])}
        case "asked":
            changes = {"waiting": True}
        case "added" | "answered":
            changes = {"waiting": False}
        case "escalated":
            changes = {"escalated": data["level"]}
        case "reclassified":
            changes = {"kind": data["kind"]}
        case "merged":
            changes = {"merged_into_id": data["into"]}
    return changes


def _day(value: str) -> date:
    return date.fromisoformat(value)
