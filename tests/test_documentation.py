import re
import tomllib
from dataclasses import fields
from pathlib import Path

import typer.main

from core.secrets import Secrets
from core.settings import Settings
from web.cli.app import app

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_every_setting_stands_in_the_readme_with_its_meaning() -> None:
    for name, field in Settings.model_fields.items():
        variable = "DATABASE_URL" if name == "database_url" else f"EUNGDAE_{name.upper()}"
        assert f"| `{variable}` |" in README, variable
        assert str(field.description) in README, variable


def test_every_secret_stands_in_the_readme() -> None:
    for field in fields(Secrets):
        assert f"`EUNGDAE_{field.name.upper()}`" in README


def test_every_command_stands_in_the_readme() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        assert command.hidden or f"`{name}`" in README or f"`eungdae {name}" in README, name


def test_every_package_we_ask_for_has_its_reason_in_the_dependencies_document() -> None:
    root = Path(__file__).parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    reasons = (root / "docs" / "dependencies.md").read_text().lower()
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in wanted:
        name = re.split(r"[<>=\[]", requirement)[0].lower()
        assert name in reasons, name
