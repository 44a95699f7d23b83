"""Who is at the console: the log-in behind a request, its rights, and the token that its forms must carry."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Form, Header
from sqlalchemy.orm import Session
from starlette.requests import Request

from channels.protocol import Channel
from conversations.casework import Casework
from conversations.drafts import Drafts
from conversations.learning import Learning
from conversations.links import Links
from conversations.presence import Presence
from conversations.search import Search
from core.clock import Clock
from core.database import Database
from core.errors import Forbidden
from core.privacy import Vault
from core.ratelimit import RateLimiter
from core.settings import Settings
from core.threads import in_thread
from desk import access, accounts, directory, notices
from desk.attachments import Attachments
from desk.directory import Contact
from desk.models import Staff
from desk.routing import Router
from web.console import navigation
from web.console.errors import BadToken, NewPasswordNeeded, SignInNeeded
from web.console.kept_queries import KeptQueries
from web.console.navigation import Section
from web.console.permissions import REFUSALS, May, may
from web.console.protocol import FaqPort, StaffDeskPort

COOKIE = "eungdae_staff"
_BEFORE_A_PASSWORD = {"/staff/password", "/staff/logout", "/staff/notices/live", "/staff/alive"}


@dataclass(frozen=True)
class Parts:
    """What the console works with; the composition root puts it on `app.state`."""

    database: Database
    vault: Vault
    settings: Settings
    clock: Clock
    limiter: RateLimiter
    staff_desk: StaffDeskPort
    casework: Casework
    attachments: Attachments
    faq: FaqPort
    learning: Learning
    presence: Presence
    search: Search
    drafts: Drafts
    router: Router
    channels: Mapping[str, Channel]
    links: Links
    queries: KeptQueries

    @property
    def idle(self) -> timedelta:
        """How long a log-in lasts without activity."""
        return timedelta(minutes=self.settings.staff_idle_minutes)


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is logged in."""

    parts: Parts
    staff: Staff
    contact: Contact
    may: May
    csrf: str
    address: str
    unread: int
    """Notices that wait to be read."""

    @property
    def now(self) -> datetime:
        """The present moment (UTC)."""
        return self.parts.clock.now()

    @property
    def daily(self) -> list[Section]:
        """The sections in sight."""
        return navigation.daily(self.may)

    @property
    def other(self) -> list[Section]:
        """The sections behind "더보기"."""
        return navigation.other(self.may)

    def log(self, session: Session, action: str, subject: str) -> None:
        """Note in the access log what this member of staff does to whose data."""
        access.log(session, self.staff.id, self.address, action, subject, self.now)

    async def logged(self, action: str, subject: str) -> None:
        """`log` in a transaction of its own."""

        def work() -> None:
            with self.parts.database.session() as session:
                self.log(session, action, subject)

        await in_thread(work)


def parts(request: Request) -> Parts:
    """The parts on `app.state`, typed."""
    state: Any = request.app.state
    return Parts(
        state.database, state.vault, state.settings, state.clock, state.limiter, state.staff_desk,
        state.casework, state.attachments, state.faq, state.learning, state.presence, state.search,
        state.drafts, state.router, state.channels, state.links, state.queries,
    )  # fmt: skip


def address(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else "-"


async def visit(request: Request) -> Visit:
    """Whoever is logged in; raises `SignInNeeded`. The request counts as activity."""
    return await in_thread(_visit, request, True)


async def watching(request: Request) -> Visit:
    """Like `visit`, for what a page asks by itself: it doesn't keep an idle log-in alive."""
    return await in_thread(_visit, request, False)


def _visit(request: Request, active: bool) -> Visit:
    needs, token = parts(request), request.cookies.get(COOKIE)
    if not token:
        raise SignInNeeded(expired=False)
    with needs.database.session() as session:
        found = accounts.resume(session, token, needs.clock.now(), needs.idle, touch=active)
        unread = notices.unread(session, found[0].id) if found else 0
    if not found:
        raise SignInNeeded(expired=True)
    staff, csrf = found
    if staff.password_once and request.url.path not in _BEFORE_A_PASSWORD:
        raise NewPasswordNeeded
    return Visit(needs, staff, directory.contact(staff), may(staff.role), csrf, address(request), unread)


async def form_visit(
    visit: Annotated[Visit, Depends(visit)],
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> Visit:
    """A `visit` whose form carries the token of its log-in; raises `BadToken`."""
    if not same(csrf or x_csrf_token, visit.csrf):
        raise BadToken
    return visit


def _holding(right: str, whose: Callable[..., Awaitable[Visit]]) -> Callable[..., Awaitable[Visit]]:
    """`whose` visit, by somebody with that right of `May`; raises `Forbidden`."""

    # Not `Annotated`: a name of this function can't be found from outside by the annotation's text.
    async def held(visit: Visit = Depends(whose)) -> Visit:
        if not getattr(visit.may, right):
            raise Forbidden(REFUSALS[right])
        return visit

    return held


def same(given: str, expected: str) -> bool:
    """Compare two tokens in constant time."""
    return secrets.compare_digest(given.encode(), expected.encode())


# Pages.
Reader = Annotated[Visit, Depends(visit)]
Watcher = Annotated[Visit, Depends(watching)]
AnswerReader = Annotated[Visit, Depends(_holding("answer", visit))]
TeachReader = Annotated[Visit, Depends(_holding("teach", visit))]
SuperviseReader = Annotated[Visit, Depends(_holding("supervise", visit))]
AdminReader = Annotated[Visit, Depends(_holding("administer", visit))]
Auditor = Annotated[Visit, Depends(_holding("audit", visit))]
# Forms.
Sender = Annotated[Visit, Depends(form_visit)]
Answerer = Annotated[Visit, Depends(_holding("answer", form_visit))]
Transferer = Annotated[Visit, Depends(_holding("transfer", form_visit))]
Supervisor = Annotated[Visit, Depends(_holding("supervise", form_visit))]
Teacher = Annotated[Visit, Depends(_holding("teach", form_visit))]
Publisher = Annotated[Visit, Depends(_holding("publish", form_visit))]
Reloader = Annotated[Visit, Depends(_holding("reload", form_visit))]
Administrator = Annotated[Visit, Depends(_holding("administer", form_visit))]
AuditSender = Annotated[Visit, Depends(_holding("audit", form_visit))]
