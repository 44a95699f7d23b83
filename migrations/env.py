"""Alembic's environment: the database's URL comes from whoever calls, and all tables are known here."""

from __future__ import annotations

from alembic import context

import conversations.search_tables  # noqa: F401 - like the next ones for its tables: an unknown looks dropped
import core.privacy.vault  # noqa: F401
import desk.models  # noqa: F401
import faq.models  # noqa: F401
from core import migrate
from core.database import Base, Database


def run() -> None:
    """Apply the migrations that are missing, in one transaction."""
    database = Database(context.config.attributes["url"])
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_name=migrate.compared,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    database.close()


run()
