"""What Rasa remembers of a conversation: it is only ever destroyed from here."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, inspect, make_url
from sqlalchemy.sql import column, table

from conversations.models import Conversation
from core.database import Database

_EVENTS = table("events", column("sender_id"))
"""Rasa's own table (`bot/tracker_store.py`)."""


class Trackers:
    """Over the database that holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget(self, conversation: Conversation) -> None:
        """Destroy all sessions of the conversation; nothing happens where Rasa has never run."""
        file = make_url(self._database.url).database or ""
        if self._database.url.startswith("sqlite") and not Path(file).is_file():
            return
        with self._database.session() as session:
            if not inspect(session.connection()).has_table(_EVENTS.name):
                return
            sessions = [f"{conversation.id}.{number}" for number in range(1, conversation.session_no + 1)]
            session.execute(delete(_EVENTS).where(_EVENTS.c.sender_id.in_(sessions)))
