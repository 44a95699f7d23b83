"""The ledger follows the events of tickets: what was promised, kept, broken, or given up."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import SEOUL
from core.database import Database
from core.errors import Conflict
from core.privacy import Vault
from desk import promises, tickets
from desk.models import Department, Promise, Staff, Ticket
from tests.desk.conftest import REQUEST

# A Monday; the promise for it ends with Thursday.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=SEOUL)
THURSDAY_MIDNIGHT = datetime(2026, 11, 27, 0, 0, tzinfo=SEOUL)
ADS = {"staff": "cho", "department": "ads"}
FRONT = {"staff": "kim", "department": "front"}


class Ledgered:
    """One ticket whose events are recorded, and what the ledger says about it."""

    def __init__(self, database: Database, vault: Vault, kind: str = "inquiry", **changes: Any) -> None:
        self._database = database
        request = replace(REQUEST, kind=kind, department_id=None, **changes)
        with database.session() as session:
            number = tickets.open_ticket(session, vault, request, MONDAY).number
            ticket = tickets.find(session, number)
            assert ticket is not None
            self.id = ticket.id

    def happens(self, what: str, at: datetime = MONDAY, actor: str = "kim", **data: Any) -> int:
        with self._database.session() as session:
            return tickets.record(session, session.get_one(Ticket, self.id), what, actor, at, data).id

    def watched(self, at: datetime) -> int:
        with self._database.session() as session:
            return promises.overdue(session, at)

    def entries(self, promise: str | None = None) -> list[Promise]:
        with self._database.session() as session:
            rows = session.scalars(select(Promise).where(Promise.ticket_id == self.id).order_by(Promise.id))
            return [row for row in rows if promise in (None, row.promise)]

    def entry(self, promise: str) -> Promise:
        (only,) = self.entries(promise)
        return only

    def states(self) -> dict[str, str]:
        return {entry.promise: entry.state for entry in self.entries()}


@pytest.fixture
def ticket(desk: Database, vault: Vault) -> Ledgered:
    return Ledgered(desk, vault)


def test_a_reply_is_owed_from_the_receipt_to_the_end_of_the_promised_day(ticket: Ledgered) -> None:
    owed = ticket.entry("reply")
    assert (owed.state, owed.month, owed.made_at, owed.due_at) == (
        "promised",
        "2026-11",
        MONDAY,
        THURSDAY_MIDNIGHT,
    )
    assert (owed.department_id, owed.staff_id, owed.evidence) == ("front", "kim", None)


def test_an_answer_in_the_last_minute_keeps_the_promise_and_is_its_evidence(ticket: Ledgered) -> None:
    at = THURSDAY_MIDNIGHT - timedelta(minutes=1)
    event = ticket.happens("answered", at, how="chat")
    kept = ticket.entry("reply")
    assert (kept.state, kept.settled_at, kept.evidence) == ("kept", at, f"event:{event}")


def test_an_answer_at_midnight_is_too_late_though_nobody_looked_at_the_clock(ticket: Ledgered) -> None:
    ticket.happens("answered", THURSDAY_MIDNIGHT, how="chat")
    broken = ticket.entry("reply")
    assert (broken.state, broken.settled_at, broken.evidence) == ("broken", THURSDAY_MIDNIGHT, "clock")
    assert ticket.entry("announced").state == "broken"


def test_what_ran_out_is_broken_at_its_hour_however_late_the_watch_comes(ticket: Ledgered) -> None:
    ticket.happens("started")
    assert ticket.watched(THURSDAY_MIDNIGHT - timedelta(seconds=1)) == 0
    assert ticket.watched(THURSDAY_MIDNIGHT + timedelta(days=9)) == 1
    assert ticket.watched(THURSDAY_MIDNIGHT + timedelta(days=9)) == 0
    assert ticket.entry("reply").settled_at == THURSDAY_MIDNIGHT
    silent = ticket.entry("announced")
    assert (silent.state, silent.made_at, silent.evidence) == ("broken", THURSDAY_MIDNIGHT, "clock")


def test_an_extension_in_time_keeps_its_own_promise_and_moves_the_date(ticket: Ledgered) -> None:
    ticket.happens("extended", promised_on="2026-12-01")
    assert ticket.entry("announced").state == "kept"
    assert ticket.entry("reply").due_at == datetime(2026, 12, 2, tzinfo=SEOUL)
    ticket.happens("answered", THURSDAY_MIDNIGHT + timedelta(days=1), how="chat")
    assert ticket.entry("reply").state == "kept"


def test_an_extension_after_the_date_saves_nothing(ticket: Ledgered) -> None:
    ticket.happens("extended", THURSDAY_MIDNIGHT, promised_on="2026-12-01")
    assert ticket.entry("reply").state == "broken"
    assert [entry.state for entry in ticket.entries("announced")] == ["broken", "kept"]


def test_a_delay_notice_is_a_promise_of_its_own_and_another_in_time_moves_it(ticket: Ledgered) -> None:
    late = THURSDAY_MIDNIGHT + timedelta(hours=10)
    ticket.happens("delayed", late, expected_on="2026-11-30")
    ticket.happens("delayed", late, expected_on="2026-12-02")
    owed = ticket.entry("expected")
    assert (owed.state, owed.due_at) == ("promised", datetime(2026, 12, 3, tzinfo=SEOUL))
    ticket.watched(datetime(2026, 12, 3, tzinfo=SEOUL))
    assert ticket.entry("expected").state == "broken"
    ticket.happens("delayed", datetime(2026, 12, 3, 9, tzinfo=SEOUL), expected_on="2026-12-04")
    ticket.happens("answered", datetime(2026, 12, 4, 9, tzinfo=SEOUL), how="chat")
    assert [entry.state for entry in ticket.entries("expected")] == ["broken", "kept"]


def test_an_objection_is_a_new_promise(ticket: Ledgered) -> None:
    ticket.happens("answered", how="chat")
    ticket.happens("reopened", THURSDAY_MIDNIGHT, actor="citizen", promised_on="2026-12-02")
    assert ticket.entry("reply").state == "kept"
    assert ticket.entry("objection").due_at == datetime(2026, 12, 3, tzinfo=SEOUL)
    ticket.watched(datetime(2026, 12, 3, tzinfo=SEOUL))
    assert ticket.entry("objection").state == ticket.entry("announced").state == "broken"


@pytest.mark.parametrize("kind", ["withdrawn", "merged"])
def test_what_the_citizen_takes_back_or_asks_elsewhere_is_no_longer_owed(ticket: Ledgered, kind: str) -> None:
    event = ticket.happens(kind, actor="citizen", into="another")
    given_up = ticket.entry("reply")
    assert (given_up.state, given_up.excuse, given_up.evidence) == ("excused", kind, f"event:{event}")


def test_what_is_withdrawn_after_the_date_stays_broken(ticket: Ledgered) -> None:
    ticket.happens("withdrawn", THURSDAY_MIDNIGHT, actor="citizen")
    assert ticket.entry("reply").state == "broken"


def test_closing_settles_for_who_wanted_no_reply_and_breaks_for_who_did(desk: Database, vault: Vault) -> None:
    wanted, unasked = Ledgered(desk, vault), Ledgered(desk, vault, reply_needed=False)
    wanted.happens("closed")
    unasked.happens("closed")
    assert (wanted.states()["reply"], unasked.states()["reply"]) == ("broken", "kept")
    assert wanted.states()["passed_on"] == "kept"


def test_a_matter_reaches_a_person_within_three_working_hours(desk: Database, vault: Vault) -> None:
    quick, slow = Ledgered(desk, vault), Ledgered(desk, vault)
    after_lunch = datetime(2026, 11, 23, 14, 0, tzinfo=SEOUL)
    assert quick.entry("passed_on").due_at == after_lunch
    quick.happens("assigned", after_lunch - timedelta(seconds=1), **ADS)
    slow.happens("assigned", after_lunch, **ADS)
    assert (quick.entry("passed_on").state, quick.entry("passed_on").department_id) == ("kept", "front")
    assert (slow.entry("passed_on").state, slow.entry("passed_on").department_id) == ("broken", "front")


def test_the_department_that_passes_on_answers_for_how_quickly(ticket: Ledgered) -> None:
    ticket.happens("transferred", MONDAY + timedelta(hours=1), **ADS, **{"from": "front"})
    ticket.happens("assigned", MONDAY + timedelta(hours=20), actor="cho", **ADS)
    ticket.happens("transferred", MONDAY + timedelta(days=1), actor="cho", **FRONT, **{"from": "ads"})
    quick, slow = ticket.entries("transferred")
    assert (quick.state, quick.department_id, quick.made_at) == ("kept", "front", MONDAY)
    assert (slow.state, slow.department_id, slow.made_at) == ("broken", "ads", MONDAY + timedelta(hours=1))


def test_changing_the_person_within_a_department_is_no_transfer(ticket: Ledgered) -> None:
    ticket.happens("transferred", **FRONT, **{"from": "front"})
    assert not ticket.entries("transferred")


def test_what_somebody_who_leaves_hands_over_was_not_passed_on_late(ticket: Ledgered) -> None:
    ticket.happens("transferred", MONDAY + timedelta(days=2), **ADS, **{"from": "front", "by": "kim"})
    assert not ticket.entries("transferred")


def test_an_open_promise_goes_with_its_ticket(ticket: Ledgered) -> None:
    ticket.happens("transferred", **ADS, **{"from": "front"})
    assert (ticket.entry("reply").department_id, ticket.entry("reply").staff_id) == ("ads", "cho")


def test_a_complaint_owes_an_apology_at_once_and_progress_from_a_person(ticket: Ledgered) -> None:
    ticket.happens("reclassified", kind="complaint")
    assert ticket.entry("apology").due_at == MONDAY + timedelta(minutes=10)
    ticket.happens("apologised", MONDAY, actor="system")
    ticket.happens("told", actor="system")
    assert (ticket.states()["apology"], ticket.states()["progress"]) == ("kept", "promised")
    ticket.happens("told", actor="kim")
    assert ticket.states()["progress"] == "kept"


@pytest.mark.parametrize("said", [("told", {}), ("answered", {"how": "chat"})])
def test_only_the_person_in_charge_keeps_the_promise_of_progress(
    desk: Database, vault: Vault, said: tuple[str, dict[str, str]]
) -> None:
    what, data = said
    ticket = Ledgered(desk, vault, "complaint")
    ticket.happens(what, actor="cho", **data)
    assert ticket.states()["progress"] == "promised"
    ticket.happens("told", actor="kim")
    assert ticket.states()["progress"] == "kept"


def test_progress_is_told_by_whoever_is_in_charge_by_then(desk: Database, vault: Vault) -> None:
    ticket = Ledgered(desk, vault, "complaint")
    ticket.happens("assigned", **ADS)
    ticket.happens("told", actor="kim")
    assert ticket.states()["progress"] == "promised"
    ticket.happens("told", actor="cho")
    assert ticket.states()["progress"] == "kept"


def test_a_word_about_why_the_answer_was_late_promises_no_other(ticket: Ledgered) -> None:
    ticket.happens("answered", THURSDAY_MIDNIGHT, how="chat")
    with contextlib.suppress(Conflict):
        ticket.happens("delayed", THURSDAY_MIDNIGHT, expected_on="2026-11-30")
    assert not ticket.entries("expected")


@pytest.mark.parametrize(
    ("kind", "promise", "step", "data"),
    [
        ("claim", "remedy", "remedied", {"remedy": "refund"}),
        ("suggestion", "suggestion", "decided", {"outcome": "adopted"}),
        ("reservation", "slot", "booked", {"slot": "2026-11-25T10:00:00+09:00"}),
        ("callback", "callback", "answered", {"how": "phone"}),
    ],
)
def test_each_kind_owes_what_it_promises(
    desk: Database, vault: Vault, kind: str, promise: str, step: str, data: dict[str, str]
) -> None:
    one, late = Ledgered(desk, vault, kind), Ledgered(desk, vault, kind)
    one.happens(step, MONDAY + timedelta(hours=2), **data)
    late.watched(THURSDAY_MIDNIGHT)
    assert (one.entry(promise).state, late.entry(promise).state) == ("kept", "broken")


def test_another_kind_owes_other_things_from_then_on(ticket: Ledgered) -> None:
    ticket.happens("reclassified", kind="complaint")
    assert ticket.states()["apology"] == "promised"
    ticket.happens("apologised")
    ticket.happens("reclassified", kind="suggestion")
    assert (ticket.entry("progress").state, ticket.entry("progress").excuse) == ("excused", "reclassified")
    ticket.happens("reclassified", kind="complaint")
    assert [entry.state for entry in ticket.entries("apology")] == ["kept"]
    assert [entry.state for entry in ticket.entries("progress")] == ["excused", "promised"]


def test_what_is_classed_after_its_date_is_not_promised_for_the_past(ticket: Ledgered) -> None:
    ticket.happens("reclassified", THURSDAY_MIDNIGHT, kind="claim")
    assert not ticket.entries("remedy")


def test_a_written_answer_is_signed_and_one_by_telephone_cannot_be(ticket: Ledgered) -> None:
    ticket.happens("answered", how="chat")
    ticket.happens("answered", how="phone")
    assert [entry.state for entry in ticket.entries("signed")] == ["kept"]


def test_what_the_system_confirms_is_signed_by_whoever_is_in_charge(ticket: Ledgered) -> None:
    ticket.happens("answered", actor="system", how="chat")
    assert ticket.entry("signed").state == "kept"


def test_an_answer_that_nobody_could_sign_breaks_that_promise(desk: Database, ticket: Ledgered) -> None:
    with desk.session() as session:
        session.get_one(Staff, "kim").department_id = None
    ticket.happens("answered", how="chat")
    assert ticket.entry("signed").state == "broken"


def test_the_ledger_names_no_citizen(ticket: Ledgered) -> None:
    ticket.happens("answered", how="chat")
    for entry in ticket.entries():
        kept = {column.key: getattr(entry, column.key) for column in Promise.__table__.columns}
        assert not any("홍길동" in str(value) or "1234" in str(value) for value in kept.values())


def test_the_month_is_that_in_seoul() -> None:
    assert promises.month_of(datetime(2026, 12, 1, 0, 30, tzinfo=SEOUL)) == "2026-12"


def test_a_department_whose_hours_cannot_be_read_keeps_the_standard_ones(
    desk: Database, vault: Vault
) -> None:
    with desk.session() as session:
        session.get_one(Department, "front").hours = "whenever"
    assert Ledgered(desk, vault).entry("passed_on").due_at == datetime(2026, 11, 23, 14, 0, tzinfo=SEOUL)


def test_the_watch_leaves_a_ticket_alone_that_somebody_is_just_answering(
    desk: Database, ticket: Ledgered
) -> None:
    if desk.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: nobody can be in between")
    with desk.session() as session:
        row, at = session.get_one(Ticket, ticket.id), THURSDAY_MIDNIGHT - timedelta(seconds=1)
        tickets.record(session, row, "answered", "kim", at, {"how": "chat"})
        assert ticket.watched(THURSDAY_MIDNIGHT) == 0
    assert ticket.watched(THURSDAY_MIDNIGHT) == 0
    assert ticket.entry("reply").state == "kept"
