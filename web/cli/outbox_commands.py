"""`eungdae outbox`: what is on its way to citizens, without a word of it; sent again, or given up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from conversations import deliveries
from conversations.models import OutboxItem
from conversations.outbox import CANCELLED, FAILED, OWED, SENT, WAITS
from core.clock import SEOUL, SystemClock
from core.errors import EungdaeError
from web.cli.opening import AsJson, fail, opened_database

app = typer.Typer(help="고객에게 나가는 답변의 발송함을 봅니다. 다시 보내거나 취소합니다.")

_STATES = {OWED: "발송 대기", WAITS: "고객 대기", SENT: "보냄", FAILED: "실패", CANCELLED: "취소"}
_MOST = 200
_WIDE = 1000

Ids = Annotated[list[int] | None, typer.Argument(help="발송함의 번호")]


@app.callback(invoke_without_command=True)
def list_(
    context: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option(help=f"상태: {', '.join(_STATES)}. 비우면 끝나지 않은 것만 봅니다.")
    ] = None,
    route: Annotated[str, typer.Option(help="보내는 길 (예: telegram, email, sms)")] = "",
    ticket: Annotated[str, typer.Option(help="접수번호")] = "",
    as_json: AsJson = False,
) -> None:
    """발송함을 봅니다. 고객의 정보와 내용은 나오지 않습니다."""
    if context.invoked_subcommand:
        return
    with _transaction() as session:
        lines = deliveries.lines(session, state or (), route, ticket, _MOST)
    if as_json:
        rows = [asdict(line) for line in lines]
        typer.echo(json.dumps(rows, ensure_ascii=False, default=datetime.isoformat))
        return
    if not lines:
        typer.echo("발송함이 비어 있습니다.")
        return
    _show(lines)


@app.command()
def retry(
    ids: Ids = None, everything: Annotated[bool, typer.Option("--all", help="실패한 것 모두")] = False
) -> None:
    """실패하거나 취소한 답변을 다시 보냅니다."""
    if not ids and not everything:
        fail("다시 보낼 번호를 적거나 --all을 붙이십시오.")
    now = SystemClock().now()
    with _transaction() as session:
        if everything:
            items = deliveries.failed(session)
            for item in items:
                deliveries.again(item, now)
            count = len(items)
        else:
            count = _each(session, ids or [], lambda item: deliveries.again(item, now))
    typer.echo(f"{count}건을 다시 보냅니다.")


@app.command()
def cancel(ids: Ids = None) -> None:
    """아직 나가지 않은 답변을 보내지 않기로 합니다."""
    if not ids:
        fail("취소할 번호를 적어 주십시오.")
    now = SystemClock().now()
    with _transaction() as session:
        count = _each(session, ids, lambda item: deliveries.cancel(item, now))
    typer.echo(f"{count}건을 취소했습니다.")


def _each(session: Session, ids: Sequence[int], act: Callable[[OutboxItem], None]) -> int:
    """All of them or none."""
    for item_id in ids:
        act(deliveries.numbered(session, item_id))
    return len(ids)


@contextmanager
def _transaction() -> Iterator[Session]:
    with opened_database() as database:
        try:
            with database.session() as session:
                yield session
        except EungdaeError as error:
            fail(error.message)


def _show(lines: Sequence[deliveries.Line]) -> None:
    table = Table("번호", "상태", "길", "접수번호", "시도", "다음 시도", "만든 때", "사유")
    for line in lines:
        doubt = " (두 번 전달되었을 수 있음)" if line.uncertain else ""
        table.add_row(
            str(line.id), _STATES[line.state], line.route, line.number, str(line.tries), _moment(line.after),
            _moment(line.created_at), f"{line.reason}{doubt}".strip(),
        )  # fmt: skip
    console = Console()
    if not console.is_terminal:  # a file or another program has no edge to cut at
        console.width = _WIDE
    console.print(table)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(SEOUL):%m-%d %H:%M:%S}" if at else ""
