"""Whatever happens to a ticket, in any order: each entry is settled once, none is owed twice at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.database import Base, Database
from core.errors import Conflict
from core.privacy import Cipher, Vault
from desk import charter, promises, tickets
from desk.models import Promise, Ticket, TicketEvent
from tests.desk.conftest import REQUEST, add_desk

START = datetime(2026, 11, 23, 10, 0, tzinfo=SEOUL)
CIPHER = Cipher(Fernet.generate_key().decode())
KINDS = ("inquiry", "complaint", "praise", "suggestion", "claim", "reservation", "callback")
PLACES: tuple[dict[str, str], ...] = (
    {"staff": "kim", "department": "front", "from": "ads"},
    {"staff": "cho", "department": "ads", "from": "front"},
)
DATA: dict[str, Callable[[datetime, int], dict[str, Any]]] = {
    "assigned": lambda at, n: PLACES[n % 2],
    "transferred": lambda at, n: PLACES[n % 2],
    "extended": lambda at, n: {"promised_on": f"{at + timedelta(days=1 + n):%Y-%m-%d}"},
    "delayed": lambda at, n: {"expected_on": f"{at + timedelta(days=1 + n):%Y-%m-%d}"},
    "reopened": lambda at, n: {"promised_on": f"{at + timedelta(days=3):%Y-%m-%d}"},
    "reclassified": lambda at, n: {"kind": KINDS[n]},
    "answered": lambda at, n: {"how": ("chat", "phone")[n % 2]},
    "merged": lambda at, n: {"into": "another"},
    "escalated": lambda at, n: {"level": 50},
}
OTHERS = (
    "started", "asked", "added", "told", "apologised", "remedied", "decided", "booked", "noted", "withdrawn",
    "closed", "watch",
)  # fmt: skip
STEPS = st.tuples(
    st.sampled_from([*DATA, *OTHERS]),
    st.sampled_from(["kim", "cho", "citizen", "system"]),
    st.integers(0, len(KINDS) - 1),
    st.timedeltas(timedelta(), timedelta(days=2)),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.booleans(), st.lists(STEPS, max_size=25))
def test_every_entry_settles_once_and_none_is_owed_twice(
    kind: str, reply_needed: bool, steps: list[tuple[str, str, int, timedelta]]
) -> None:
    database = Database("sqlite://")
    Base.metadata.create_all(database.engine)
    with database.session() as session:
        add_desk(session)
        request = tickets.TicketRequest(**{**vars(REQUEST), "kind": kind, "reply_needed": reply_needed})
        number = tickets.open_ticket(session, Vault(CIPHER), request, START).number
        ticket = tickets.find(session, number)
        assert ticket is not None
        settled: dict[int, tuple[Any, ...]] = {}
        at = START
        for step, actor, n, pause in steps:
            at += pause
            _happen(session, ticket, step, actor, n, at)
            settled = _checked(session, ticket, settled, at)
        _at_the_end(session, ticket, at)
    database.close()


def _happen(session: Session, ticket: Ticket, step: str, actor: str, n: int, at: datetime) -> None:
    if step == "watch":
        promises.overdue(session, at)
        return
    with suppress(Conflict):
        tickets.record(session, ticket, step, actor, at, DATA[step](at, n) if step in DATA else {})


def _entries(session: Session, ticket: Ticket) -> list[Promise]:
    return list(session.scalars(select(Promise).where(Promise.ticket_id == ticket.id).order_by(Promise.id)))


def _checked(
    session: Session, ticket: Ticket, before: dict[int, tuple[Any, ...]], now: datetime
) -> dict[int, tuple[Any, ...]]:
    entries = _entries(session, ticket)
    owed = Counter(entry.promise for entry in entries if entry.state == "promised")
    assert all(count == 1 for count in owed.values()), owed
    settled = {}
    for entry in entries:
        assert (entry.state == "promised") == (entry.settled_at is None) == (entry.evidence is None)
        assert (entry.state == "excused") == (entry.excuse is not None)
        assert entry.promise in charter.measured()
        assert entry.due_at is None or entry.made_at <= entry.due_at
        if entry.settled_at is not None:
            assert entry.made_at <= entry.settled_at <= now
            if entry.state == "kept" and entry.due_at:
                assert entry.settled_at < entry.due_at
            settled[entry.id] = (entry.state, entry.settled_at, entry.evidence, entry.department_id)
    # What was settled stays as it was settled.
    assert before.items() <= settled.items()
    return settled


def _at_the_end(session: Session, ticket: Ticket, at: datetime) -> None:
    far = at.astimezone(UTC) + timedelta(days=60)
    promises.overdue(session, far)
    entries = _entries(session, ticket)
    assert not [entry for entry in entries if entry.state == "promised"]
    lapsed = sum(entry.promise in ("reply", "objection") and entry.evidence == "clock" for entry in entries)
    unannounced = sum(entry.promise == "announced" and entry.state == "broken" for entry in entries)
    assert lapsed == unannounced
    events = {f"event:{event_id}" for event_id in session.scalars(select(TicketEvent.id))}
    assert {entry.evidence for entry in entries} <= events | {"clock"}
