"""The migrations make exactly the schema that the code's tables describe, on both databases."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

import conversations.search_tables  # noqa: F401 - like the next ones for its tables: an unknown looks dropped
import desk.models  # noqa: F401
import faq.models  # noqa: F401
from core import migrate
from core.database import Base
from core.privacy import VaultItem

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
OPTIONS = {"compare_type": True, "include_name": migrate.compared}


def test_an_upgraded_database_is_what_the_code_expects(database_url: str) -> None:
    migrate.upgrade(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_upgrading_twice_is_harmless(database_url: str) -> None:
    migrate.upgrade(database_url)
    engine = create_engine(database_url)
    before = sorted(inspect(engine).get_table_names())
    migrate.upgrade(database_url)
    assert sorted(inspect(engine).get_table_names()) == before
    engine.dispose()


def test_an_upgrade_keeps_what_is_there(database_url: str) -> None:
    migrate.upgrade(database_url)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        values = {"id": "0" * 32, "kind": "name", "ciphertext": "x", "created_at": NOW}
        connection.execute(VaultItem.__table__.insert().values(values))
    migrate.upgrade(database_url)
    with engine.connect() as connection:
        assert connection.execute(VaultItem.__table__.select()).one().kind == "name"
    engine.dispose()


def test_the_migrations_environment_knows_every_table() -> None:
    """What `env.py` doesn't import, the next generated migration would drop."""
    code = (
        "import ast, pathlib, importlib;"
        "tree = ast.parse(pathlib.Path('migrations/env.py').read_text());"
        "[importlib.import_module(n.name) for i in tree.body if isinstance(i, ast.Import) for n in i.names];"
        "from core.database import Base; print(*sorted(Base.metadata.tables))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=migrate.ROOT
    )
    ours = {t for t in Base.metadata.tables if not t.startswith("test_")}
    assert set(done.stdout.split()) == ours
