"""On PostgreSQL no query of the desk reads a growing table from end to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from core.database import Base, Database
from core.privacy import Vault
from desk import access, directory, notices, promises, queues, tickets, watch
from desk.access import Filter
from desk.models import Staff, Ticket
from tests.desk.conftest import NOW, REQUEST, add_desk
from tests.plans import read_whole, recorded

pytestmark = pytest.mark.postgres

Query = Callable[[Session, Staff, Ticket], object]
QUERIES: dict[str, Query] = {
    **{f"queue {name}": lambda s, me, _, name=name: queues.rows(s, name, me, NOW) for name in queues.QUEUES},  # type: ignore[misc]
    "the counts of the queues": lambda s, me, _: queues.counts(s, me, NOW),
    "who owes": lambda s, _, __: queues.owing(s, NOW),
    "who owes in a department": lambda s, _, __: queues.owing(s, NOW, "ads"),
    "a ticket by its number": lambda s, _, one: tickets.find(s, one.number),
    "a ticket's history": lambda s, _, one: tickets.history(s, one),
    "a conversation's ticket": lambda s, _, __: tickets.of_conversation(s, "conversation-1"),
    "who is responsible, by load": lambda s, _, __: directory.responsible(s, "ads", NOW),
    "unread notices": lambda s, me, _: notices.unread(s, me.id),
    "a tick of the clock": lambda s, _, __: watch.tick(s, NOW),
    "what is overdue in the ledger": lambda s, _, __: promises.overdue(s, NOW),
    "the access log": lambda s, _, __: access.find(s, Filter(date(2026, 1, 1), date(2026, 12, 31)), 50),
}


@pytest.fixture
def large(postgres_url: str, vault: Vault) -> Database:
    database = Database(postgres_url)
    Base.metadata.create_all(database.engine)
    with database.session() as session:
        add_desk(session)
    with database.session() as session:
        tickets.open_ticket(session, vault, REQUEST, NOW)
    return database


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_finds_its_rows_by_an_index(large: Database, name: str) -> None:
    with large.session() as session:
        me, one = session.get_one(Staff, "cho"), session.query(Ticket).one()
        session.expire_all()
        with recorded(large.engine) as asked:
            QUERIES[name](session, me, one)
    assert asked
    found = read_whole(large.engine, asked)
    large.close()
    assert found == {}
