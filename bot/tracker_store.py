"""Rasa's SQL tracker store with fewer round trips: one read and one write a message."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

EVENTS = SQLTrackerStore.SQLEvent.__table__

# With either, a stored turn survives kill -9 of Rasa; a power cut may lose the last ones. Waiting for the
# disk at every turn would hold up the event loop, and so everybody.
SQLITE: dict[str, Any] = {
    # SQLAlchemy 1.4 opens a file anew for every statement by default, and closing it costs a checkpoint.
    "engine": {"poolclass": sa.pool.QueuePool, "connect_args": {"check_same_thread": False}},
    "connection": ["PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA busy_timeout=5000"],
}
POSTGRESQL: dict[str, Any] = {
    "engine": {"pool_pre_ping": True},
    "connection": ["SET synchronous_commit TO off"],
}


class EventStore(SQLTrackerStore):
    """The stock store's table and meaning, SQLite or PostgreSQL.

    The stock store reads through the ORM, counts what is stored before each write (subquery) and inserts row
    by row. Here the tracker remembers how many of its events are stored, and one statement adds the rest.
    That is right because one process handles one message of a conversation at a time (`locks.FairLockStore`).
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **_: Any,
    ) -> None:
        """Connects to `host`, an SQLAlchemy URL. Unlike the stock store it raises where the database is down.

        Raises:
            sqlalchemy.exc.OperationalError: the database can't be reached.
        """
        TrackerStore.__init__(self, domain, event_broker)
        self.engine = _engine(sa.engine.make_url(host or ""))
        self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)

    def ping(self) -> None:
        """Asks the database itself; raises where it doesn't answer."""
        with self.engine.connect() as connection:
            connection.execute(sa.select(EVENTS.c.id).limit(1)).first()

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        # Rasa's sessions are switched off (bot/domain/intents.yml): a sender's events are one session.
        query = sa.select(EVENTS.c.data).where(EVENTS.c.sender_id == sender_id).order_by(EVENTS.c.id)
        with self.engine.connect() as connection:
            rows = connection.execute(query).scalars().all()
        if not rows:
            return None
        tracker = DialogueStateTracker.from_dict(
            sender_id, [json.loads(row) for row in rows], self.domain.slots
        )
        tracker.stored_events = len(rows)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends the events that aren't stored yet, all or none."""
        await self.stream_events(tracker)
        new = list(tracker.events)[getattr(tracker, "stored_events", 0) :]
        if not new:
            return
        with self.engine.begin() as connection:
            connection.execute(EVENTS.insert(), [_row(tracker.sender_id, event) for event in new])
        tracker.stored_events = len(tracker.events)


def _engine(url: sa.engine.URL) -> sa.engine.Engine:
    settings = SQLITE if url.get_backend_name() == "sqlite" else POSTGRESQL
    # hide_parameters: an error message must not quote what a citizen wrote.
    engine = sa.create_engine(url, hide_parameters=True, **settings["engine"])

    def tune(connection: Any, _: Any) -> None:
        with closing(connection.cursor()) as cursor:
            for statement in settings["connection"]:
                cursor.execute(statement)
        connection.commit()

    sa.event.listen(engine, "connect", tune)
    return engine


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
