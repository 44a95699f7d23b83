"""Which pages are asked for, and for what: every page of the console, as staff use it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversations.models import Conversation
from desk.models import Department, Staff, Ticket

TRIVIAL: Final = "/staff/password"
"""A log-in is checked and a form is shown; nothing else is read."""


@dataclass(frozen=True)
class Known:
    """What there is to ask for."""

    open: list[str]
    finished: list[str]
    talks: list[str]
    units: list[str]
    people: list[str]


Asking = str | dict[str, str]
"""An address, or the search form as it is filled in: it is sent first, and leads to the address."""
Choice = Callable[[Known, random.Random], Asking]


@dataclass(frozen=True)
class Page:
    """A page, under one of its addresses each time."""

    route: str
    name: str
    choose: Choice


def _fixed(url: str) -> Choice:
    return lambda _known, _random: url


def _searched(words: list[str], mode: str = "words") -> Choice:
    return lambda _known, chance: {"text": chance.choice(words), "mode": mode}


_WORDS = ["복사기", "광고 의뢰", "교육 신청", "방문 예약", "환불|취소", "도서관 이용", "기사 제보", "수강료"]
_SAID = ["돈을 언제 돌려받을 수 있나요", "찾아가려는데 어디로 가면 되나요", "신청을 취소하고 싶습니다"]

PAGES: Final = (
    Page("/staff", "board: mine", _fixed("/staff?queue=mine")),
    Page("/staff", "board: department", _fixed("/staff?queue=department")),
    Page("/staff", "board: unassigned", _fixed("/staff?queue=unassigned")),
    Page("/staff", "board: due today", _fixed("/staff?queue=today")),
    Page("/staff", "board: overdue", _fixed("/staff?queue=overdue")),
    Page("/staff", "board: owing", _fixed("/staff?queue=owing")),
    Page("/staff", "board: waiting for the citizen", _fixed("/staff?queue=waiting")),
    Page("/staff", "board: all, a later page", _fixed("/staff?queue=all&page=9")),
    Page("/staff/live", "board, asked whether it has changed", _fixed("/staff/live?queue=all&seen=x")),
    Page(
        "/staff/tickets/{number}", "ticket, open",
        lambda known, chance: f"/staff/tickets/{chance.choice(known.open)}",
    ),
    Page(
        "/staff/tickets/{number}", "ticket, finished",
        lambda known, chance: f"/staff/tickets/{chance.choice(known.finished)}",
    ),
    Page(
        "/staff/tickets/{number}/suggestions", "ticket: suggestions",
        lambda known, chance: f"/staff/tickets/{chance.choice(known.open)}/suggestions",
    ),
    Page(
        "/staff/tickets/{number}/draft", "ticket: draft of an FAQ entry",
        lambda known, chance: f"/staff/tickets/{chance.choice(known.finished)}/draft",
    ),
    Page(
        "/staff/tickets/{number}/live", "ticket, asked whether it has changed",
        lambda known, chance: f"/staff/tickets/{chance.choice(known.open)}/live",
    ),
    Page(
        "/staff/verdicts/{kind}/{key}", "which entry answers a ticket",
        lambda known, chance: f"/staff/verdicts/ticket/{chance.choice(known.finished)}",
    ),
    Page("/staff/conversations", "conversations", _fixed("/staff/conversations")),
    Page("/staff/conversations/live", "conversations, again", _fixed("/staff/conversations/live?seen=x")),
    Page(
        "/staff/conversations/{conversation_id}", "conversation",
        lambda known, chance: f"/staff/conversations/{chance.choice(known.talks)}",
    ),
    Page(
        "/staff/conversations/{conversation_id}/live", "conversation, asked for what is new",
        lambda known, chance: f"/staff/conversations/{chance.choice(known.talks)}/live?after=2",
    ),
    Page(
        "/staff/conversations/{conversation_id}/people/live", "conversation: who else is there",
        lambda known, chance: f"/staff/conversations/{chance.choice(known.talks)}/people/live",
    ),
    Page("/staff/search/{number}", "search: words", _searched(_WORDS)),
    Page("/staff/search/{number}", "search: a name", _searched(["김민지", "박서준", "이하은"])),
    Page("/staff/search/{number}", "search: by meaning", _searched(_SAID, "meaning")),
    Page("/staff/search", "search: the empty form", _fixed("/staff/search")),
    Page("/staff/handoffs", "handoffs", _fixed("/staff/handoffs")),
    Page("/staff/drafts", "drafts", _fixed("/staff/drafts")),
    Page("/staff/promises", "promises", _fixed("/staff/promises")),
    Page("/staff/faq", "FAQ", _fixed("/staff/faq")),
    Page("/staff/callback", "note on the telephone", _fixed("/staff/callback")),
    Page("/staff/notices", "notices", _fixed("/staff/notices")),
    Page("/staff/notices/live", "the bell", _fixed("/staff/notices/live")),
    Page("/staff/directory", "directory", _fixed("/staff/directory")),
    Page(
        "/staff/directory/departments/{unit_id}", "directory: a department",
        lambda known, chance: f"/staff/directory/departments/{chance.choice(known.units)}",
    ),
    Page(
        "/staff/directory/people/{staff_id}", "directory: a person",
        lambda known, chance: f"/staff/directory/people/{chance.choice(known.people)}",
    ),
    Page("/staff/routing", "routing rules", _fixed("/staff/routing")),
    Page("/staff/calendar", "calendar", _fixed("/staff/calendar")),
    Page("/staff/templates", "reply templates", _fixed("/staff/templates")),
    Page("/staff/access", "access log, a week", _fixed("/staff/access")),
    Page(
        "/staff/access", "access log of one ticket, two years",
        lambda known, chance: f"/staff/access?since=2024-11-01&subject={chance.choice(known.finished)}",
    ),
)  # fmt: skip


def known(session: Session, count: int = 200) -> Known:
    """Some of everything there is, at random."""
    session.execute(select(func.setseed(0.4)))
    shuffled = select(Ticket.number).order_by(func.random()).limit(count)
    still_open = Ticket.state.in_(("received", "assigned", "in_progress"))
    talks = select(Conversation.id).order_by(func.random()).limit(count)
    return Known(
        open=list(session.scalars(shuffled.where(still_open))),
        finished=list(session.scalars(shuffled.where(Ticket.state == "closed"))),
        talks=list(session.scalars(talks)),
        units=list(session.scalars(select(Department.id))),
        people=list(session.scalars(select(Staff.id))),
    )


def by_route() -> Mapping[str, list[Page]]:
    """The pages by the route that serves them."""
    found: dict[str, list[Page]] = {}
    for page in PAGES:
        found.setdefault(page.route, []).append(page)
    return found
