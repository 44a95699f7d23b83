"""A channel that is half set or wrongly set stops the start with one line, and the doctor tells of each."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.settings import Settings
from ops.doctor import State
from web.cli import ops_commands
from web.cli.app import app
from web.cli.channel_checks import examine_announcements, examine_channels


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("something was started")

    monkeypatch.setenv("EUNGDAE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(ops_commands, "require_free", never)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"EMAIL_IMAP_PORT": "abc"}, "설정값이 올바르지 않습니다: EUNGDAE_EMAIL_IMAP_PORT"),
        ({"LINE_API": "line"}, "설정값이 올바르지 않습니다: EUNGDAE_LINE_API"),
        ({"TELEGRAM_TOKEN": "1:t"}, "telegram 채널의 설정이 빠졌습니다: EUNGDAE_TELEGRAM_SECRET"),
        ({"EMAIL_ADDRESS": "a@b.kr"}, "email 채널의 설정이 빠졌습니다: EUNGDAE_SMTP_HOST"),
    ],
)
def test_nothing_starts_and_one_line_says_why(
    given: dict[str, str], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"EUNGDAE_{name}", value)
    run = CliRunner().invoke(app, ["run"])
    assert (run.exit_code, run.output.strip()) == (1, line)


def test_the_doctor_tells_of_each_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUNGDAE_LINE_ACCESS_TOKEN", "t")
    monkeypatch.setenv("EUNGDAE_SMS_API", "sms")
    found = {check.name: check for check in examine_channels(Settings(_env_file=None))}
    assert found["채널 line"].state is State.FAILED
    assert "EUNGDAE_LINE_CHANNEL_SECRET" in found["채널 line"].detail
    assert found["채널 sms"].state is State.FAILED
    assert "EUNGDAE_SMS_API" in found["채널 sms"].detail
    assert found["채널 kakao"].detail == "열려 있습니다"
    assert found["채널 slack"].detail == "설정하지 않아 닫혀 있습니다"


def test_where_no_database_is_none_is_made(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert examine_announcements(settings) == []
    assert list(tmp_path.iterdir()) == []
