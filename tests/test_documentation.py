import importlib
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main

from channels.registry import TABLE
from channels.settings import ChannelSettings
from core.secrets import Secrets
from core.settings import Settings
from web.cli.app import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


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
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text().lower()
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in wanted:
        name = re.split(r"[<>=\[]", requirement)[0].lower()
        assert name in reasons, name


CHANNELS = ROOT / "channels"
DOORS = sorted(path.parent for path in CHANNELS.glob("*/settings.py"))


def settings_of(folder: Path) -> type[ChannelSettings]:
    module = importlib.import_module(f"channels.{folder.name}.settings")
    [found] = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, ChannelSettings) and one is not ChannelSettings
    ]
    return found


@pytest.mark.parametrize("folder", DOORS, ids=lambda folder: folder.name)
def test_every_setting_of_a_channel_stands_in_its_readme_with_its_meaning(folder: Path) -> None:
    readme, settings = (folder / "README.md").read_text(), settings_of(folder)
    for name, field in settings.model_fields.items():
        variable = f"{settings.model_config['env_prefix']}{name.upper()}"
        assert f"| `{variable}` |" in readme, variable
        assert str(field.description) in readme, variable


@pytest.mark.parametrize("folder", DOORS, ids=lambda folder: folder.name)
def test_every_channels_folder_is_whole(folder: Path) -> None:
    for name in ("__init__.py", "adapter.py", "settings.py", "fake.py", "README.md"):
        assert (folder / name).exists(), name
    assert f"channels/{folder.name}/README.md" in README
    if folder.name in TABLE:
        assert list((ROOT / "tests/channels" / folder.name / "fixtures").iterdir())


def test_every_channel_of_the_table_has_a_folder_and_a_line_in_the_guide() -> None:
    guide = (ROOT / "docs/channels.md").read_text()
    for name in TABLE:
        assert (CHANNELS / name / "adapter.py").exists()
        assert f"`{name}`" in guide, name
