"""What each role may do in the console: whoever may not sees no button, and is refused by the server."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from desk.directory import HANDLERS

_ANSWER: Final = frozenset(HANDLERS)
_SUPERVISE: Final = frozenset({"supervisor", "admin"})
_PUBLISH: Final = frozenset({"editor", "supervisor", "admin"})
_AUDIT: Final = frozenset({"auditor", "admin"})

_HOLDERS: Final = {
    "answer": _ANSWER,
    "transfer": _ANSWER,
    "supervise": _SUPERVISE,
    "publish": _PUBLISH,
    "reload": _PUBLISH,
    "teach": _ANSWER | _PUBLISH,
    "administer": frozenset({"admin"}),
    "audit": _AUDIT,
}
REFUSALS: Final = {
    "answer": "이 계정은 답변할 수 없습니다. 내용을 보기만 할 수 있습니다.",
    "transfer": "이 계정은 문의를 이관할 수 없습니다.",
    "supervise": "이 작업은 감독자 권한이 있는 계정만 할 수 있습니다.",
    "publish": "이 계정은 FAQ를 바꿀 수 없습니다.",
    "reload": "이 계정은 색인을 다시 만들 수 없습니다.",
    "teach": "이 계정은 판정할 수 없습니다.",
    "administer": "이 작업은 관리자 권한이 있는 계정만 할 수 있습니다.",
    "audit": "접속 기록은 감사 또는 관리자 권한이 있는 계정만 볼 수 있습니다.",
}
"""What somebody without the right is told."""
ROLE_LABELS: Final = {
    "agent": "상담 직원",
    "supervisor": "감독자",
    "editor": "FAQ 편집자",
    "admin": "관리자",
    "auditor": "감사",
}


@dataclass(frozen=True)
class May:
    """The rights of one role. Every role reads tickets and conversations; each read is in the access log."""

    answer: bool
    """Reply to tickets, carry them through their life, take over conversations."""
    transfer: bool
    """Hand a ticket to another department or person."""
    supervise: bool
    """Reassign anybody's tickets, excuse a broken promise, keep the rules of routing."""
    publish: bool
    """Change the FAQ's entries and the reply templates."""
    reload: bool
    """Build the FAQ's index anew."""
    teach: bool
    """Say which entry answers a citizen's question."""
    administer: bool
    """Change departments, people, accounts and the calendar."""
    audit: bool
    """Read the access log."""


def may(role: str) -> May:
    """The rights of a role; an unknown one has none."""
    return May(**{right.name: role in _HOLDERS[right.name] for right in fields(May)})
