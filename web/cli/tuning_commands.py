"""`eungdae tune`: an adapter of the deployment's own, past its gates; and one command back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from conversations.taught import Taught
from core.clock import SEOUL, SystemClock
from core.database import Database
from core.errors import EungdaeError
from core.privacy import Cipher, Vault
from core.secrets import load_secrets
from core.settings import load_settings
from desk import access
from faq.adapter import AdapterStore
from faq.lessons import Lesson
from faq.regression import Case, applying, load_cases
from faq.service import FaqService
from faq.tuning import Tuning
from faq.tuning import tune as learn
from web.cli.opening import AsJson, fail, opened_database, opened_faq


def tune(
    rollback: Annotated[
        bool, typer.Option("--rollback", help="배우지 않고, 바로 앞의 조정으로 되돌립니다.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """판정에서 인코더의 조정(어댑터)을 배우고, 나빠지는 것이 없을 때만 씁니다."""
    store = AdapterStore(load_settings().data_dir / "adapter")
    try:
        with store.alone():
            if rollback:
                _roll_back(store, as_json)
            else:
                _tune(as_json)
    except EungdaeError as error:
        fail(error.message)


def _tune(as_json: bool) -> None:
    with opened_faq() as (faq, _), opened_database() as database:
        today = SystemClock().now().astimezone(SEOUL).date()
        found = learn(faq, _clicks(database), _cases(faq), today)
        serves = found.gains and not found.fallen
        if serves:
            faq.activate(found.adapter, found.vectors)
            _audit(database, "tune.activate", found.adapter.name)
    _show(found, serves, as_json)
    if found.fallen:
        raise typer.Exit(1)


def _roll_back(store: AdapterStore, as_json: bool) -> None:
    name = store.roll_back()
    with opened_faq() as (faq, _), opened_database() as database:
        version = faq.rebuild()
        _audit(database, "tune.rollback", name or "-")
    if as_json:
        typer.echo(json.dumps({"adapter": name, "version": version}))
    else:
        typer.echo(f"{name or '조정하지 않은 인코더'}(으)로 되돌렸습니다. 색인 {version}")


def _clicks(database: Database) -> list[Lesson]:
    vault = Vault(Cipher(load_secrets(load_settings().data_dir).data_key))
    return Taught(database, vault).clicks()


def _cases(faq: FaqService) -> list[Case]:
    ids = [entry.id for entry in faq.entries()]
    return applying(load_cases(load_settings().regression_set), ids, ids)


def _audit(database: Database, action: str, subject: str) -> None:
    with database.session() as session:
        access.log(session, None, "cli", action, subject, SystemClock().now())


def _show(found: Tuning, serves: bool, as_json: bool) -> None:
    if as_json:
        figures = [asdict(figure) for figure in found.figures]
        told = {"adapter": found.adapter.name, "lessons": found.lessons, "activated": serves}
        typer.echo(json.dumps({**told, "figures": figures}, ensure_ascii=False))
        return
    title = f"조정 {found.adapter.name}: {found.lessons:,}건에서 배움"
    table = Table("", "질문", "지금", "조정 뒤", title=title)
    for figure in found.figures:
        sign = "▼" if figure.falls else "▲" if figure.new > figure.old else ""
        table.add_row(figure.name, str(figure.of), str(figure.old), f"{figure.new} {sign}".strip())
    Console().print(table)
    if found.fallen:
        names = ", ".join(f"{figure.name} {figure.old}→{figure.new}" for figure in found.fallen)
        typer.echo(f"나빠지는 것이 있어 쓰지 않습니다: {names}", err=True)
    elif not serves:
        typer.echo("나아지는 것이 없어 지금 그대로 둡니다.")
    else:
        typer.echo("나빠지는 것이 없어 이제부터 씁니다. 되돌리기: eungdae tune --rollback")
