"""What the pages show of a question that staff may judge."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.learning import Asked
from core.errors import NotFound
from core.threads import in_thread
from web.console.dependencies import Visit

_MOST = 5


@dataclass(frozen=True)
class Found:
    """An entry that may be the answer."""

    faq_id: str
    question: str


@dataclass(frozen=True)
class Judging:
    """A question, what was said about it, and the entries that were found for it, or for other words."""

    path: str
    asked: Asked
    entry: Found | None
    """The entry of the verdict; without a question when it is gone meanwhile."""
    words: str
    found: list[Found]


async def judging(visit: Visit, subject: str, words: str = "") -> Judging | None:
    """The question under that name; None where there is none, or it has been destroyed."""
    return await in_thread(_judging, visit, subject, words)


def _judging(visit: Visit, subject: str, words: str) -> Judging | None:
    try:
        asked = visit.parts.learning.asked(subject)
    except NotFound:
        return None
    faq, verdict = visit.parts.faq, asked.verdict
    named = faq.entry(verdict.faq_id) if verdict and verdict.faq_id else None
    return Judging(
        path=f"/staff/verdicts/{subject.replace(':', '/')}",
        asked=asked,
        entry=Found(verdict.faq_id, named.question if named else verdict.faq_id)
        if verdict and verdict.faq_id
        else None,
        words=words,
        found=[Found(c.faq_id, c.question) for c in faq.search(words or asked.text, _MOST)],
    )
