"""`python -m bench.desk`: measure, print, and write docs/desk-performance.md. Takes some minutes."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench.desk.copies import TABLES, multiply
from bench.desk.measure import measure
from bench.desk.originals import Maker
from bench.desk.pages import known
from bench.desk.report import render
from bench.desk.server import postgres
from bench.running import ROOT, complete
from core.database import Base, Database
from core.settings import Settings
from desk import accounts
from web.app import create_app
from web.composition import House, build

_FINISHED, _OPEN = 500, 1_500
_LOGGED_ACTS = 1_000_000


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--quick", action="store_true", help="few tickets, and nothing is written")
    parser.add_argument("--keep", action="store_true", help="wait before the database is thrown away")
    options = parser.parse_args()
    sizes = (20, 30, 200, 5) if options.quick else (_FINISHED, _OPEN, options.tickets, options.rounds)
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        page = run(Path(folder), url, *sizes)
        if options.keep:
            input(f"{url}: press Enter to end ")
    print(page)
    if not options.quick:
        (ROOT / "docs" / "desk-performance.md").write_text(page)


def run(folder: Path, url: str, finished: int, open_: int, tickets: int, rounds: int) -> str:
    """Prepare, fill, measure; the page that tells of it."""
    complete(
        [sys.executable, "-c", "from web.cli.app import app; app()", "setup-data"], ROOT,
        {"EUNGDAE_DATA_DIR": str(folder), "DATABASE_URL": url}, folder / "log",
    )  # fmt: skip
    say("a house with its sample is ready")
    house = build(Settings(_env_file=None, data_dir=folder, database_url=url, rate_limits=False))
    fill(house, finished, open_, tickets)
    login = _signed_in(house)
    with house.database.session() as session:
        some = known(session)
        held = {one.table: _rows(session, one.table) for one in TABLES}
    house.search.catch_up(1)
    say("the pages are asked for")
    trivial, pages = asyncio.run(measure(create_app(house), login, some, rounds))
    return render(held, trivial, pages, rounds)


def fill(house: House, finished: int, open_: int, tickets: int) -> None:
    """Originals by the desk's own code, then copies up to so many tickets, and a long access log."""
    maker = Maker(house.database, house.vault, house.clock.now())
    maker.finished(finished)
    maker.open(open_)
    say(f"{finished + open_} tickets were opened and carried on")
    while house.search.catch_up(1000):
        pass
    say("they can be found")
    multiply(house.database.engine, (tickets - open_) // finished - 1)
    say(f"{tickets} tickets are there")
    _log(house.database, tickets)


def _log(database: Database, tickets: int) -> None:
    """An access log of two years."""
    acts = min(_LOGGED_ACTS, tickets * 5)
    some = "SELECT *, row_number() OVER () AS nth FROM"
    with database.session() as session:
        session.execute(
            text(
                "INSERT INTO access_log (id, at, staff_id, address, action, subject) "
                "SELECT md5('log' || n), now() - random() * interval '730 days', who.id, '10.0.0.1', "
                "(ARRAY['ticket.read', 'ticket.reply', 'conversation.read', 'tickets.list'])[1 + n % 4], "
                f"what.number FROM generate_series(1, {acts}) n "
                f"JOIN ({some} tickets) what ON what.nth = 1 + n % (SELECT count(*) FROM tickets) "
                f"JOIN ({some} staff) who ON who.nth = 1 + n % (SELECT count(*) FROM staff)"
            )
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE access_log"))


def _rows(session: Session, table: str) -> int:
    return session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


def _signed_in(house: House) -> tuple[str, str]:
    """An administrator's log-in: the cookie, and the token that its forms carry."""
    with house.database.session() as session:
        staff = accounts.find(session, accounts.FIRST_ADMIN)
        assert staff is not None  # noqa: S101 - made by setup-data
        cookie, kept = accounts.start_session(session, staff, "bench", house.clock.now())
        return cookie, kept.csrf


def say(what: str) -> None:
    """Tell on the way."""
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
