"""Rules of routing, what corrections have taught, and a place to try a matter out; for supervisors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.requests import Request

from core.errors import EungdaeError
from core.threads import in_thread
from desk import directory, route_lessons, routing_rules
from desk.kinds import KINDS
from desk.models import Staff, Ticket
from web.console.dependencies import SuperviseReader, Supervisor, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/routing", route_class=ConsoleRoute)

_WAYS: Final = {
    "rule": "배정 규칙으로",
    "lesson": "바로잡은 배정에서 배운 대로",
    "meaning": "뜻이 가까운 업무로",
    "front": "분명하지 않아 접수 부서에서 정하도록",
}
_SHOWN: Final = 100
_SEPARATORS: Final = re.compile(r"[,;\n]")


@dataclass(frozen=True)
class Rule:
    """A rule as its page shows it."""

    id: str
    words: list[str]
    kind: str
    department: str


@dataclass(frozen=True)
class Learned:
    """What a correction has taught, and who corrected."""

    ticket_id: str
    number: str
    words: str
    department: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Tried:
    """Where a matter would go: how it was found, to whom, and the candidates with percents."""

    how: str
    department: str
    person: str
    duty: str | None
    candidates: list[tuple[str, int]]


@router.get("")
async def routing_page(request: Request, visit: SuperviseReader) -> Response:
    """All rules and all lessons."""
    return await _page(request, visit)


@router.post("")
async def try_out(
    request: Request,
    visit: Supervisor,
    matter: Annotated[str, Form(max_length=5000)] = "",
    kind: Annotated[str, Form()] = "",
) -> Response:
    """Where a matter would go; posted, so that what a citizen wrote stands in no address."""
    return await _page(request, visit, matter, kind)


@router.post("/rules")
async def add(
    request: Request,
    visit: Supervisor,
    words: Annotated[str, Form(max_length=3000)] = "",
    kind: Annotated[str, Form()] = "",
    department: Annotated[str, Form()] = "",
) -> Response:
    """A new rule behind the others."""

    def work(session: Session) -> str:
        known = kind if kind in KINDS else None
        return routing_rules.add(session, _SEPARATORS.split(words), known, department).id

    try:
        await in_thread(_do, visit, "routing.rule", work)
    except EungdaeError as error:
        typed = {"words": words, "kind": kind, "department": department}
        return await _page(request, visit, error=error, typed=typed)
    return RedirectResponse("/staff/routing?done=rule", 303)


@router.post("/rules/{rule_id}/move")
async def move(visit: Supervisor, rule_id: str, up: Annotated[bool, Form()]) -> Response:
    """Let a rule count earlier or later."""

    def work(session: Session) -> str:
        routing_rules.move(session, rule_id, up)
        return rule_id

    await in_thread(_do, visit, "routing.move", work)
    return RedirectResponse("/staff/routing#rules", 303)


@router.post("/rules/{rule_id}/remove")
async def remove(visit: Supervisor, rule_id: str) -> Response:
    """Take a rule away."""

    def work(session: Session) -> str:
        routing_rules.remove(session, rule_id)
        return rule_id

    await in_thread(_do, visit, "routing.unrule", work)
    return RedirectResponse("/staff/routing?done=unruled", 303)


@router.post("/lessons/{ticket_id}/remove")
async def forget(visit: Supervisor, ticket_id: str) -> Response:
    """Forget what a correction has taught."""

    def work(session: Session) -> str:
        route_lessons.forget(session, ticket_id)
        return ticket_id

    await in_thread(_do, visit, "routing.forget", work)
    return RedirectResponse("/staff/routing?done=unlearned", 303)


def _do(visit: Visit, action: str, work: Callable[[Session], str]) -> None:
    with visit.parts.database.session() as session:
        visit.log(session, action, work(session))


def _shown(visit: Visit) -> dict[str, Any]:
    with visit.parts.database.session() as session:
        names = {unit.id: unit.name for unit in directory.departments(session, closed=True)}
        rules = [
            Rule(
                rule.id,
                list(rule.words),
                KINDS[rule.kind].label if rule.kind in KINDS else "",
                names[rule.department_id],
            )
            for rule in routing_rules.all_of(session)
        ]
        lessons = [
            Learned(
                lesson.ticket_id,
                session.get_one(Ticket, lesson.ticket_id).number,
                words,
                names[lesson.department_id],
                session.get_one(Staff, lesson.staff_id).name,
                lesson.at,
            )
            for lesson, words in route_lessons.all_of(session, visit.parts.vault, _SHOWN)
        ]
        visit.log(session, "routing.read", "lessons")
        units = [(unit.id, unit.name) for unit in directory.departments(session)]
        return {"rules": rules, "lessons": lessons, "units": units}


def _tried(visit: Visit, matter: str, kind: str) -> Tried:
    route = visit.parts.router.route(matter, kind)
    with visit.parts.database.session() as session:
        names = {unit.id: unit.name for unit in directory.departments(session)}
        found = directory.responsible(session, route.department_id, visit.now, route.duty).staff
        contact = directory.contact(found)
        candidates = [(names[unit_id], round(share * 100)) for unit_id, share in route.candidates]
        person = f"{contact.name} {contact.title}".strip()
        return Tried(_WAYS[route.by], contact.department, person, route.duty, candidates)


async def _page(
    request: Request,
    visit: Visit,
    matter: str = "",
    kind: str = "",
    *,
    error: EungdaeError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    kind = kind if kind in KINDS else "inquiry"
    context = {
        "visit": visit,
        "section": "routing",
        "kinds": [(one.id, one.label) for one in KINDS.values()],
        "matter": matter.strip(),
        "kind": kind,
        "typed": typed or {},
    } | await in_thread(_shown, visit)
    if matter.strip():
        context["tried"] = await in_thread(_tried, visit, matter, kind)
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "routing.html", context, error.status if error else 200)
