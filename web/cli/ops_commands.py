"""`eungdae run` and `eungdae doctor`."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from core.errors import EungdaeError
from core.secrets import load_secrets
from core.settings import Settings, load_settings
from ops.doctor import State, examine, report
from ops.guard import only_instance, require_free
from ops.layout import log_dir
from ops.prepare import prepare
from ops.processes import processes
from ops.supervisor import Supervisor
from ops.welcome import welcome


def run() -> None:
    """모든 것을 시작합니다. Ctrl-C로 끝냅니다."""
    os.umask(0o077)  # whatever is made from here on is its owner's alone
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
    checks = examine(load_settings())
    typer.echo(report(checks, as_json=as_json))
    if any(check.state is State.FAILED for check in checks):
        raise typer.Exit(1)


def _supervise(settings: Settings) -> None:
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
