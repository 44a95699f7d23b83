"""Handoff review: what the bot handed over, why, what it would have answered; a verdict by one key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from conversations import handoffs
from conversations.handoffs import Handoff
from core.errors import EungdaeError, NotFound
from core.threads import in_thread
from web.console.dependencies import Teacher, TeachReader, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/handoffs", route_class=ConsoleRoute)

_REASONS: Final = {
    "unknown": "답을 찾지 못함",
    "none_of_these": "맞는 선택지가 없음",
    "unhelpful": "답변이 도움이 되지 않음",
    "asked": "담당자 연결을 원함",
}
_OUTCOMES: Final = {"faq": "즉시 답변", "choices": "선택지 안내", "unknown": "답하지 않음"}
_MOST_ENTRIES: Final = 3


@dataclass(frozen=True)
class Option:
    """An entry that may be the answer; `sure` is the bot's own confidence in percent, where it had one."""

    faq_id: str
    question: str
    answer: str
    sure: int | None


@dataclass(frozen=True)
class Line:
    """A question in the list; `verdict` is what staff have said of it, None while nothing."""

    handoff: Handoff
    why: str
    verdict: str | None


@dataclass(frozen=True)
class Case:
    """The question under review: what the bot made of it, and the entries to choose from."""

    line: Line
    outcome: str
    needed: int | None
    """The confidence in percent from which the bot would have answered by itself."""
    options: list[Option]


@dataclass(frozen=True)
class Review:
    """The questions without a verdict and with one, and the one to look at now."""

    waiting: list[Line]
    judged: list[Line]
    case: Case | None


@router.get("")
async def handoffs_page(request: Request, visit: TeachReader, at: str = "", after: str = "") -> Response:
    """The question `at`, or the one that follows `after`, or the newest without a verdict."""
    review = await in_thread(_review, visit, at, after)
    await visit.logged("handoffs.read", review.case.line.handoff.key if review.case else "")
    return _page(request, visit, review)


@router.post("/{key}")
async def judge(request: Request, visit: Teacher, key: str, faq_id: Annotated[str, Form()] = "") -> Response:
    """This entry answers it; without one, none does. The next question follows."""
    try:
        await in_thread(visit.parts.learning.judge, f"message:{key}", faq_id or None, visit.staff.id)
    except NotFound:
        raise
    except EungdaeError as error:
        return _page(request, visit, await in_thread(_review, visit, key, ""), error)
    await visit.logged("verdict.judged", key)
    return RedirectResponse(f"/staff/handoffs?done=judged&after={key}", 303)


def _page(request: Request, visit: Visit, review: Review, error: EungdaeError | None = None) -> Response:
    context = {"visit": visit, "section": "handoffs", "review": review}
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "handoffs.html", context, error.status if error else 200)


def _review(visit: Visit, at: str, after: str) -> Review:
    with visit.parts.database.session() as session:
        found = handoffs.recent(session, visit.parts.vault, visit.now)
    lines = [_line(visit, one) for one in found]
    waiting = [line for line in lines if line.handoff.verdict is None]
    chosen = _chosen(lines, waiting, at, after)
    return Review(
        waiting=waiting,
        judged=[line for line in lines if line.handoff.verdict],
        case=_case(visit, chosen) if chosen else None,
    )


def _chosen(lines: list[Line], waiting: list[Line], at: str, after: str) -> Line | None:
    """What is asked for; else the first one without a verdict that is older than `after`."""
    if named := next((line for line in lines if line.handoff.key == at), None):
        return named
    keys = [line.handoff.key for line in lines]
    older = set(keys[keys.index(after) + 1 :]) if after in keys else set(keys)
    return next((line for line in waiting if line.handoff.key in older), waiting[0] if waiting else None)


def _line(visit: Visit, handoff: Handoff) -> Line:
    verdict = handoff.verdict
    if verdict is None:
        return Line(handoff, _REASONS[handoff.reason], None)
    entry = visit.parts.faq.entry(verdict.faq_id) if verdict.faq_id else None
    told = entry.question if entry else verdict.faq_id
    return Line(handoff, _REASONS[handoff.reason], told or "답이 되는 항목 없음")


def _case(visit: Visit, line: Line) -> Case:
    record = line.handoff.record
    rated = {one.faq_id: one.confidence for one in record.candidates} if record else {}
    found = visit.parts.faq.search(line.handoff.text, _MOST_ENTRIES)
    ids = list(dict.fromkeys([*rated, *(one.faq_id for one in found)]))
    entries = [entry for faq_id in ids if (entry := visit.parts.faq.entry(faq_id))]
    return Case(
        line=line,
        outcome=_OUTCOMES.get(record.outcome, "대화로 이해함") if record else "기록 없음",
        needed=round(record.thresholds.answer * 100) if record else None,
        options=[
            Option(entry.id, entry.question, entry.answer, _percent(rated.get(entry.id)))
            for entry in entries[:_MOST_ENTRIES]
        ],
    )


def _percent(confidence: float | None) -> int | None:
    return None if confidence is None else round(confidence * 100)
