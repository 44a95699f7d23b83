"""`eungdae run` and `eungdae doctor`."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from core import logging
from core.clock import SystemClock
from core.database import Database
from core.errors import EungdaeError
from core.secrets import load_secrets
from core.settings import Settings, load_settings
from embeddings.encoder import EncoderUnavailable, load_encoder
from faq.storage import SnapshotStore
from ops.doctor import Check, State, examine, report
from ops.guard import only_instance, require_free
from ops.layout import log_dir
from ops.prepare import prepare
from ops.processes import processes
from ops.supervisor import Supervisor
from ops.welcome import welcome
from web.cli.channel_checks import examine_announcements, examine_channels, require_whole
from web.composition import build_faq


def run() -> None:
    """모든 것을 시작합니다. Ctrl-C로 끝냅니다."""
    os.umask(0o077)  # whatever is made from here on, by children too, is its owner's alone
    settings = load_settings()
    try:
        with only_instance(settings.data_dir):
            _supervise(settings)
    except EungdaeError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="프로그램이 읽을 수 있는 형식으로 출력합니다.")
    ] = False,
) -> None:
    """무엇이 설정되어 있고, 연결되며, 오래되었는지 살펴봅니다."""
    logging.configure()
    checks = examine(load_settings(), [examine_channels, examine_announcements, _understanding])
    typer.echo(report(checks, as_json=as_json))
    if any(check.state is State.FAILED for check in checks):
        raise typer.Exit(1)


def _understanding(settings: Settings) -> list[Check]:
    """The encoder and the index; an index that is out of date is made anew on the way."""
    try:
        encoder = load_encoder(settings.encoder)
    except EncoderUnavailable as error:
        return [Check("인코더", State.FAILED, str(error))]
    checks = [Check("인코더", State.OK, f"{encoder.name}, {encoder.dimension}차원")]
    before = SnapshotStore(settings.data_dir / "index").current()
    if before is None:
        return [*checks, Check("색인", State.WARNING, "아직 없습니다. make setup을 실행하십시오")]
    database = Database(settings.resolved_database_url)
    try:
        faq = build_faq(settings, database, SystemClock(), encoder)
    finally:
        database.close()
    if faq.version != before:
        return [
            *checks,
            Check("색인", State.WARNING, f"오래되어 새로 만들었습니다({before} → {faq.version})"),
        ]
    return [*checks, Check("색인", State.OK, f"최신입니다({len(faq.entries())}건, {before})")]


def _supervise(settings: Settings) -> None:
    require_whole(settings)
    require_free(settings.host, settings.port, "EUNGDAE_PORT")
    require_free("127.0.0.1", settings.rasa_port, "EUNGDAE_RASA_PORT")
    require_free("127.0.0.1", settings.actions_port, "EUNGDAE_ACTIONS_PORT")
    prepare(settings)
    supervisor = Supervisor(
        processes(settings, load_secrets(settings.data_dir)),
        logs=log_dir(settings.data_dir),
        announce=lambda missing: typer.echo(welcome(settings, missing)),
    )
    asyncio.run(supervisor.run())
