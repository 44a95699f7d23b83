"""Settings come from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import Invalid
from core.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "EUNGDAE_DATABASE_URL", "EUNGDAE_DATA_DIR", "EUNGDAE_RASA_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_a_database_url_sqlite_lives_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert settings.resolved_database_url == f"sqlite:///{tmp_path / 'eungdae.sqlite3'}"
    assert settings.tracker_url == f"sqlite:///{tmp_path / 'rasa.sqlite3'}"


@pytest.mark.parametrize("name", ["DATABASE_URL", "EUNGDAE_DATABASE_URL"])
def test_postgresql_is_for_rasa_too_in_the_dialect_of_its_own_library(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "postgresql+psycopg://desk@db:5432/eungdae")
    settings = Settings()
    assert settings.resolved_database_url == "postgresql+psycopg://desk@db:5432/eungdae"
    assert settings.tracker_url == "postgresql+psycopg2://desk@db:5432/eungdae"


def test_a_senseless_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUNGDAE_RASA_TIMEOUT", "0")
    with pytest.raises(ValidationError):
        Settings()


def test_a_wrong_setting_is_named_as_it_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUNGDAE_RASA_TIMEOUT", "long")
    with pytest.raises(Invalid, match=r"EUNGDAE_RASA_TIMEOUT$"):
        load_settings()


def test_every_setting_is_described_in_korean_for_the_readme() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
