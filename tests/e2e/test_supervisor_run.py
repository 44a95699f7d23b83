"""`eungdae run` over a prepared folder: says where everything is, keeps it alive, and ends it all."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from core.settings import Settings
from ops.child import _leash
from ops.layout import PYTHON, ROOT
from ops.prepare import steps
from tests.e2e.installation import START_S, environment, eventually

RUN = [PYTHON.parent / "eungdae", "run"]


@dataclass
class Run:
    """A started `eungdae run`, and what it prints."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    printed: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['EUNGDAE_PORT']}"

    def says(self, words: str, seconds: float = START_S) -> bool:
        """Whether it prints this in time."""
        return eventually(
            lambda: words in self.printed.read_text() or self.process.poll() is not None, seconds
        )

    def children(self) -> dict[str, psutil.Process]:
        """Module → process."""
        children = psutil.Process(self.process.pid).children()
        return {child.cmdline()[-1]: child for child in children if child.is_running()}


@pytest.fixture
def run(prepared: Path, tmp_path: Path) -> Iterator[Run]:
    """The command, started once everything is prepared."""
    data_dir = shutil.copytree(prepared, tmp_path / "data")
    for step in steps(Settings(_env_file=None, data_dir=data_dir)):
        step.stamp.write_text(step.fingerprint())
    variables = environment(data_dir)
    printed = tmp_path / "printed"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            RUN,
            cwd=ROOT,
            env=variables,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=_leash(os.getpid()),  # noqa: PLW1509 - it takes no lock
        )
    yield Run(process, variables, printed)
    process.kill()
    process.wait()


def test_one_command_starts_keeps_and_ends_everything(run: Run) -> None:
    assert run.says("Ctrl-C"), run.printed.read_text()
    printed = run.printed.read_text()
    password = Path(run.environment["EUNGDAE_DATA_DIR"], "first-login.txt").read_text().split()[1]
    assert all(words in printed for words in (f"{run.url}/\n", f"{run.url}/staff\n", f"admin / {password}"))
    assert "[5/6]" not in printed, "it was prepared"
    for page in ("/", "/staff/login"):
        assert httpx.get(run.url + page).status_code == 200

    second = subprocess.run(
        RUN,
        cwd=ROOT,
        env={**run.environment, "EUNGDAE_PORT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"이미 실행 중입니다(프로세스 번호 {run.process.pid}).")

    first = run.children()
    assert first.keys() == {"web.serve", "bot.serve"}
    first["web.serve"].kill()
    assert run.says("다시 시작합니다", 5)
    assert eventually(lambda: is_well(run), START_S)
    again = run.children()
    assert again["web.serve"] != first["web.serve"]
    assert again["bot.serve"] == first["bot.serve"]

    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(20) == 0
    assert not any(child.is_running() for child in again.values())
    assert "모두 끝냈습니다" in run.printed.read_text()


def is_well(run: Run) -> bool:
    """Whether web and Rasa answer."""
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{run.url}/health", timeout=5).json() == {"database": True, "rasa": True}
    return False
