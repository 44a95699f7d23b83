"""The ledger is read: as one text with a hash that anybody can check, as counts, and as what broke."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import SEOUL
from core.database import Database
from core.errors import Conflict, Invalid, NotFound
from core.privacy import Vault
from desk import figures, ledger, report
from desk.models import AccessLog, Promise, Staff, TicketEvent
from tests.desk.test_promises import ADS, MONDAY, THURSDAY_MIDNIGHT, Ledgered

MONTH = "2026-11"


@pytest.fixture
def two(desk: Database, vault: Vault) -> tuple[Ledgered, Ledgered]:
    """One ticket answered in time by the front desk, one forgotten by another department."""
    kept, broken = Ledgered(desk, vault), Ledgered(desk, vault)
    kept.happens("answered", how="chat")
    broken.happens("assigned", **ADS)
    broken.watched(THURSDAY_MIDNIGHT)
    return kept, broken


def text_of(database: Database) -> str:
    with database.session() as session:
        return ledger.as_csv(ledger.rows(session, [MONTH]))


def compared(database: Database, text: str) -> ledger.Comparison:
    with database.session() as session:
        return ledger.compare(session, text)


def excuse(database: Database, entry_id: int, reason: str = "disaster") -> None:
    with database.session() as session:
        ledger.excuse(session, entry_id, reason, session.get_one(Staff, "kim"), THURSDAY_MIDNIGHT)


def test_the_hash_is_that_of_the_file_as_anybody_computes_it(desk: Database, two: object) -> None:
    text = text_of(desk)
    assert ledger.digest(text) == hashlib.sha256(text.encode()).hexdigest()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["state"] for line in lines if line["promise"] == "reply"] == ["kept", "broken"]
    assert lines[0]["made_at"] == "2026-11-23T01:00:00Z"
    assert text.endswith("\n")
    assert "\r" not in text


def test_a_published_text_agrees_while_only_open_entries_move_on(desk: Database, vault: Vault) -> None:
    ticket = Ledgered(desk, vault)
    published = text_of(desk)
    assert compared(desk, published) == ledger.Comparison(same=2)
    ticket.happens("started")
    ticket.happens("extended", promised_on="2026-12-01")
    found = compared(desk, "\ufeff" + published)
    assert found.agrees
    assert (found.same, found.moved_on) == (0, 2)


def test_a_broken_promise_may_be_excused_after_it_was_published(
    desk: Database, two: tuple[Ledgered, Ledgered]
) -> None:
    published = text_of(desk)
    excuse(desk, two[1].entry("reply").id)
    found = compared(desk, published)
    assert found.agrees
    assert found.excused_since == 1


@pytest.mark.parametrize("change", [{"state": "kept"}, {"due_at": MONDAY + timedelta(days=99)}])
def test_a_settled_entry_that_was_changed_by_hand_is_found(
    desk: Database, two: tuple[Ledgered, Ledgered], change: dict[str, object]
) -> None:
    published, entry = text_of(desk), two[1].entry("reply")
    with desk.session() as session:
        row = session.get_one(Promise, entry.id)
        for name, value in change.items():
            setattr(row, name, value)
    assert compared(desk, published).changed == [entry.id]


def test_an_entry_that_was_deleted_or_never_published_is_found(
    desk: Database, two: tuple[Ledgered, Ledgered]
) -> None:
    published, first = text_of(desk), two[0].entries()[0].id
    kept_back = "".join(line for line in published.splitlines(keepends=True) if line[:2] != f"{first},")
    assert compared(desk, kept_back).withheld == [first]
    with desk.session() as session:
        session.delete(session.get_one(Promise, first))
    found = compared(desk, published)
    assert (found.missing, found.agrees) == ([first], False)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(ledger.COLUMNS) + "\nx\n"])
def test_another_file_is_refused(desk: Database, text: str) -> None:
    with pytest.raises(Invalid, match="원장"):
        compared(desk, text)


def test_what_broke_is_listed_with_what_to_do_now(desk: Database, two: tuple[Ledgered, Ledgered]) -> None:
    with desk.session() as session:
        listed = ledger.broken(session)
        assert ledger.count_broken(session) == 2
        assert ledger.count_broken(session, "front") == 0
        assert ledger.count_broken(session, "ads", owed=True) == 2
    assert {entry.pledge.id for entry in listed} == {"reply", "announced"}
    assert all("지연" in entry.pledge.now and entry.owed and entry.person == "조광고" for entry in listed)
    two[1].happens("answered", THURSDAY_MIDNIGHT + timedelta(hours=9), actor="cho", how="chat")
    with desk.session() as session:
        assert not ledger.broken(session, owed=True)
        assert len(ledger.broken(session, limit=1, offset=1)) == 1


def test_an_excuse_keeps_who_and_why(desk: Database, two: tuple[Ledgered, Ledgered]) -> None:
    excuse(desk, two[1].entry("reply").id)
    entry = two[1].entry("reply")
    assert (entry.state, entry.excuse) == ("excused", "disaster")
    with desk.session() as session:
        event = session.get_one(TicketEvent, int((entry.evidence or "").removeprefix("event:")))
    assert (event.kind, event.actor) == ("noted", "kim")
    assert event.data == {"promise": "reply", "excuse": "disaster", "entry": entry.id}


def test_only_what_is_broken_can_be_excused_and_only_for_a_listed_reason(
    desk: Database, two: tuple[Ledgered, Ledgered]
) -> None:
    kept, broken = two[0].entry("reply").id, two[1].entry("reply").id
    with pytest.raises(Conflict):
        excuse(desk, kept)
    with pytest.raises(Invalid):
        excuse(desk, broken, "바빴습니다")
    with pytest.raises(NotFound):
        excuse(desk, 10**6)
    excuse(desk, broken)
    with pytest.raises(Conflict):
        excuse(desk, broken)
    with desk.session() as session:
        notes = session.scalars(select(TicketEvent).where(TicketEvent.kind == "noted")).all()
    assert len(notes) == 1


def test_the_report_counts_per_promise_department_and_month(desk: Database, two: object) -> None:
    with desk.session() as session:
        counted = report.report(session, MONTH)
    assert counted.tally("reply") == report.Tally(kept=1, broken=1)
    assert counted.tally("reply", "ads").rate == 0
    assert counted.tally("reply", "front", MONTH).rate == 1
    assert counted.tally(month="2026-10") == report.Tally()
    assert counted.tally("reply").few
    assert list(counted.departments.values()) == ["고객지원팀", "정부광고팀"]


def test_what_was_excused_counts_neither_way(desk: Database, two: tuple[Ledgered, Ledgered]) -> None:
    excuse(desk, two[1].entry("reply").id)
    with desk.session() as session:
        tally = report.report(session, MONTH).tally("reply")
    assert (tally.rate, tally.excused, tally.made) == (1, 1, 2)


def test_a_rate_of_nothing_is_none_rather_than_perfect() -> None:
    assert report.Tally(promised=3, excused=1).rate is None


@pytest.mark.parametrize(
    ("last", "first", "before"), [("2026-11", "2025-12", "2026-10"), ("2027-01", "2026-02", "2026-12")]
)
def test_twelve_months_end_with_the_one_asked_for(last: str, first: str, before: str) -> None:
    months = report.months_until(last)
    assert (len(months), months[0], months[-2], months[-1]) == (12, first, before, last)


def test_a_month_in_seoul_begins_at_its_midnight() -> None:
    since, until = figures.bounds("2026-12")
    assert since == datetime(2026, 12, 1, tzinfo=SEOUL)
    assert until == datetime(2027, 1, 1, tzinfo=SEOUL)


def test_the_figures_count_what_the_ledger_cannot(desk: Database, vault: Vault) -> None:
    Ledgered(desk, vault, "praise").happens("answered", how="chat")
    Ledgered(desk, vault, "reservation")
    with desk.session() as session:
        session.add(AccessLog(staff_id="kim", address="-", action="ticket", subject="x", at=MONDAY))
        told = figures.figures(session, MONTH, MONDAY)
    assert {name: figure.value for name, figure in told.items()} == {
        "covered": "100.0%",
        "out_of_hours": "0.0%",
        "first_response": "0.0근무시간",
        "settled": "3건",
        "logged": "1건",
        "channels": "1가지",
        "praise": "1건",
        "reservations": "1건",
    }


def test_the_first_word_of_a_person_counts_in_working_time(desk: Database, vault: Vault) -> None:
    quick, slow = Ledgered(desk, vault), Ledgered(desk, vault)
    Ledgered(desk, vault).happens("noted", MONDAY + timedelta(hours=1))
    quick.happens("asked", MONDAY + timedelta(hours=1))
    quick.happens("answered", MONDAY + timedelta(days=2), how="chat")
    slow.happens("added", MONDAY + timedelta(hours=2), actor="citizen")
    slow.happens("told", MONDAY + timedelta(days=1))
    with desk.session() as session:
        told = figures.figures(session, MONTH, MONDAY)["first_response"]
    assert told == figures.Figure("4.5근무시간", 2)


def test_a_matter_whose_person_is_away_without_a_deputy_is_not_covered(desk: Database, vault: Vault) -> None:
    Ledgered(desk, vault)
    with desk.session() as session:
        session.get_one(Staff, "kim").presence = "leave"
    with desk.session() as session:
        assert figures.figures(session, MONTH, MONDAY)["covered"] == figures.Figure("0.0%", 1)
        session.get_one(Staff, "kim").deputies = ["cho"]
    with desk.session() as session:
        assert figures.figures(session, MONTH, MONDAY)["covered"] == figures.Figure("100.0%", 1)
        assert figures.figures(session, "2026-10", MONDAY)["out_of_hours"].value == "해당 없음"
