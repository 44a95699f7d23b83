"""`eungdae setup-data`: what a fresh installation needs before it can start."""

from __future__ import annotations

import os

import typer
from sqlalchemy.orm import Session

from core import first_login, logging
from core.clock import Clock, SystemClock
from core.database import Database
from core.migrate import upgrade
from core.secrets import load_secrets
from core.settings import ROOT, load_settings
from desk import accounts, directory, seeding
from faq import importing, repository
from faq.sources.registry import load_sources
from web.composition import build_faq


def setup_data() -> None:
    """데이터베이스를 만들고, 비어 있으면 견본을 넣고, 색인을 만듭니다. 여러 번 실행해도 됩니다."""
    os.umask(0o077)  # whatever is made from here on is its owner's alone
    logging.configure()
    settings, clock = load_settings(), SystemClock()
    load_secrets(settings.data_dir)
    upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    with database.session() as session:
        _load_sample(session, clock)
        password = accounts.ensure_first_admin(session)
        if password:
            first_login.keep(settings.data_dir, accounts.FIRST_ADMIN, password)
    faq = build_faq(settings, database, clock)
    typer.echo(f"자주 묻는 질문 {len(faq.entries())}건의 색인이 준비되었습니다.")
    database.close()


def _load_sample(session: Session, clock: Clock) -> None:
    """The sample directory and FAQ, each only where there is nothing yet: staff's own work stays."""
    if not directory.departments(session):
        seeding.seed(session, ROOT / "desk" / "sample" / "directory.yml")
    if not repository.all_entries(session):
        known = [unit.id for unit in directory.departments(session)]
        entries = load_sources([ROOT / "faq" / "corpus"], known)
        importing.apply(session, importing.plan(session, entries), clock.now())
