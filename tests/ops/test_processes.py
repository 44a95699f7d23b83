from __future__ import annotations

from pathlib import Path

import pytest

from core import first_login
from core.secrets import Secrets
from core.settings import Settings
from ops.processes import processes
from ops.welcome import welcome

SECRETS = Secrets(
    signing_key="sign",
    data_key="data",
    rasa_token="rasa-token",
    actions_token="actions-token",
    kakao_secret="kakao",
)


def test_rasa_is_told_all_that_it_needs_and_no_other_secret(tmp_path: Path) -> None:
    _, rasa = processes(Settings(data_dir=tmp_path, rasa_port=5999, actions_port=5998), SECRETS)
    assert rasa.environment["EUNGDAE_RASA_TOKEN"] == "rasa-token"
    assert rasa.environment["EUNGDAE_ACTIONS_TOKEN"] == "actions-token"
    assert rasa.environment["EUNGDAE_ACTIONS_URL"] == "http://127.0.0.1:5998/webhook"
    assert rasa.environment["EUNGDAE_RASA_PORT"] == "5999"
    assert rasa.environment["EUNGDAE_TRACKER_URL"] == f"sqlite:///{tmp_path}/rasa.sqlite3"
    assert rasa.environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert not {"data", "sign", "kakao"} & set(rasa.environment.values())
    assert "EUNGDAE_DATA_KEY" in rasa.withheld


def test_rasa_inherits_no_token_of_a_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUNGDAE_LINE_ACCESS_TOKEN", "line-token")
    _, rasa = processes(Settings(data_dir=tmp_path), SECRETS)
    assert "EUNGDAE_LINE_ACCESS_TOKEN" in rasa.withheld


def test_the_operators_own_thread_numbers_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    web, _ = processes(Settings(data_dir=tmp_path), SECRETS)
    assert web.environment["OMP_NUM_THREADS"] == "3"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8123"),
        ("::1", "http://[::1]:8123"),
        ("10.0.0.7", "http://10.0.0.7:8123"),
    ],
)
def test_the_web_is_asked_where_it_listens(tmp_path: Path, host: str, address: str) -> None:
    settings = Settings(data_dir=tmp_path, host=host, port=8123)
    web, _ = processes(settings, SECRETS)
    assert web.health_url.startswith(f"{address}/")
    assert f"{address}/staff" in welcome(settings, [])


def test_the_welcome_shows_the_first_log_in_until_it_is_changed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    first_login.keep(tmp_path, "admin", "horse-battery")
    assert "admin / horse-battery" in welcome(settings, [])
    first_login.forget(tmp_path, "admin")
    assert "첫 로그인" not in welcome(settings, [])


def test_the_welcome_says_what_is_still_missing(tmp_path: Path) -> None:
    assert "Rasa: 아직 준비 중입니다" in welcome(Settings(data_dir=tmp_path), ["Rasa"])
