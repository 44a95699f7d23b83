"""Many finished tickets out of a few: their rows copied inside PostgreSQL, each copy some days older.

Everything that belongs to a ticket is copied with it, under ids of its own. What the tables gain later is
copied as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Date, Engine, text

from core.database import Base, UtcDateTime
from desk.numbers import ALPHABET

_BEFORE, _APART = 160, 3
"""Days: the first copy is so much older than what it is copied from, each further one than the last."""
_ORIGINALS = {
    "done": "SELECT id FROM tickets WHERE state IN ('answered', 'closed')",
    "talks": "SELECT conversation_id AS id FROM tickets JOIN done USING (id) "
    "WHERE conversation_id IS NOT NULL",
    "said": "SELECT messages.id FROM messages JOIN talks ON talks.id = messages.conversation_id",
    "kept": "SELECT unnest(ARRAY[name_ref, phone_ref, matter_ref]) AS id FROM tickets JOIN done USING (id)",
    "found": "SELECT id FROM search_documents WHERE ticket_id IN (SELECT id FROM done) "
    "OR conversation_id IN (SELECT id FROM talks)",
}
"""What is copied, written down first: the copies mustn't be taken for originals."""


@dataclass(frozen=True)
class Copied:
    """How a table's rows are copied: which ones, which columns name something copied, what else changes.

    `counted` are numbers that go on behind the greatest of the column that they name.
    """

    table: str
    where: str
    named: tuple[str, ...] = ()
    counted: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)


_EVENTS, _DOCUMENTS = "ticket_events.id", "search_documents.id"
_PLACES = (
    f"substr('{ALPHABET}', (1 + row_number() OVER () / {32**power} % 32)::int, 1)" for power in (3, 2, 1, 0)
)
_NUMBER = f"'E-' || to_char(received_at - shift, 'YYYYMMDD') || '-' || {' || '.join(_PLACES)}"
_SUBJECT = (
    "CASE split_part(subject, ':', 1) "
    "WHEN 'event' THEN 'event:' || split_part(subject, ':', 2)::bigint + copy * :events "
    "ELSE split_part(subject, ':', 1) || ':' || md5(split_part(subject, ':', 2) || '.' || copy) END"
)
_OF_TICKET = (
    "id", "conversation_id", "name_ref", "phone_ref", "matter_ref", "name_fingerprint", "phone_fingerprint",
)  # fmt: skip
TABLES = (
    Copied("vault_items", "id IN (SELECT id FROM kept)", ("id",)),
    Copied("conversations", "id IN (SELECT id FROM talks)", ("id", "sender")),
    Copied("messages", "id IN (SELECT id FROM said)", ("id", "conversation_id")),
    Copied("tickets", "id IN (SELECT id FROM done)", _OF_TICKET, changed={"number": _NUMBER}),
    Copied("ticket_events", "ticket_id IN (SELECT id FROM done)", ("ticket_id",), {"id": _EVENTS}),
    Copied(
        "promises", "ticket_id IN (SELECT id FROM done)", ("ticket_id",), {"id": "promises.id"},
        {"month": "to_char(made_at - shift, 'YYYY-MM')"},
    ),
    Copied(
        "search_documents", "id IN (SELECT id FROM found)", ("ticket_id", "conversation_id"),
        {"id": _DOCUMENTS}, {"subject": _SUBJECT},
    ),
    Copied(
        "search_vectors", "document_id IN (SELECT id FROM found)",
        counted={"id": "search_vectors.id", "document_id": _DOCUMENTS},
    ),
)  # fmt: skip


def multiply(engine: Engine, copies: int) -> None:
    """Copy the finished tickets so many times; afterwards the planner knows the tables."""
    with engine.begin() as connection:
        for name, query in _ORIGINALS.items():
            connection.execute(text(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {query}"))
        ends = {name: _end(connection, name) for one in TABLES for name in one.counted.values()}
        for one in TABLES:
            connection.execute(text(_statement(one, ends, copies)))
        for name in ends:
            table, column = name.split(".")
            sequence = f"pg_get_serial_sequence('{table}', '{column}')"
            connection.execute(text(f"SELECT setval({sequence}, {_end(connection, name)})"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _end(connection: Connection, name: str) -> int:
    table, column = name.split(".")
    return int(connection.scalar(text(f"SELECT coalesce(max({column}), 1) FROM {table}")) or 1)


def _statement(one: Copied, ends: Mapping[str, int], copies: int) -> str:
    table = Base.metadata.tables[one.table]
    columns = ", ".join(column.name for column in table.columns)
    values = ", ".join(_value(one, column, ends) for column in table.columns)
    originals = (
        f"SELECT *, ({_BEFORE} + {_APART} * copy) * interval '1 day' AS shift "
        f"FROM {one.table}, generate_series(1, {copies}) AS copy WHERE {one.where}"
    )
    return f"INSERT INTO {one.table} ({columns}) SELECT {values} FROM ({originals}) AS originals"


def _value(one: Copied, column: Column[object], ends: Mapping[str, int]) -> str:
    name = column.name
    if name in one.changed:
        return one.changed[name].replace(":events", str(ends[_EVENTS]))
    if name in one.counted:
        return f"{name} + copy * {ends[one.counted[name]]}"
    if name in one.named:
        return f"md5({name} || '.' || copy)"
    if isinstance(column.type, UtcDateTime):
        return f"{name} - shift"
    return f"({name} - shift)::date" if isinstance(column.type, Date) else name
