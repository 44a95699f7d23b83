"""Whatever staff and citizens do, in whatever order: what a ticket promises stays true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
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
from desk.models import Staff, Ticket, TicketEvent
from desk.schemas import TicketDetails
from desk.states import Standing
from tests.desk.acting import OWN, Actor, case, person, unit
from tests.desk.conftest import NOW, REQUEST

PEOPLE = ("kim", "cho", "yoon")
UNITS = ("front", "ads")
LIVING = states.OPEN | {"answered", "closed"}
tickets_ = st.integers(0, 2)
people = st.sampled_from(PEOPLE)
days_ahead = st.integers(-3, 12)
yes_or_no = st.booleans()


@dataclass(frozen=True)
class Seen:
    """A ticket as it stands, read at one moment."""

    row: Ticket
    person: Staff
    events: list[TicketEvent]
    known: TicketDetails

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def standing(self) -> Standing:
        """What the row says."""
        return Standing(**{field.name: getattr(self.row, field.name) for field in fields(Standing)})

    def fold(self) -> Standing | None:
        """What the events add up to."""
        standing: Standing | None = Standing()
        for event in self.events:
            assert standing is not None
            standing = standing.then(event.kind, event.at, event.data)
        return standing

    def owes_nothing(self) -> None:
        """What a closed ticket must have: told apart from its events alone."""
        begin = max(at for at, kind in enumerate(self.kinds) if kind in ("received", "reopened"))
        current = self.events[begin:]
        answers = [event.at for event in current if event.kind == "answered"]
        if self.row.reply_needed:
            assert answers
            in_time = min(answers) < promise_end(self.row.promised_on)
            assert in_time or "delayed" in self.kinds[begin:]
        assert {"claim": "remedied", "suggestion": "decided"}.get(self.row.kind, "received") in self.kinds
        if self.row.kind == "complaint":
            assert any(event.kind in ("told", "answered") and event.actor in PEOPLE for event in current)


class Life(RuleBasedStateMachine):
    """Three tickets of one citizen at a desk of three people, who come and go."""

    def __init__(self, desk: Database, vault: Vault) -> None:
        super().__init__()
        self.act = Actor(desk, vault)
        self.act.at = NOW
        self.numbers: list[str] = []
        self.seen: list[Seen] = []

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
        self.look()

    @rule(hours=st.sampled_from([2, 8, 30, 80]))
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
        self.take(step, n, f"말씀 {len(self.seen[n].events)}", by=by, **how)

    @rule(n=tickets_, by=people, to=people)
    def assign(self, n: int, by: str, to: str) -> None:
        self.take(steps.assign, n, person(to), by=by)

    @rule(n=tickets_, by=people, to=st.sampled_from(UNITS), someone=st.none() | people)
    def transfer(self, n: int, by: str, to: str, someone: str | None) -> None:
        self.take(steps.transfer, n, unit(to), person(someone) if someone else None, "요지", "남은 것", by=by)

    @rule(n=tickets_, by=people, days=days_ahead, consent=yes_or_no)
    def extend(self, n: int, by: str, days: int, consent: bool) -> None:
        until = self.seen[n].row.promised_on + timedelta(days=days)
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
        before = self.seen
        if step.__name__ in OWN:
            more.pop("by", None)
        try:
            self.act(step, self.numbers[n], *args, **more)
        except (Conflict, Invalid):
            self.look()
            assert [one.kinds for one in self.seen] == [one.kinds for one in before]
            return
        self.look()
        state = before[n].row.state
        assert state in LIVING, f"{step.__name__} happened to a ticket that is {state}"
        if step is steps.close:
            self.seen[n].owes_nothing()

    def look(self) -> None:
        """Read everything anew."""
        with self.act.desk.session() as session:
            found = [self.act.ticket(session, number) for number in self.numbers]
            self.seen = [
                Seen(
                    row=ticket,
                    person=ticket.staff,
                    events=tickets.history(session, ticket),
                    known=tickets.details(session, self.act.vault, ticket),
                )
                for ticket in found
            ]

    @invariant()
    def the_row_is_what_its_events_add_up_to(self) -> None:
        for one in self.seen:
            assert one.standing() == one.fold()

    @invariant()
    def somebody_is_responsible(self) -> None:
        for one in self.seen:
            assert one.person.active
            assert (one.person.id, one.person.department_id) == (one.row.staff_id, one.row.department_id)

    @invariant()
    def the_promised_date_moves_by_an_extension_or_an_objection_alone(self) -> None:
        for one in self.seen:
            promised: date | None = None
            for event in one.events:
                if event.kind not in ("received", "extended", "reopened"):
                    continue
                later = date.fromisoformat(event.data["promised_on"])
                assert Calendar().is_business_day(later)
                if event.kind == "extended" and promised:
                    assert later > promised
                    assert event.at < promise_end(promised)
                promised = later
            assert one.row.promised_on == promised

    @invariant()
    def only_consent_extends_a_second_time(self) -> None:
        for one in self.seen:
            free = True
            for event in one.events:
                if event.kind == "extended":
                    assert free or event.data.get("consent")
                free = event.kind == "reopened" or (free and event.kind != "extended")

    @invariant()
    def merged_tickets_end_in_a_living_one_or_its_end(self) -> None:
        by_id = {one.row.id: one.row for one in self.seen}
        for start in by_id:
            passed, at = set(), start
            while into := by_id[at].merged_into_id:
                assert at not in passed
                passed.add(at)
                at = into

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for one in self.seen:
            ends = [at for at, kind in enumerate(one.kinds, 1) if kind in ("merged", "withdrawn")]
            assert ends in ([], [len(one.kinds)])

    @invariant()
    def whether_the_citizen_is_asked_follows_from_who_spoke_last(self) -> None:
        for one in self.seen:
            turns = [kind for kind in one.kinds if kind in ("asked", "added", "answered", "reopened")]
            assert one.row.waiting == (turns[-1:] == ["asked"])

    @invariant()
    def nothing_that_the_citizen_told_has_to_be_asked_again(self) -> None:
        for one in self.seen:
            known = (one.known.name, one.known.phone, one.known.matter)
            assert known == (REQUEST.name, REQUEST.phone, REQUEST.matter)


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
    many = settings(_QUICK, max_examples=60, stateful_step_count=40)
    run_state_machine_as_test(lambda: Life(desk, vault), settings=many)
