"""Whatever staff and citizens do, in whatever order: what a ticket promises stays true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.database import Base, Database
from core.errors import Conflict, Invalid
from core.privacy import Vault
from desk import kinds, states, steps, tickets
from desk.calendar import Calendar, promise_end
from desk.models import Staff, TicketEvent
from tests.desk.acting import OWN, Actor, case, person, unit
from tests.desk.conftest import NOW, REQUEST

PEOPLE = ("kim", "cho", "yoon")
UNITS = ("front", "ads")
LIVING = states.OPEN | {"answered", "closed"}
tickets_ = st.integers(0, 2)
people = st.sampled_from(PEOPLE)
days_ahead = st.integers(-3, 12)
yes_or_no = st.booleans()


class Life(RuleBasedStateMachine):
    """Three tickets of one citizen at a desk of three people, who come and go."""

    def __init__(self, desk: Database, vault: Vault) -> None:
        super().__init__()
        self.act = Actor(desk, vault)
        self.act.at = NOW
        self.numbers: list[str] = []
        self.promised: dict[str, date] = {}
        self.counted: dict[str, int] = {}
        self.over: set[str] = set()

    @initialize(
        chosen=st.lists(st.sampled_from(sorted(kinds.KINDS)), min_size=3, max_size=3), needed=yes_or_no
    )
    def open_three(self, chosen: list[str], needed: bool) -> None:
        with self.act.desk.session() as session:
            clear(session)
            for kind, department in zip(chosen, ("ads", "front", None), strict=True):
                request = replace(REQUEST, kind=kind, department_id=department, reply_needed=needed)
                opened = tickets.open_ticket(session, self.act.vault, request, NOW)
                self.numbers.append(opened.number)
        self.promised = {number: self.act.row(number).promised_on for number in self.numbers}

    @rule(hours=st.integers(0, 40))
    def time_passes(self, hours: int) -> None:
        self.act.at += timedelta(hours=hours)

    @rule(who=people, presence=st.sampled_from(["here", "away", "leave"]))
    def somebody_comes_or_goes(self, who: str, presence: str) -> None:
        with self.act.desk.session() as session:
            session.get_one(Staff, who).presence = presence

    @rule(n=tickets_, by=people, step=st.sampled_from([steps.start, steps.close]))
    def do(self, n: int, by: str, step: Callable[..., Any]) -> None:
        self.take(step, n, by=by)

    @rule(
        n=tickets_, by=people, phone=yes_or_no,
        step=st.sampled_from([steps.answer, steps.tell, steps.ask, steps.apologise, steps.note]),
    )  # fmt: skip
    def say(self, n: int, by: str, phone: bool, step: Callable[..., Any]) -> None:
        how = {"how": "phone"} if phone and step in (steps.answer, steps.tell) else {}
        self.take(step, n, f"말씀 {len(self.history(n))}", by=by, **how)

    @rule(n=tickets_, by=people, to=people)
    def assign(self, n: int, by: str, to: str) -> None:
        self.take(steps.assign, n, person(to), by=by)

    @rule(n=tickets_, by=people, to=st.sampled_from(UNITS), someone=st.none() | people)
    def transfer(self, n: int, by: str, to: str, someone: str | None) -> None:
        self.take(steps.transfer, n, unit(to), person(someone) if someone else None, "요지", "남은 것", by=by)

    @rule(n=tickets_, by=people, days=days_ahead, consent=yes_or_no)
    def extend(self, n: int, by: str, days: int, consent: bool) -> None:
        until = self.act.row(self.numbers[n]).promised_on + timedelta(days=days)
        self.take(steps.extend, n, until, "더 필요합니다.", consent, by=by)

    @rule(n=tickets_, by=people, days=days_ahead)
    def delay(self, n: int, by: str, days: int) -> None:
        expected = self.act.at.astimezone(SEOUL).date() + timedelta(days=days)
        self.take(steps.delay, n, expected, "늦어졌습니다.", by=by)

    @rule(n=tickets_, by=people, outcome=st.sampled_from(["adopted", "partly", "declined", "maybe"]))
    def decide(self, n: int, by: str, outcome: str) -> None:
        self.take(steps.decide, n, outcome, "이유", by=by)

    @rule(n=tickets_, by=people, remedy=st.sampled_from(["corrected", "compensated", "flowers"]))
    def remedy(self, n: int, by: str, remedy: str) -> None:
        self.take(steps.remedy, n, remedy, "조치", by=by)

    @rule(n=tickets_, by=people, hours=st.integers(1, 100))
    def book(self, n: int, by: str, hours: int) -> None:
        start = self.act.at.astimezone(SEOUL).replace(minute=0) + timedelta(hours=hours)
        self.take(steps.book, n, start, by=by)

    @rule(n=tickets_, by=people, kind=st.sampled_from(sorted(kinds.KINDS)))
    def reclassify(self, n: int, by: str, kind: str) -> None:
        self.take(steps.reclassify, n, kind, by=by)

    @rule(n=tickets_, by=people, into=tickets_)
    def merge(self, n: int, by: str, into: int) -> None:
        self.take(steps.merge, n, case(self.numbers[into]), by=by)

    @rule(n=tickets_, step=st.sampled_from([steps.add, steps.withdraw, steps.objection]))
    def citizen(self, n: int, step: Callable[..., Any]) -> None:
        self.take(step, n, "시민의 말씀")

    def take(self, step: Callable[..., Any], n: int, *args: Any, **more: Any) -> None:
        """Take the step; what is refused leaves no trace."""
        number, before = self.numbers[n], self.act.row(self.numbers[n]).state
        events = {one: self.act.kinds(one) for one in self.numbers}
        if step.__name__ in OWN:
            more.pop("by", None)
        try:
            self.act(step, number, *args, **more)
        except (Conflict, Invalid):
            assert {one: self.act.kinds(one) for one in self.numbers} == events
            return
        assert before in LIVING, f"{step.__name__} happened to a ticket that is {before}"
        if step is steps.close:
            self.closed_without_debt(n)

    def history(self, n: int) -> list[TicketEvent]:
        with self.act.desk.session() as session:
            return tickets.history(session, self.act.ticket(session, self.numbers[n]))

    def closed_without_debt(self, n: int) -> None:
        row, events = self.act.row(self.numbers[n]), self.history(n)
        last_promise = max(at for at, event in enumerate(events) if event.kind in ("received", "reopened"))
        current = events[last_promise:]
        answers = [event.at for event in current if event.kind == "answered"]
        if row.reply_needed:
            assert answers
            end = promise_end(row.promised_on)
            assert min(answers) < end or "delayed" in [event.kind for event in current]
        needed = {"claim": "remedied", "suggestion": "decided", "complaint": None}.get(row.kind)
        assert needed is None or needed in [event.kind for event in events]

    @invariant()
    def the_row_is_what_its_events_add_up_to(self) -> None:
        for number in self.numbers:
            assert self.act.standing(number) == self.act.fold(number)

    @invariant()
    def somebody_is_responsible(self) -> None:
        for number in self.numbers:
            row = self.act.row(number)
            with self.act.desk.session() as session:
                staff = session.get_one(Staff, row.staff_id)
                assert staff.active
                assert staff.department_id == row.department_id

    @invariant()
    def the_promised_date_moves_by_an_extension_or_an_objection_alone(self) -> None:
        for n, number in enumerate(self.numbers):
            events, row = self.history(n), self.act.row(number)
            new = events[self.counted.get(number, 0) :]
            moved = [event for event in new if event.kind in ("received", "extended", "reopened")]
            if not moved:
                assert row.promised_on == self.promised[number]
            for event in moved:
                later = date.fromisoformat(event.data["promised_on"])
                assert Calendar().is_business_day(later)
                assert event.kind != "extended" or self.in_time(event, self.promised[number], later)
                self.promised[number] = later
            self.counted[number] = len(events)

    def in_time(self, event: TicketEvent, before: date, after: date) -> bool:
        return after > before and event.at < promise_end(before)

    @invariant()
    def merged_tickets_end_in_a_living_one_or_its_end(self) -> None:
        by_id = {self.act.row(number).id: self.act.row(number) for number in self.numbers}
        for row in by_id.values():
            seen = set()
            while row.merged_into_id:
                assert row.id not in seen
                seen.add(row.id)
                row = by_id[row.merged_into_id]  # noqa: PLW2901 - follows the chain

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for number in self.numbers:
            ended = self.act.row(number).state in ("merged", "withdrawn")
            assert ended or number not in self.over
            if ended:
                self.over.add(number)
                assert self.act.kinds(number)[-1] in ("merged", "withdrawn")

    @invariant()
    def whether_the_citizen_is_asked_follows_from_who_spoke_last(self) -> None:
        for n, number in enumerate(self.numbers):
            turns = [e.kind for e in self.history(n) if e.kind in ("asked", "added", "answered", "reopened")]
            assert self.act.row(number).waiting == (turns[-1:] == ["asked"])

    @invariant()
    def nothing_that_the_citizen_told_has_to_be_asked_again(self) -> None:
        for number in self.numbers:
            with self.act.desk.session() as session:
                known = tickets.details(session, self.act.vault, self.act.ticket(session, number))
            assert (known.name, known.phone, known.matter) == (REQUEST.name, REQUEST.phone, REQUEST.matter)


def clear(session: Session) -> None:
    """Nothing is left of an earlier life: the same steps lead to the same end."""
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in ("departments", "staff"):
            session.execute(table.delete())
    session.execute(update(Staff).values(presence="here"))


_QUICK = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_in_any_order_every_promise_holds(desk: Database, vault: Vault) -> None:
    few = settings(_QUICK, max_examples=4) if desk.engine.dialect.name == "postgresql" else _QUICK
    run_state_machine_as_test(lambda: Life(desk, vault), settings=few)


@pytest.mark.slow
def test_in_very_many_orders_every_promise_holds(desk: Database, vault: Vault) -> None:
    many = settings(_QUICK, max_examples=150, stateful_step_count=40)
    run_state_machine_as_test(lambda: Life(desk, vault), settings=many)
