"""`eungdae ledger`: the promise ledger in figures, as a file, and held against a published file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from core.clock import SystemClock
from core.errors import EungdaeError
from desk import ledger, report
from desk.promises import month_of
from web.cli.opening import AsJson, fail, opened_database
from web.promise_words import rate


def ledger_(
    month: Annotated[str, typer.Option(help="볼 달 (예: 2026-11). 비우면 이번 달입니다.")] = "",
    entries: Annotated[Path | None, typer.Option(help="그달의 원장을 이 CSV 파일로 씁니다.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="공표한 원장 CSV 파일을 지금의 원장과 대조합니다.", exists=True)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """고객 서비스 약속의 이행률과 원장의 해시를 보여 주고, 공표한 파일이 원장과 맞는지 확인합니다."""
    with opened_database() as database, database.session() as session:
        if check:
            _check(session, check, as_json)
        else:
            _show(session, month or month_of(SystemClock().now()), entries, as_json)


def _show(session: Session, month: str, entries: Path | None, as_json: bool) -> None:
    try:
        counted = report.report(session, month)
    except ValueError:
        fail(f"달은 2026-11과 같은 형식으로 적어 주십시오: {month}")
    text = ledger.as_csv(ledger.rows(session, [month]))
    if entries:
        entries.write_text(text, encoding="utf-8", newline="")
    tallies = {pledge.id: counted.tally(pledge.id, month=month) for pledge in counted.pledges}
    if as_json:
        promises = {
            name: {state: getattr(tally, state) for state in ledger.STATES} | {"rate": tally.rate}
            for name, tally in tallies.items()
        }
        typer.echo(json.dumps({"month": month, "sha256": ledger.digest(text), "promises": promises}))
        return
    table = Table("약속", *ledger.STATES.values(), "이행률", title=f"{month} 고객 서비스 약속")
    for pledge in counted.pledges:
        tally = tallies[pledge.id]
        counts = (str(getattr(tally, state)) for state in ledger.STATES)
        table.add_row(pledge.title, *counts, rate(tally))
    Console().print(table)
    typer.echo(f"SHA-256 {ledger.digest(text)}")


def _check(session: Session, file: Path, as_json: bool) -> None:
    try:
        text = file.read_bytes().decode()
        found = ledger.compare(session, text)
    except UnicodeDecodeError:
        fail("약속 이행 원장의 CSV 파일이 아닙니다.")
    except EungdaeError as error:
        fail(error.message)
    if as_json:
        typer.echo(json.dumps({"sha256": ledger.digest(text), "agrees": found.agrees} | vars(found)))
    else:
        typer.echo(f"SHA-256 {ledger.digest(text)}")
        typer.echo(f"그대로 {found.same}건, 그 뒤 진행 {found.moved_on}건, 제외 {found.excused_since}건")
        wrong = {"바뀐": found.changed, "사라진": found.missing, "빠진": found.withheld}
        for word, ids in wrong.items():
            if ids:
                typer.echo(f"{word} 항목 {len(ids)}건: {', '.join(map(str, ids[:20]))}")
        typer.echo("원장과 맞습니다." if found.agrees else "원장과 맞지 않습니다.")
    if not found.agrees:
        raise typer.Exit(1)
