"""Secrets are generated once, for the owner's eyes, and the environment has the last word."""

from __future__ import annotations

import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from core.privacy import Cipher
from core.secrets import FILE_NAME, load_secrets


@pytest.fixture(autouse=True)
def _no_secrets_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIGNING_KEY", "DATA_KEY", "RASA_TOKEN", "ACTIONS_TOKEN", "KAKAO_SECRET", "SMTP_PASSWORD"):
        monkeypatch.delenv(f"EUNGDAE_{name}", raising=False)


def test_secrets_are_generated_once_and_the_same_after_a_restart(tmp_path: Path) -> None:
    first = load_secrets(tmp_path)
    assert load_secrets(tmp_path) == first
    generated = [value for name, value in asdict(first).items() if name != "smtp_password"]
    assert len(set(generated)) == 5
    assert all(len(value) >= 32 for value in generated)


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    one, other = load_secrets(tmp_path / "one"), load_secrets(tmp_path / "other")
    assert not set(asdict(one).values()) & set(asdict(other).values()) - {""}


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    load_secrets(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    load_secrets(tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_the_environment_wins_and_its_value_is_not_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = load_secrets(tmp_path)
    monkeypatch.setenv("EUNGDAE_KAKAO_SECRET", "from-the-vendor")
    secrets = load_secrets(tmp_path)
    assert secrets.kakao_secret == "from-the-vendor"
    assert secrets.data_key == kept.data_key
    assert "from-the-vendor" not in (tmp_path / FILE_NAME).read_text()


def test_a_password_that_others_give_us_is_read_but_never_made_up(tmp_path: Path) -> None:
    assert not load_secrets(tmp_path).smtp_password
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write("EUNGDAE_SMTP_PASSWORD=from-the-mail-server\n")
    assert load_secrets(tmp_path).smtp_password == "from-the-mail-server"


def test_an_empty_variable_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUNGDAE_RASA_TOKEN", "")
    assert len(load_secrets(tmp_path).rasa_token) >= 32


def test_a_new_secret_joins_an_older_file_without_touching_the_others(tmp_path: Path) -> None:
    # A file that was edited by hand, without a line end at its end.
    (tmp_path / FILE_NAME).write_text("EUNGDAE_SIGNING_KEY=kept-from-long-ago")
    secrets = load_secrets(tmp_path)
    assert secrets.signing_key == "kept-from-long-ago"
    assert load_secrets(tmp_path) == secrets


def test_the_generated_data_key_encrypts(tmp_path: Path) -> None:
    cipher = Cipher(load_secrets(tmp_path).data_key)
    assert cipher.decrypt(cipher.encrypt("홍길동")) == "홍길동"
