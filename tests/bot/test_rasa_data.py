"""Rasa's own checks of its own files: the validator and the test stories, run against the trained model."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.bot.conftest import ROOT

pytestmark = [pytest.mark.rasa, pytest.mark.slow]


def rasa_command(python: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
    command = [python, "-m", "rasa", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_rasa_finds_nothing_to_complain_about_in_its_data(rasa_python: Path) -> None:
    arguments = [
        "--domain",
        "bot/domain",
        "--data",
        "bot/data",
        "--config",
        "config.yml",
        "--fail-on-warnings",
    ]
    checked = rasa_command(rasa_python, "data", "validate", *arguments)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_trained_model_follows_every_test_story(rasa_python: Path, rasa: Any, tmp_path: Path) -> None:
    model = rasa.models / rasa.client.get(f"{rasa.url}/webhooks/gateway/health").json()["model"]
    stories = ["--stories", "tests/bot/stories", "--model", model]
    tested = rasa_command(rasa_python, "test", "core", *stories, "--out", tmp_path, "--no-plot")
    failed = (tmp_path / "failed_test_stories.yml").read_text()
    assert tested.returncode == 0, tested.stderr
    assert "all good" in failed, failed
    assert re.search(r"Correct: +([1-9]\d*) / \1\b", tested.stdout + tested.stderr)
