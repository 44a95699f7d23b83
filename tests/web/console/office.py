"""The console over the real house: conversations, tickets and steps; search and Rasa are stand-ins."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from desk import accounts, tickets
from desk.models import AccessLog, RouteLesson, Staff, Ticket, TicketEvent
from faq import repository
from tests.conversations.world import ENTRIES
from tests.conversations.world import World as Below
from tests.web.console.world import PASSWORD, Browser


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns; in a thread, since a browser's own loop may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Office:
    """Staff of the sample directory at work: lee and kim at the front desk, cho and yoon for advertising."""

    def __init__(self, below: Below, app: FastAPI) -> None:
        self.below = below
        self.app = app
        self._forms = 0

    def entries(self) -> None:
        """Let the FAQ's entries stand in the database too, where verdicts look for them."""
        with self.below.database.session() as session:
            for entry in ENTRIES.values():
                repository.save_entry(session, entry, self.below.clock.now())

    def account(self, username: str, role: str | None = None) -> None:
        """Let somebody log in."""
        with self.below.database.session() as session:
            staff = accounts.find(session, username)
            assert staff
            accounts.set_password(session, staff, PASSWORD)
            staff.role = role or staff.role

    def signed_in(self, username: str = "lee", role: str | None = None) -> Browser:
        self.account(username, role)
        browser = Browser(self.app, follow_redirects=False)
        assert browser.log_in(username).status_code == 303
        return browser

    def ticket(self, department: str = "customer-support", owner: str = "lee", **changes: Any) -> str:
        """A ticket out of a conversation of its own, in the hands of `owner`; its number."""
        self._forms += 1
        sender = changes.pop("sender", f"u{self._forms}")
        form = self.below.form(id=f"form-{self._forms:08}", **changes)
        done(self.below.conversations.submit("web", sender, form))
        return self._given_to(owner, department)

    def by_phone(self, owner: str = "lee", **changes: Any) -> str:
        """A ticket that was taken down on the telephone."""
        form = self.below.form(**changes)
        request = tickets.TicketRequest(
            conversation_id=None, channel="phone", name=form.name, phone=form.phone, email=form.email,
            matter=form.matter, reply_needed=form.reply_needed, consent_version=form.consent_version,
            kind=form.kind, department_id="customer-support",
        )  # fmt: skip
        done(self.below.casework.open_by_staff(request, self.staff("kim").id))
        return self._given_to(owner, "customer-support")

    def _given_to(self, username: str, department: str) -> str:
        with self.below.database.session() as session:
            newest = select(Ticket).order_by(Ticket.received_at.desc(), Ticket.id.desc()).limit(1)
            ticket = session.scalars(newest).one()
            staff = accounts.find(session, username)
            data = {"staff": staff.id, "department": department}
            tickets.record(session, ticket, "assigned", "system", self.below.clock.now(), data)
            return ticket.number

    def staff(self, username: str) -> Staff:
        with self.below.database.session() as session:
            return accounts.find(session, username)

    def row(self, number: str) -> Ticket:
        with self.below.database.session() as session:
            return tickets.find(session, number)

    def events(self, number: str) -> list[TicketEvent]:
        with self.below.database.session() as session:
            return tickets.history(session, tickets.find(session, number))

    def lessons(self) -> list[RouteLesson]:
        with self.below.database.session() as session:
            return list(session.scalars(select(RouteLesson)))

    def told(self, sender: str = "u1") -> list[str]:
        """What the citizen reads, the newest last."""
        history = done(self.below.conversations.history("web", sender, 0))
        return [said.text for said in history.messages if said.author == "staff"]

    def logged(self) -> list[tuple[str, str]]:
        with self.below.database.session() as session:
            rows = session.scalars(select(AccessLog).order_by(AccessLog.id))
            return [(row.action, row.subject) for row in rows]
