"""The command `eungdae`, put together."""

from __future__ import annotations

import typer

from core.errors import EungdaeError
from web.cli import (
    decision_commands,
    demo_commands,
    desk_commands,
    directory_commands,
    faq_commands,
    ledger_commands,
    ops_commands,
    outbox_commands,
    setup_commands,
    staff_commands,
    tuning_commands,
)

app = typer.Typer(
    help="응대: 공공기관 고객 응대 도우미",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(ops_commands.run)
app.command("doctor")(ops_commands.doctor)
app.command("ask")(faq_commands.ask)
app.command("evaluate")(faq_commands.evaluate)
app.command("index")(faq_commands.index)
app.command("calibrate")(decision_commands.calibrate)
app.command("explain")(decision_commands.explain)
app.command("deadline")(desk_commands.deadline)
app.command("demo")(demo_commands.demo)
app.command("ledger")(ledger_commands.ledger_)
app.command("tune")(tuning_commands.tune)
app.command("import")(faq_commands.import_)
app.command("export")(faq_commands.export)
app.command("setup-data", hidden=True)(setup_commands.setup_data)
app.add_typer(staff_commands.app, name="staff")
app.add_typer(outbox_commands.app, name="outbox")
app.add_typer(directory_commands.app, name="directory")


def main() -> None:
    """Run the command line; an error of ours ends it with one line."""
    try:
        app()
    except EungdaeError as error:
        typer.echo(error.message, err=True)
        raise SystemExit(1) from error
