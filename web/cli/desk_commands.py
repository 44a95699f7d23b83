"""`eungdae deadline`: both dates of "within three business days" for a moment of receipt."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from core.clock import SEOUL
from core.database import Database
from core.settings import load_settings
from desk import overrides
from desk.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from desk.models import CalendarOverride
from web.cli.opening import AsJson, fail


def deadline(
    received: Annotated[
        str, typer.Argument(help='접수 일시 (예: "2026-04-30 10:00"). 시간대가 없으면 서울 시각입니다.')
    ],
    as_json: AsJson = False,
) -> None:
    """접수 일시의 답변 약속일과 24 근무시간 목표를 셈합니다. 조정한 근무일도 반영합니다."""
    moment = _moment(received)
    calendar = _calendar()
    try:
        due, target = calendar.promise_due(moment), calendar.target(moment).astimezone(SEOUL)
    except (ValueError, OverflowError):
        fail(f"{FIRST_YEAR}년부터 {LAST_YEAR}년까지의 일시만 셈할 수 있습니다: {received}")
    if as_json:
        dates = {"promise_due": due.isoformat(), "working_hours_target": target.isoformat()}
        typer.echo(json.dumps(dates))
        return
    typer.echo(f"답변 약속일: {due:%Y-%m-%d} (그날이 끝날 때까지)")
    typer.echo(f"24 근무시간 목표: {target:%Y-%m-%d %H:%M} (서울)")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        fail(f'접수 일시는 "2026-04-30 10:00"과 같은 형식으로 적어 주십시오: {text}')
    return moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)


def _calendar() -> Calendar:
    """With the overrides of the database, where there is one already: none is made for a question."""
    url = make_url(load_settings().resolved_database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return Calendar()
    database = Database(url.render_as_string(hide_password=False))
    try:
        if not inspect(database.engine).has_table(CalendarOverride.__tablename__):
            return Calendar()
        with database.session() as session:
            return overrides.calendar(session)
    except SQLAlchemyError:
        typer.echo("조정한 근무일을 읽을 수 없어 공휴일만으로 셈하였습니다.", err=True)
        return Calendar()
    finally:
        database.close()
