from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core.secrets import load_secrets
from core.settings import Settings
from ops.doctor import Check, State, examine, report


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of something that is well."""
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path, port: int) -> Settings:
    return Settings(data_dir=tmp_path, port=port, rasa_port=port)


def states(settings: Settings) -> dict[str, State]:
    return {check.name: check.state for check in examine(settings)}


def test_a_fresh_checkout_is_not_ill_but_not_prepared(settings: Settings) -> None:
    found = states(settings)
    assert State.FAILED not in found.values()
    assert found["데이터베이스"] is State.WARNING
    assert found["비밀 키"] is State.WARNING
    assert found["웹"] is State.WARNING


def test_secrets_that_others_can_read_are_a_failure(settings: Settings, tmp_path: Path) -> None:
    load_secrets(tmp_path)
    assert states(settings)["비밀 키"] is State.OK
    (tmp_path / "secrets.env").chmod(0o644)
    assert states(settings)["비밀 키"] is State.FAILED


def test_a_mail_server_that_cannot_be_used_is_a_failure_and_none_is_not(
    settings: Settings, port: int, tmp_path: Path
) -> None:
    load_secrets(tmp_path)
    assert states(settings)["전자우편"] is State.OK
    absent = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    assert states(settings.model_copy(update=absent))["전자우편"] is State.FAILED


def test_a_process_that_answers_is_well(settings: Settings, answering: int) -> None:
    assert states(settings.model_copy(update={"port": answering}))["웹"] is State.OK


def test_a_database_that_cannot_be_reached_is_a_failure(settings: Settings, port: int) -> None:
    url = f"postgresql+psycopg://nobody:hidden@127.0.0.1:{port}/nothing"
    checks = examine(settings.model_copy(update={"database_url": url}))
    (database,) = [check for check in checks if check.name == "데이터베이스"]
    assert database.state is State.FAILED
    assert "hidden" not in report(checks, as_json=True)


def test_an_examination_that_breaks_is_a_failed_check(settings: Settings) -> None:
    def index(_: Settings) -> Sequence[Check]:
        raise RuntimeError("boom")

    assert examine(settings, [index])[-1] == Check("index", State.FAILED, "살펴볼 수 없습니다(RuntimeError)")


def test_a_program_can_read_the_report(settings: Settings) -> None:
    checks = json.loads(report(examine(settings), as_json=True))["checks"]
    assert {"name", "state", "detail"} == set(checks[0])
    assert {check["state"] for check in checks} <= {"ok", "warning", "failed"}
