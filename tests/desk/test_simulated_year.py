"""Five thousand tickets over a real year: nothing is lost, somebody always has it, the ledger is true."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from core.database import Base, Database
from core.privacy import Cipher, Vault
from desk import charter, ledger, promises, report, states
from desk.calendar import promise_end
from desk.models import CalendarOverride, Department, Promise, Ticket, TicketEvent
from tests.desk.recount import Entry, Happened, Life, WorkClock, recount
from tests.desk.year import Year

pytestmark = pytest.mark.slow

COUNT = 5000


@pytest.fixture(scope="module")
def year() -> Iterator[Year]:
    """The year, lived through once for all tests."""
    database = Database("sqlite://")
    Base.metadata.create_all(database.engine)
    one = Year(database, Vault(Cipher(Fernet.generate_key().decode())), COUNT)
    one.run()
    with database.session() as session:
        promises.overdue(session, one.clock.now())
    yield one
    database.close()


def test_every_ticket_is_answered_within_its_time_or_listed_as_broken(year: Year) -> None:
    now, ends = year.clock.now(), Counter[str]()
    with year.database.session() as session:
        broken = {row.number for row in ledger.broken(session, owed=True, limit=COUNT)}
        for ticket in session.scalars(select(Ticket)):
            if ticket.state in states.DONE:
                ends["done"] += 1
            elif now < promise_end(ticket.promised_on):
                ends["in time"] += 1
            elif ticket.number in broken:
                ends["broken"] += 1
            else:
                ends["nowhere"] += 1
    assert sum(ends.values()) == len(year.plans) == COUNT
    assert ends["nowhere"] == 0
    assert ends["done"] > 0.95 * COUNT
    # Some were forgotten on purpose: they must be found.
    assert ends["broken"] > 0


def test_what_came_in_is_what_there_is_of_every_kind_at_every_hour(year: Year) -> None:
    with year.database.session() as session:
        received = select(func.count()).where(TicketEvent.kind == "received")
        assert session.scalar(received) == session.scalar(select(func.count(Ticket.id))) == COUNT
        asked = Counter(
            event.data["kind"]
            for event in session.scalars(select(TicketEvent).where(TicketEvent.kind == "received"))
        )
        happened = set(session.scalars(select(TicketEvent.kind).distinct()))
    assert asked == {kind: year.seen[kind] for kind in asked}
    assert len(asked) == 7
    assert year.seen["at night or on a day off"] > COUNT / 3
    assert year.seen["handed over"] > 0
    assert happened == {*states._STEPS, "added", "apologised", "remedied", "decided", "reclassified", "noted"}


def test_at_no_time_was_a_ticket_without_somebody_responsible(year: Year) -> None:
    assert year.unowned == 0


def test_nobody_was_asked_again_for_what_was_known(year: Year) -> None:
    assert sum(plan.transfers for plan in year.plans.values()) > COUNT / 20
    assert year.reasked == 0


def test_the_ledger_agrees_with_an_independent_recount_to_the_last_entry(year: Year) -> None:
    expected, kept = _recounted(year), Counter[Entry]()
    with year.database.session() as session:
        for row in session.scalars(select(Promise)):
            where = (row.ticket_id or "", row.promise, row.made_at, row.department_id)
            kept[Entry(*where, row.state, row.settled_at, row.due_at, row.evidence, row.excuse)] += 1
    assert [*(expected - kept)][:5] == []
    assert [*(kept - expected)][:5] == []
    assert set(charter.measured()) == {entry.promise for entry in expected}
    assert {"kept", "broken", "excused"} <= {entry.state for entry in expected}


def test_the_report_adds_up_to_the_recount_and_the_published_text_has_every_entry(year: Year) -> None:
    counted = Counter[tuple[str, str, str, str]]()
    for entry in _recounted(year).elements():
        counted[promises.month_of(entry.made_at), entry.promise, entry.department, entry.state] += 1
    told = Counter[tuple[str, str, str, str]]()
    with year.database.session() as session:
        for month in ("2026-12", "2027-12"):
            for (in_month, promise, department), tally in report.report(session, month).cells.items():
                for state in ledger.STATES:
                    told[in_month, promise, department, state] += getattr(tally, state)
        months = sorted({month for month, *_ in counted})
        published = ledger.as_csv(ledger.rows(session, months))
        assert ledger.compare(session, published) == ledger.Comparison(same=counted.total())
    assert +told == counted
    assert published.count("\n") == counted.total() + 1


def test_the_names_of_citizens_stand_nowhere_in_ledger_and_events(year: Year) -> None:
    with year.database.session() as session:
        text = ledger.as_csv(ledger.rows(session, ["2026-07"]))
        text += "".join(str(event.data) for event in session.scalars(select(TicketEvent)))
    assert "홍길동" not in text
    assert "1234-5678" not in text


def _recounted(year: Year) -> Counter[Entry]:
    with year.database.session() as session:
        hours = {unit.id: (unit.hours, unit.lunch) for unit in session.scalars(select(Department))}
        decided = [(one.at, one.day, one.is_open) for one in session.scalars(select(CalendarOverride))]
        wanted = dict(session.execute(select(Ticket.id, Ticket.reply_needed)).all())
        lives: dict[str, list[Happened]] = defaultdict(list)
        for event in session.scalars(select(TicketEvent).order_by(TicketEvent.id)):
            lives[event.ticket_id].append(
                Happened(event.id, event.kind, event.at, event.actor, dict(event.data))
            )
    clock, now = WorkClock(hours, decided), year.clock.now()
    found = Counter[Entry]()
    for ticket, events in lives.items():
        found.update(recount(Life(ticket, wanted[ticket], events), clock, now))
    return found
