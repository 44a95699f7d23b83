"""A ticket's life: which event leads to which state, and from where it may happen."""

from __future__ import annotations

from typing import Final

LABELS: Final = {
    "received": "접수",
    "assigned": "담당자 지정",
    "in_progress": "처리 중",
    "reopened": "재접수",
    "answered": "답변 완료",
    "closed": "종결",
}
OPEN: Final = frozenset({"received", "assigned", "in_progress", "reopened"})
DONE: Final = frozenset({"answered", "closed"})

# kind of event -> (the states it may happen in, the state that follows)
_STEPS: Final[dict[str, tuple[frozenset[str], str]]] = {
    "received": (frozenset({""}), "received"),
    "assigned": (OPEN, "assigned"),
    "started": (OPEN, "in_progress"),
    "answered": (OPEN, "answered"),
    "closed": (OPEN | {"answered"}, "closed"),
    "reopened": (DONE, "reopened"),
}


def after(state: str, kind: str) -> str | None:
    """The state that follows when an event of `kind` happens in `state`; None when it may not happen there.

    An event that is no step (a note, a look) leaves the state as it is.
    """
    allowed, following = _STEPS.get(kind, (frozenset({state}), state))
    return following if state in allowed else None


def label(state: str) -> str:
    """The state in the citizen's words."""
    return LABELS.get(state, state)
