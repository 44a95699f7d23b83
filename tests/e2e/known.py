"""Counts the questions whose answer was known already: on every way there must be none."""

from __future__ import annotations

from collections.abc import Iterable

QUESTIONS = {
    "성함을 알려": "name",
    "전화번호나 전자우편": "contact",
    "접수하실 때 남기신": "contact",
    "문의하실 내용": "matter",
    "접수번호를 알려": "number",
    "어떤 종류로": "kind",
    "원하시는 시간": "time",
}


class Known:
    """What one citizen has told so far, in one channel; `known` is told before anything is asked."""

    def __init__(self, *known: str) -> None:
        self._known = set(known)
        self.asked_again: list[str] = []

    def hear(self, texts: Iterable[str]) -> None:
        """What the citizen hears: each question is answered right after it, and known from then on."""
        for text in texts:
            for words, field in QUESTIONS.items():
                if words in text:
                    if field in self._known:
                        self.asked_again.append(field)
                    self._known.add(field)
