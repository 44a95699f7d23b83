"""A file that came with a reply: opened by its link alone, and only as something to keep."""

from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from desk import tickets
from desk.models import AccessLog
from tests.conversations.world import World


def sent(client: TestClient, world: World, content: bytes = b"%PDF-1.7") -> str:
    """The link of a file that a member of staff sent."""
    assert client.portal
    client.portal.call(world.conversations.submit, "web", "u1", world.form())
    [ticket] = world.tickets()
    with world.database.session() as session:
        found = tickets.find(session, ticket.number)
        assert found
        kept = world.attachments.keep(session, found, "안내 문.pdf", content, "kim", world.clock.now())
    client.portal.call(world.casework.answer, ticket.number, "kim", "보내드립니다.", [kept.id])
    history = client.portal.call(world.conversations.history, "web", "u1", 0)
    return str(history.messages[-1].for_citizen()["data"]["files"][0]["href"])


def test_the_link_brings_the_file_to_keep_and_is_logged(client: TestClient, small_world: World) -> None:
    answer = client.get(sent(client, small_world))
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%EC%95%88")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    with small_world.database.session() as session:
        assert "file.read" in [line.action for line in session.scalars(select(AccessLog))]


def test_without_the_link_there_is_nothing(client: TestClient, small_world: World) -> None:
    link = sent(client, small_world)
    for path in (link[:-3] + "abc", "/files/x", "/files/..%2f..%2fetc%2fpasswd", link.replace(".", "")):
        assert client.get(path).status_code == 404


def test_after_ninety_days_the_link_opens_nothing(client: TestClient, small_world: World) -> None:
    link = sent(client, small_world)
    small_world.later(days=91)
    assert client.get(link).status_code == 404


def test_a_large_body_is_taken_where_files_are_added_and_nowhere_else(client: TestClient) -> None:
    large = b"x" * (300 * 1024)
    assert client.post("/staff/login", content=large).status_code == 413
    assert client.post("/staff/tickets/E-20261124-2222/files", content=large).status_code != 413
    assert client.post("/staff/tickets/E-20261124-2222/files", content=large * 40).status_code == 413
