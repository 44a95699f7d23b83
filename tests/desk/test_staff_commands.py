from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from core.database import Database
from desk import accounts
from web.cli.staff_commands import app

ADD = ["add", "new", "--name", "새담당", "--department", "front"]


@pytest.fixture
def office(desk: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The small desk, configured as the database of the command line."""
    monkeypatch.setenv("DATABASE_URL", desk.url)
    return desk


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def can_log_in(office: Database, username: str, password: str) -> bool:
    with office.session() as session:
        staff = accounts.authenticate(session, username, password, "192.0.2.1", datetime.now(UTC))
        return staff.username == username


def test_a_typed_password_is_asked_twice_and_never_shown(office: Database) -> None:
    result = run(*ADD, typed="a good long one\na good long one\n")
    assert result.exit_code == 0, result.output
    assert "a good long one" not in result.output
    assert can_log_in(office, "new", "a good long one")


@pytest.mark.parametrize(("options", "typed"), [(["--generate"], ""), ([], "\n\n")])
def test_a_generated_password_is_shown_once_and_works(
    office: Database, options: list[str], typed: str
) -> None:
    result = run(*ADD, *options, typed=typed)
    shown = re.findall(r"비밀번호: (\S+)", result.output)
    assert len(shown) == 1
    assert can_log_in(office, "new", shown[0])


def test_passwd_gives_an_account_a_new_password(office: Database) -> None:
    result = run("passwd", "kim", typed="a good long one\na good long one\n")
    assert result.exit_code == 0
    assert can_log_in(office, "kim", "a good long one")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["passwd", "nobody", "--generate"], "nobody 계정이 없습니다."),
        (["add", "kim", "--name", "김", "--department", "front", "--generate"], "이미 사용 중"),
        (["add", "new", "--name", "새", "--department", "nowhere", "--generate"], "등록되지 않은 부서"),
        (["add", "new", "--name", "새", "--department", "front", "--role", "king", "--generate"], "역할은"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(office: Database, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.output
    assert "비밀번호:" not in result.output


def test_the_list_is_json_for_programs_and_a_table_for_people(office: Database) -> None:
    rows = json.loads(run("list", "--json").output)
    assert [row["username"] for row in rows] == ["cho", "kim", "yoon"]
    assert rows[1]["department"] == "고객지원팀"
    assert "hash" not in str(rows)
    assert "고객지원팀" in run("list").output


def test_a_database_without_tables_is_explained(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    result = run("list")
    assert result.exit_code == 1
    assert "make setup" in result.output
