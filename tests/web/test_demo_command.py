"""`eungdae demo`: which fakes there are, and what is still to be set for one."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from channels.kakao.fake import FakeKakao
from channels.line.fake import FakeLine
from channels.naver.fake import FakeNaver
from core.secrets import load_secrets
from web.cli import demo_commands
from web.cli.app import app
from web.cli.demo_commands import fakes, missing

HERE = "http://127.0.0.1:8123"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of its own, and nothing set."""
    monkeypatch.setenv("EUNGDAE_DATA_DIR", str(tmp_path))


def test_every_channel_with_a_fake_can_be_tried() -> None:
    folders = {path.parent.name for path in Path(demo_commands.channels.__path__[0]).glob("*/fake.py")}
    assert set(fakes()) == folders
    assert fakes()["kakao"] is FakeKakao


@pytest.mark.parametrize("name", sorted(fakes()))
def test_each_page_says_whose_it_is(name: str, tmp_path: Path) -> None:
    cloud = fakes()[name].opened(f"{HERE}/channels/{name}", load_secrets(tmp_path))
    assert f"{cloud.title} 체험 화면" in TestClient(cloud.app).get("/").text


def test_kakao_needs_nothing_but_its_address_for_everything() -> None:
    assert missing(FakeKakao, HERE) == {"EUNGDAE_KAKAO_API": HERE}


def test_what_is_set_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = missing(FakeLine, HERE)
    assert wanted["EUNGDAE_LINE_API"] == wanted["EUNGDAE_LINE_API_DATA"] == HERE
    assert set(FakeLine.example) <= set(wanted)
    for name, value in wanted.items():
        monkeypatch.setenv(name, value)
    assert missing(FakeLine, HERE) == {}


def test_a_switch_that_is_on_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in missing(FakeNaver, HERE).items():
        monkeypatch.setenv(name, value)
    assert missing(FakeNaver, HERE) == {}


def test_the_page_opens_where_the_program_expects_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert demo_commands._configured_port(FakeKakao) == 0
    monkeypatch.setenv("EUNGDAE_KAKAO_API", HERE)
    assert demo_commands._configured_port(FakeKakao) == 8123


def test_an_unknown_channel_is_answered_with_those_there_are() -> None:
    done = CliRunner().invoke(app, ["demo", "pigeon"])
    assert done.exit_code == 1
    assert "kakao" in done.output


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = CliRunner().invoke(app, ["demo", "kakao", "--port", str(taken.getsockname()[1])])
    assert done.exit_code == 1
    assert "포트" in done.output
