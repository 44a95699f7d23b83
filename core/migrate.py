"""Brings a database to the newest schema."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from core.settings import ROOT


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def compared(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether the tables' description in the code tells of it: not of a database's own full-text index."""
    return not (name or "").startswith("search_words")


def upgrade(url: str) -> None:
    """Apply every migration that is missing; does nothing when there is none."""
    command.upgrade(alembic_config(url), "head")
