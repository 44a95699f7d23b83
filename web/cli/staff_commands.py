"""`eungdae staff add|passwd|list`: the accounts of staff."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from core import first_login
from core.database import Database
from core.errors import EungdaeError, NotFound
from core.settings import load_settings
from desk import accounts, directory, passwords
from desk.models import Staff

app = typer.Typer(help="직원 계정을 관리합니다.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(help="로그인 아이디")]
Generate = Annotated[
    bool, typer.Option("--generate", help="비밀번호를 묻지 않고 새로 만들어 한 번만 보여 줍니다.")
]


@app.command()
def add(
    username: Username,
    name: Annotated[str, typer.Option(help="이름")],
    department: Annotated[str, typer.Option(help="부서 ID (예: customer-support)")],
    title: Annotated[str, typer.Option(help="직급")] = "",
    phone: Annotated[str, typer.Option(help="직통 전화번호. 비우면 부서 전화번호로 안내합니다.")] = "",
    role: Annotated[str, typer.Option(help=f"역할: {', '.join(accounts.ROLES)}")] = "agent",
    generate: Generate = False,
) -> None:
    """직원을 추가합니다."""
    password, generated = _password(generate)
    with _transaction() as session:
        accounts.add(
            session,
            username=username,
            name=name,
            department_id=department,
            title=title,
            phone=phone,
            role=role,
            password=password,
        )
    typer.echo(f"{username} 계정을 추가하였습니다.")
    _show(password, generated)


@app.command()
def passwd(username: Username, generate: Generate = False) -> None:
    """비밀번호를 바꾸고, 그 계정의 로그인을 모두 끊습니다."""
    password, generated = _password(generate)
    with _transaction() as session:
        staff = accounts.find(session, username)
        if staff is None:
            raise NotFound(f"{username} 계정이 없습니다.")
        accounts.set_password(session, staff, password)
    first_login.forget(load_settings().data_dir, username)
    typer.echo(f"{username} 계정의 비밀번호를 바꾸었습니다.")
    _show(password, generated)


@app.command("list")
def list_(
    as_json: Annotated[
        bool, typer.Option("--json", help="프로그램이 읽을 수 있는 형식으로 출력합니다.")
    ] = False,
) -> None:
    """직원 목록을 보여 줍니다."""
    with _transaction() as session:
        rows = [_row(staff) for staff in accounts.all_staff(session)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("아이디", "이름", "직급", "부서", "전화번호", "역할", "상태")
    for row in rows:
        login = "로그인 가능" if row["password"] else "비밀번호 없음"
        state = login if row["active"] else "사용 중지"
        table.add_row(
            *(str(row[key]) for key in ("username", "name", "title", "department", "phone", "role")), state
        )
    Console().print(table)


@contextmanager
def _transaction() -> Iterator[Session]:
    """One transaction on the configured database; what goes wrong is said in one line, with exit code 1."""
    database = Database(load_settings().resolved_database_url)
    try:
        with database.session() as session:
            yield session
    except EungdaeError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    except (OperationalError, ProgrammingError) as error:
        typer.echo("데이터베이스가 아직 준비되지 않았습니다. 먼저 make setup을 실행해 주십시오.", err=True)
        raise typer.Exit(1) from error
    finally:
        database.close()


def _password(generate: bool) -> tuple[str, bool]:
    """The password to set, and whether it was generated (also when none was typed)."""
    typed = "" if generate else _ask()
    return typed or passwords.generate(), not typed


def _ask() -> str:
    return str(
        typer.prompt(
            "비밀번호 (비우면 새로 만들어 드립니다)",
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt="비밀번호 확인",
        )
    )


def _show(password: str, generated: bool) -> None:
    if generated:
        typer.echo(f"비밀번호: {password}  (다시 보여 드리지 않습니다)")


def _row(staff: Staff) -> dict[str, str | bool]:
    signature = directory.contact(staff)
    return {
        "username": staff.username,
        "name": signature.name,
        "title": signature.title,
        "department": signature.department,
        "phone": signature.phone,
        "role": staff.role,
        "active": staff.active,
        "password": staff.password_hash is not None,
    }
