"""`eungdae directory import|export`: departments and people, from files and to files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from core.clock import SystemClock
from core.privacy import Cipher, Vault
from core.secrets import load_secrets
from core.settings import load_settings
from desk import directory_files, directory_import
from desk.directory_check import DirectoryErrors, Problem, Rows
from desk.directory_import import Changes
from desk.people import By
from web.cli.opening import AsJson, fail, opened_database

app = typer.Typer(help="부서와 직원 정보를 파일로 가져오고 내보냅니다.", no_args_is_help=True)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="가져올 파일: .xlsx, .csv, .yml (여러 개 가능)")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="쓰지 않고 무엇이 바뀌는지만 봅니다.")] = False,
    as_json: AsJson = False,
) -> None:
    """부서와 직원을 가져옵니다. 한 줄이라도 틀리면 줄마다 알려 드리고 아무것도 바꾸지 않습니다."""
    try:
        rows = directory_files.joined([_read(path) for path in files])
        with opened_database() as database, database.session() as session:
            clock = SystemClock()
            changes = directory_import.load(
                session, _vault(clock), rows, By(None), clock.now(), dry_run=dry_run
            )
    except DirectoryErrors as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        fail(f"{len(error.problems)}곳이 틀려 아무것도 바꾸지 않았습니다.")
    _show(changes, dry_run, as_json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="쓸 파일: .xlsx, .yml, .zip(부서와 직원 CSV)")],
) -> None:
    """부서와 직원을 파일로 내보냅니다. 휴대전화 번호가 들어 있으니 조심해서 다루십시오."""
    suffix = ".csv" if file.suffix.lower() == ".zip" else file.suffix.lower()
    if suffix not in directory_files.SUFFIXES or file.suffix.lower() == ".csv":
        fail("쓸 수 있는 파일은 .xlsx, .yml, .zip(부서와 직원 CSV)입니다.")
    with opened_database() as database, database.session() as session:
        data = directory_files.write(session, _vault(SystemClock()), suffix)
    try:
        file.write_bytes(data)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    typer.echo(f"{file}에 썼습니다.")


def _read(path: Path) -> Rows:
    try:
        return directory_files.read(path.name, path.read_bytes())
    except OSError as error:
        raise DirectoryErrors([Problem(str(path), "", f"읽을 수 없습니다: {error.strerror}")]) from error


def _vault(clock: SystemClock) -> Vault:
    return Vault(Cipher(load_secrets(load_settings().data_dir).data_key), clock)


def _show(changes: Changes, dry_run: bool, as_json: bool) -> None:
    if as_json:
        counts = {"added": changes.added, "changed": changes.changed, "unchanged": len(changes.unchanged)}
        typer.echo(json.dumps(counts | {"written": not dry_run}, ensure_ascii=False))
        return
    for sign, names in (("+", changes.added), ("~", changes.changed)):
        for name in names:
            typer.echo(f"{sign} {name}")
    for given in changes.handed_over:
        typer.echo(f"  {given.number} → {given.department} {given.person}")
    told = f"추가 {len(changes.added)}, 변경 {len(changes.changed)}, 그대로 {len(changes.unchanged)}"
    typer.echo(told + (" (쓰지 않았습니다)" if dry_run else ""))
    if not dry_run and (changes.added or changes.changed):
        typer.echo("담당 업무를 바꾸셨다면 'eungdae index'를 실행해 주십시오. 담당 부서 안내에 반영됩니다.")
