"""On PostgreSQL no page of the console reads a growing table from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plans import read_whole, recorded
from tests.web.console.test_rights import PAGES, address
from tests.web.console.world import Browser, Talk, World

pytestmark = pytest.mark.postgres
QUEUES = ("mine", "department", "unassigned", "today", "overdue", "owing", "waiting", "answered", "all")


@pytest.fixture
def vast(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """The small foundation, on the database of a large one."""
    one = World(tmp_path, postgres_url)
    yield one
    one.database.close()


@pytest.fixture
def admin(vast: World) -> Browser:
    return vast.signed_in("lee", role="admin")


def searched(world: World, browser: Browser, url: str) -> dict[str, str]:
    with recorded(world.database.engine) as asked:
        assert browser.get(url).status_code in {200, 204, 404}
    assert asked
    return read_whole(world.database.engine, asked)


@pytest.mark.parametrize("path", list(PAGES))
def test_a_page_finds_what_it_shows_by_an_index(vast: World, admin: Browser, path: str) -> None:
    vast.desk.put(Talk("c1"))
    number = vast.ticket(conversation_id="c1")
    assert searched(vast, admin, address(path, number)) == {}


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_found_by_an_index(vast: World, admin: Browser, queue: str) -> None:
    vast.ticket()
    assert searched(vast, admin, f"/staff?queue={queue}") == {}
    assert searched(vast, admin, f"/staff?queue={queue}&department=ads-planning") == {}


@pytest.mark.parametrize("wanted", ["username=lee", "subject=E-20261125-AAAA", "action=ticket.read"])
def test_the_access_log_is_narrowed_by_an_index(vast: World, admin: Browser, wanted: str) -> None:
    assert searched(vast, admin, f"/staff/access?{wanted}") == {}


def test_a_query_without_an_index_is_noticed(vast: World) -> None:
    with recorded(vast.database.engine) as asked, vast.database.session() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM tickets WHERE channel = 'web'")
    assert list(read_whole(vast.database.engine, asked).values()) == ["Seq Scan tickets"]
