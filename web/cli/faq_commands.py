"""`eungdae ask|evaluate|index|import|export`: the FAQ from the command line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from core import logging
from core.clock import SEOUL, SystemClock
from core.database import Database
from core.errors import Conflict
from core.settings import load_settings
from desk import access, directory
from faq import evaluation, importing, publishing, repository
from faq.decision import Answer, Choices
from faq.importing import Changes
from faq.regression import Breaks, Gate
from faq.service import FaqService
from faq.sources import SourceErrors, load_sources, write_entries
from web.cli.decision_commands import told
from web.cli.opening import AsJson, encoder_or_fail, fail, opened_database, opened_faq
from web.composition import build_faq

_DECISIONS = {Answer: "answer", Choices: "choices"}


def ask(question: Annotated[str, typer.Argument(help="질문")], as_json: AsJson = False) -> None:
    """질문 하나에 어떻게 답하는지 보여 줍니다."""
    with opened_faq() as (faq, _):
        faq.understand("처음 묻는 말")  # the first question of a process also loads the morphemes' model
        started = time.perf_counter()
        found = faq.understand(question)
        elapsed = (time.perf_counter() - started) * 1000
        answer = faq.entry(found.decision.faq_id) if isinstance(found.decision, Answer) else None
    result = {
        "decision": _DECISIONS.get(type(found.decision), "handoff"),
        "faq_id": answer.id if answer else None,
        "answer": answer.answer if answer else None,
        "choices": [
            {"faq_id": c.faq_id, "question": c.question, "confidence": round(c.confidence, 4)}
            for c in found.candidates[:3]
        ],
        "confidence": round(found.confidence, 4),
        "latency_ms": round(elapsed, 2),
    }
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    typer.echo(
        answer.answer
        if answer
        else "바로 답하지 않고 "
        + ("고르게 합니다." if result["decision"] == "choices" else "담당자에게 넘깁니다.")
    )
    for choice in found.candidates[:3]:
        typer.echo(f"  {choice.confidence:.2f}  {choice.faq_id}  {choice.question}")


def evaluate(
    queries: Annotated[str, typer.Option(help="질문 파일(JSON Lines). -는 표준 입력")],
    index: Annotated[
        str | None, typer.Option(help="색인 파일(JSON Lines). 없으면 지금의 FAQ에 묻습니다.")
    ] = None,
    per_query: Annotated[Path | None, typer.Option(help="질문마다 한 줄씩 쓸 파일")] = None,
    as_json: AsJson = False,
) -> None:
    """정답이 붙은 질문들로 검색과 판단을 잽니다."""
    if index == "-" and queries == "-":
        fail("표준 입력은 한 번만 읽을 수 있습니다.")
    try:
        labelled = evaluation.read_queries(_rows(queries))
        if not labelled:
            fail("질문이 하나도 없습니다.")
        with _progress() as progress:
            if index is None:
                with opened_faq() as (faq, encoder):
                    today = SystemClock().now().astimezone(SEOUL).date()
                    engine: evaluation.Engine = evaluation.LoadedFaq(faq.snapshot, today)
            else:
                encoder = encoder_or_fail()
                encode = evaluation.encode_with_progress(encoder, progress)
                alpha = load_settings().answer_error_rate
                engine = evaluation.ForeignIndex(list(_rows(index)), encode, alpha)
            outcomes = evaluation.run(engine, encoder, labelled, progress)
        if per_query:
            per_query.write_text("".join(f"{line}\n" for line in evaluation.per_query(outcomes)), "utf-8")
    except evaluation.EvaluationError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    result = evaluation.report(outcomes)
    if as_json:
        typer.echo(json.dumps(result))
    else:
        for name, value in result.items():
            typer.echo(f"{name:>20}  {value}")


def index(as_json: AsJson = False) -> None:
    """색인을 데이터베이스의 내용으로 새로 만듭니다. 실행 중인 서비스가 곧바로 넘겨받습니다."""
    started = time.perf_counter()
    with opened_faq() as (faq, _):
        result = {
            "version": faq.version,
            "entries": len(faq.entries()),
            "rows": faq.snapshot.index.size,
            "seconds": round(time.perf_counter() - started, 2),
            "bound": vars(faq.snapshot.calibration.bound),
        }
    bound = faq.snapshot.calibration.bound
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    typer.echo(f"색인 {result['version']}: 항목 {result['entries']}건, {result['rows']}행")
    for line in told(bound, faq.snapshot.identity.outside_share):
        typer.echo(line)


def import_(
    files: Annotated[list[Path], typer.Argument(help="YAML, CSV, 엑셀(.xlsx) 파일 또는 폴더")],
    replace: Annotated[bool, typer.Option("--replace", help="파일에 없는 항목은 지웁니다.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="바뀔 내용만 보여 줍니다.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="회귀 질문이 나빠져도 씁니다. 접근 기록에 남습니다.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """자주 묻는 질문을 가져옵니다. 바뀌는 내용을 보여 주고, 모두 쓰거나 하나도 쓰지 않습니다."""
    with opened_database() as database:
        with database.session() as session:
            known = {unit.id for unit in directory.departments(session)}
        try:
            entries = load_sources(files, known or None)

            def plan(session: Session) -> Changes:
                return importing.plan(session, entries, replace=replace)

            changes = _publish(database, plan, dry_run, force)
        except SourceErrors as errors:
            _refuse(errors.errors, as_json)
        except (Breaks, Conflict) as error:
            _refuse(error.message.splitlines(), as_json)
    _show(changes, dry_run, as_json)


def _publish(database: Database, plan: publishing.Plan, dry_run: bool, force: bool) -> Changes:
    settings, clock = load_settings(), SystemClock()

    def faq() -> FaqService:
        logging.configure()
        return build_faq(settings, database, clock, encoder_or_fail())

    gate = Gate(faq, settings.regression_set, clock)
    if dry_run:
        return publishing.check(database, plan, gate)
    try:
        return publishing.publish(database, plan, gate, clock)
    except Breaks as error:
        if not force:
            raise
        typer.echo(error.message.replace("나빠져서 아무것도 바꾸지 않았습니다", "나빠집니다"), err=True)
        with database.session() as session:
            changes = plan(session)
            importing.apply(session, changes, clock.now())
            access.log(session, None, "cli", "faq.import.forced", f"{len(error.broken)} broken", clock.now())
        return changes


def _refuse(errors: list[str], as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"errors": errors}, ensure_ascii=False))
    fail("\n".join(errors))


def export(file: Annotated[Path, typer.Argument(help="쓸 파일: .yml, .csv, .xlsx")]) -> None:
    """자주 묻는 질문을 파일로 내보냅니다. 다시 가져오면 그대로입니다."""
    with opened_database() as database, database.session() as session:
        entries = repository.all_entries(session)
    try:
        write_entries(file, entries)
    except SourceErrors as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    typer.echo(f"{len(entries)}건을 {file}에 썼습니다.")


def _show(changes: Changes, dry_run: bool, as_json: bool) -> None:
    names = {
        "added": [entry.id for entry in changes.added],
        "changed": [entry.id for entry in changes.changed],
        "removed": changes.removed,
    }
    if as_json:
        typer.echo(json.dumps({**names, "unchanged": len(changes.unchanged), "written": not dry_run}))
        return
    for sign, ids in zip("+~-", names.values(), strict=True):
        for entry_id in ids:
            typer.echo(f"{sign} {entry_id}")
    counts = {name: len(ids) for name, ids in zip(("추가", "변경", "삭제"), names.values(), strict=True)}
    counts["그대로"] = len(changes.unchanged)
    summary = ", ".join(f"{name} {count}" for name, count in counts.items())
    typer.echo(summary + (" (쓰지 않았습니다)" if dry_run else ""))
    if not dry_run and not changes.empty:
        typer.echo("'eungdae index'를 실행하면 답변에 반영됩니다.")


def _rows(name: str) -> Iterator[dict[str, Any]]:
    if name == "-":
        yield from evaluation.read_rows(sys.stdin, "표준 입력")
    else:
        with Path(name).open(encoding="utf-8") as file:
            try:
                yield from evaluation.read_rows(file, Path(name).name)
            except UnicodeDecodeError:
                raise evaluation.EvaluationError(
                    f"{Path(name).name}: UTF-8로 저장된 파일이 아닙니다."
                ) from None


@contextmanager
def _progress() -> Iterator[evaluation.Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks = {name: bar.add_task(name, total=None, visible=False) for name in ("색인", "질문")}
        yield lambda name, done, total: bar.update(tasks[name], completed=done, total=total, visible=True)
