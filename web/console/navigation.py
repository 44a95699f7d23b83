"""The console's sections, and which of them a role finds in its navigation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from web.console.permissions import May


@dataclass(frozen=True)
class Section:
    """A part of the console; `right` is the field of `May` without which it isn't shown."""

    id: str
    label: str
    url: str
    right: str | None = None


# In everybody's sight.
_DAILY: Final = (
    Section("tickets", "문의", "/staff"),
    Section("conversations", "대화", "/staff/conversations"),
    Section("search", "검색", "/staff/search"),
    Section("handoffs", "넘겨받은 질문", "/staff/handoffs", "teach"),
    Section("promises", "약속 이행", "/staff/promises"),
    Section("faq", "FAQ", "/staff/faq"),
)
# Behind "더보기".
_OTHER: Final = (
    Section("callback", "전화 메모", "/staff/callback", "answer"),
    Section("notices", "알림", "/staff/notices"),
    Section("directory", "부서·직원", "/staff/directory"),
    Section("calendar", "업무 달력", "/staff/calendar"),
    Section("templates", "답변 서식", "/staff/templates"),
    Section("routing", "배정 규칙", "/staff/routing", "supervise"),
    Section("access", "접속 기록", "/staff/access", "audit"),
)


def daily(rights: May) -> list[Section]:
    """What somebody with these rights needs all day."""
    return _shown(_DAILY, rights)


def other(rights: May) -> list[Section]:
    """The rest of what they may open."""
    return _shown(_OTHER, rights)


def _shown(sections: tuple[Section, ...], rights: May) -> list[Section]:
    return [one for one in sections if one.right is None or getattr(rights, one.right)]
