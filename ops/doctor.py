"""Says what is configured, reachable and out of date."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import httpx
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from core.database import Database
from core.mail import build_mailer
from core.migrate import alembic_config
from core.secrets import FILE_NAME as SECRETS_FILE
from core.secrets import load_secrets
from core.settings import Settings
from ops.guard import NotStartable, require_free
from ops.layout import ROOT
from ops.prepare import steps
from ops.processes import rasa_health, web_health

ENOUGH_DISK = 2_000_000_000  # bytes


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"  # works, or isn't started
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `detail` is for the operator."""

    name: str
    state: State
    detail: str


Examination = Callable[[Settings], Sequence[Check]]


def examine(settings: Settings, more: Sequence[Examination] = ()) -> list[Check]:
    """Look at everything. What can't be examined is a failed check, never an exception."""
    everything = [_environments, _secrets, _disk, _database, _prepared, _processes, _mail, *more]
    return [check for examination in everything for check in _safely(examination, settings)]


def report(checks: Sequence[Check], *, as_json: bool) -> str:
    """The checks, for a program or for a person."""
    if as_json:
        return json.dumps({"checks": [asdict(check) for check in checks]}, ensure_ascii=False)
    marks = {State.OK: "정상", State.WARNING: "주의", State.FAILED: "이상"}
    return "\n".join(f"[{marks[check.state]}] {check.name}: {check.detail}" for check in checks)


def _safely(examination: Examination, settings: Settings) -> Sequence[Check]:
    try:
        return examination(settings)
    except Exception as error:  # noqa: BLE001 - a doctor that falls ill helps nobody
        return [
            Check(
                examination.__name__.strip("_"), State.FAILED, f"살펴볼 수 없습니다({type(error).__name__})"
            )
        ]


def _environments(_: Settings) -> Sequence[Check]:
    setup = [sys.executable, str(ROOT / "scripts" / "setup.py"), "--check"]
    stale = subprocess.run(setup, check=False, capture_output=True, text=True).stdout.split()
    names = (".venv", ".venv-rasa")
    return [
        Check(name, State.WARNING, "오래되었습니다. make setup을 실행하십시오")
        if name in stale
        else Check(name, State.OK, "최신입니다")
        for name in names
    ]


def _secrets(settings: Settings) -> Sequence[Check]:
    path = settings.data_dir / SECRETS_FILE
    if not path.exists():
        return [Check("비밀 키", State.WARNING, "아직 없습니다. 처음 시작할 때 만들어집니다")]
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return [Check("비밀 키", State.FAILED, f"{path}을(를) 다른 사용자가 읽을 수 있습니다(권한 {mode:o})")]
    return [Check("비밀 키", State.OK, f"{path} (소유자만 읽을 수 있습니다)")]


def _disk(settings: Settings) -> Sequence[Check]:
    folder = next(
        path for path in [settings.data_dir.resolve(), *settings.data_dir.resolve().parents] if path.exists()
    )
    free = shutil.disk_usage(folder).free
    state = State.OK if free > ENOUGH_DISK else State.WARNING
    return [Check("디스크", state, f"{settings.data_dir}에 {free / 1e9:.1f} GB 남아 있습니다")]


def _database(settings: Settings) -> Sequence[Check]:
    url = settings.resolved_database_url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return [Check("데이터베이스", State.WARNING, "아직 없습니다. make setup을 실행하십시오")]
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        return [Check("데이터베이스", State.FAILED, f"연결할 수 없습니다({type(error).__name__})")]
    finally:
        database.close()
    head = ScriptDirectory.from_config(alembic_config(url)).get_current_head()
    if current != head:
        return [
            Check(
                "데이터베이스",
                State.FAILED,
                f"구조가 오래되었습니다({current} → {head}). make setup을 실행하십시오",
            )
        ]
    return [Check("데이터베이스", State.OK, f"{database.engine.dialect.name}, 구조 {head}")]


def _mail(settings: Settings) -> Sequence[Check]:
    if not settings.smtp_host:
        return [Check("전자우편", State.OK, "설정하지 않았습니다. 직원 알림은 콘솔에서만 보입니다")]
    mailer = build_mailer(settings, load_secrets(settings.data_dir))
    if mailer and (trouble := asyncio.run(mailer.trouble())):
        return [Check("전자우편", State.FAILED, f"{settings.smtp_host}로 보낼 수 없습니다({trouble})")]
    return [Check("전자우편", State.OK, f"{settings.smtp_host}로 보냅니다")]


def _prepared(settings: Settings) -> Sequence[Check]:
    names = {5: "자료와 색인", 6: "대화 모델"}
    return [
        Check(names[step.number], State.OK, "최신입니다")
        if step.is_current()
        else Check(names[step.number], State.WARNING, "오래되었습니다. make setup을 실행하십시오")
        for step in steps(settings)
    ]


def _processes(settings: Settings) -> Sequence[Check]:
    return [
        _process("웹", web_health(settings), settings.host, settings.port),
        _process("Rasa", rasa_health(settings), "127.0.0.1", settings.rasa_port),
    ]


def _process(title: str, health_url: str, host: str, port: int) -> Check:
    try:
        status = httpx.get(health_url, timeout=3, trust_env=False).status_code
    except httpx.HTTPError:
        try:
            require_free(host, port, "")
        except NotStartable:
            return Check(title, State.FAILED, f"{port}번 포트가 쓰이고 있으나 응답이 없습니다")
        return Check(title, State.WARNING, f"실행 중이 아닙니다({port}번 포트는 비어 있습니다)")
    state = State.OK if status == httpx.codes.OK else State.FAILED
    return Check(title, state, f"{port}번 포트에서 응답합니다({status})")
