"""What PostgreSQL plans for the queries of the program: whether each finds its rows by an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text

GROWING = {
    "tickets", "ticket_events", "promises", "notices", "vault_items", "attachments", "conversations",
    "messages", "outbox", "search_documents", "search_vectors", "access_log", "staff_sessions",
    "login_failures",
}  # fmt: skip
"""The tables that grow with the years; of the others everything may be read."""

MEANT_TO = "search_vectors.id >"
"""Marks the one query that reads all: of the meanings each process keeps, first all, then what is new."""

Asked = dict[str, Any]
"""Statements with the values of one asking each."""


@contextmanager
def recorded(engine: Engine) -> Iterator[Asked]:
    """The queries that are asked in the block, each once."""
    asked: Asked = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.startswith("SELECT") and MEANT_TO not in statement and not many:
            asked.setdefault(statement, values)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def read_whole(engine: Engine, asked: Asked) -> dict[str, str]:
    """The queries that read a growing table from end to end, and which one.

    Reading it all is forbidden to the planner: whatever still does so has no index that could help. An index
    that is read from its end only until a page is full is a help.
    """
    found: dict[str, str] = {}
    with engine.connect() as connection:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(text(f"SET enable_{way} = off"))
        for statement, values in asked.items():
            plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
            for table in _whole(plan[0]["Plan"], limited=False):
                found[statement] = table
        connection.rollback()
    return found


def _whole(node: dict[str, Any], limited: bool) -> Iterator[str]:
    limited = limited or node["Node Type"] == "Limit"
    # Whatever has to be sorted first is read to its end all the same.
    limited = limited and node["Node Type"] not in {"Sort", "Aggregate", "Hash"}
    by_index = "Index Cond" in node or node["Node Type"] == "Bitmap Heap Scan"
    if node.get("Relation Name") in GROWING and not (by_index or (limited and "Index Name" in node)):
        yield f"{node['Node Type']} {node['Relation Name']}"
    if node["Node Type"] == "Bitmap Index Scan" and not by_index:
        yield f"{node['Node Type']} {node['Index Name']}"
    for child in node.get("Plans", []):
        yield from _whole(child, limited)
