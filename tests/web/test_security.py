"""Headers on every response, nothing internal on the public port, and errors that tell nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.database import Database
from core.settings import Settings
from tests.conversations.world import COPIER, World
from web.app import create_app
from web.composition import House
from web.security import HEADERS

HTML = {"Accept": "text/html,application/xhtml+xml"}


def broken(app: FastAPI) -> None:
    """A route that fails as nobody expected."""

    @app.get("/broken")
    async def fail() -> None:
        raise RuntimeError("010-1234-5678 of 홍길동")


RESPONSES = [
    ("GET", "/", 200),
    ("GET", "/health", 200),
    ("GET", "/api/chat/config", 200),
    ("GET", "/staff/login", 200),
    ("GET", "/static/console.css", 200),
    ("GET", "/static/nothing-here.js", 404),
    ("GET", "/nothing-here", 404),
    ("GET", "/api/chat/messages", 401),
    ("POST", "/api/chat/config", 405),
    ("POST", "/channels/kakao", 401),
    ("GET", "/broken", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), RESPONSES)
@pytest.mark.parametrize("accept", [{}, HTML])
def test_every_response_carries_the_headers(
    app: FastAPI, client: TestClient, method: str, path: str, status: int, accept: dict[str, str]
) -> None:
    broken(app)
    response = client.request(method, path, headers=accept)
    assert response.status_code == status
    for name, value in HEADERS.items():
        assert response.headers[name] == value, name


def test_the_policy_allows_no_inline_script_or_style_and_no_foreign_source() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/", "/staff/login", "/nothing-here"])
def test_no_page_holds_inline_script_or_style(client: TestClient, path: str) -> None:
    page = client.get(path, headers=HTML).text
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    for script in page.split("<script")[1:]:
        assert "src=" in script.partition(">")[0], script[:80]


def test_behind_tls_browsers_are_told_to_stay_there(house: House) -> None:
    secure = dataclasses.replace(house, settings=Settings(_env_file=None, secure_cookies=True))
    with TestClient(create_app(secure)) as client:
        assert "max-age" in client.get("/health").headers["Strict-Transport-Security"]


def test_without_tls_they_are_not(client: TestClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/health").headers


def test_an_unexpected_error_is_json_without_details(app: FastAPI, client: TestClient) -> None:
    broken(app)
    response = client.get("/broken")
    assert response.status_code == 500
    assert set(response.json()) == {"error"}
    assert "RuntimeError" not in response.text
    assert "1234-5678" not in response.text


def test_an_unexpected_error_is_a_page_for_a_browser(app: FastAPI, client: TestClient) -> None:
    broken(app)
    response = client.get("/broken", headers=HTML)
    assert response.status_code == 500
    assert response.headers["content-type"].startswith("text/html")
    assert "02-2001-7114" in response.text
    assert "1234-5678" not in response.text


def test_an_unexpected_error_is_logged_by_kind_and_place_alone(
    app: FastAPI, client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    broken(app)
    client.get("/broken")
    written = "".join(capfd.readouterr())
    assert "RuntimeError" in written
    assert "/broken" in written
    assert "1234-5678" not in written
    assert "홍길동" not in written


def test_an_unexpected_error_does_not_end_the_server(app: FastAPI) -> None:
    broken(app)
    with TestClient(app, raise_server_exceptions=True) as strict:
        assert strict.get("/broken").status_code == 500


@pytest.mark.parametrize(
    "path", ["/webhook", "/webhooks/gateway/message", "/webhooks/rest/webhook", "/actions"]
)
def test_nothing_of_the_actions_or_of_rasa_is_on_the_public_port(client: TestClient, path: str) -> None:
    assert client.post(path, json={"next_action": "action_greet"}).status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_map_of_the_api_is_published(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"]
)
def test_static_files_come_from_their_folder_only(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_health_says_what_works(client: TestClient, small_world: World) -> None:
    assert client.get("/health").json() == {"database": True, "rasa": True}
    small_world.dialogue.down = True
    response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"database": True, "rasa": False})


def test_health_is_a_503_without_a_database(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    gone = Database(f"sqlite:///{folder / 'a.sqlite3'}")
    folder.rmdir()
    app = create_app(house)
    app.state.house = dataclasses.replace(house, database=gone)
    with TestClient(app) as client:
        response = client.get("/health")
    assert (response.status_code, response.json()["database"]) == (503, False)


def test_a_database_that_fails_is_an_error_without_details(
    client: TestClient, house: House, visitor: dict[str, str], tmp_path: Path
) -> None:
    house.conversations.database.engine.dispose()
    (tmp_path / "web.sqlite3").write_bytes(b"this is no database at all, but longer than a header" * 50)
    for extra in ("web.sqlite3-wal", "web.sqlite3-shm"):
        (tmp_path / extra).unlink(missing_ok=True)
    response = client.get("/api/chat/messages", headers=visitor)
    assert response.status_code == 500
    assert "sqlite" not in response.text.lower()
    assert "SELECT" not in response.text


def test_what_a_crash_left_is_handled_when_the_application_starts(house: House, small_world: World) -> None:
    small_world.conversations.intake.take_in(small_world.inbound(COPIER))
    with TestClient(create_app(house)):
        pass
    assert small_world.stored("bot")[0] == "네, 쓰실 수 있습니다."
