"""Makes the data and the dialogue's model; each step only when what it is made from has changed.

`python -m ops.prepare` does it by hand; `run` does it before it starts anything.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import EungdaeError
from core.secrets import load_secrets
from core.settings import Settings, load_settings
from ops.layout import PYTHON, RASA_PYTHON, ROOT, model_dir

STEPS = 6  # the first four make the environments: scripts/setup.py


class StepFailed(EungdaeError):
    """A step ended with an error; what it printed stands above."""


@dataclass(frozen=True)
class Step:
    """A command whose result stays good while its sources do and its product is there."""

    number: int
    text: str
    command: Sequence[str]
    sources: Sequence[str]  # patterns below the root
    facts: Sequence[str]  # settings that matter as much as the sources
    stamp: Path
    product: str  # pattern below the stamp's folder; empty: none to look for
    quiet: bool = False  # show its output only when it fails

    def is_current(self) -> bool:
        """Whether the command need not run."""
        folder = self.stamp.parent
        there = not self.product or any(folder.glob(self.product))
        return there and self.stamp.exists() and self.stamp.read_text() == self.fingerprint()

    def fingerprint(self) -> str:
        """One hash over the sources' names and contents, and the facts."""
        result = hashlib.sha256("\0".join(self.facts).encode())
        for path in _files(self.sources):
            result.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
        return result.hexdigest()

    def run(self) -> None:
        """Run the command and leave the stamp; raises StepFailed."""
        print(f"[{self.number}/{STEPS}] {time.strftime('%H:%M:%S')} {self.text}", flush=True)
        self.stamp.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        output = subprocess.PIPE if self.quiet else None
        done = subprocess.run(self.command, cwd=ROOT, stdout=output, stderr=output, check=False)
        if done.returncode != 0:
            sys.stderr.write(((done.stdout or b"") + (done.stderr or b"")).decode(errors="replace"))
            raise StepFailed(f"준비 단계 {self.number}에서 멈추었습니다. 위의 내용을 확인해 주십시오.")
        self.stamp.write_text(self.fingerprint())


def prepare(settings: Settings) -> None:
    """Bring data and model up to date; raises StepFailed."""
    os.umask(0o077)  # databases, models and logs are their owner's alone
    load_secrets(settings.data_dir)
    for step in steps(settings):
        if not step.is_current():
            step.run()


def steps(settings: Settings) -> list[Step]:
    """What has to be there before anything starts."""
    data, models = settings.data_dir.resolve(), model_dir(settings.data_dir).resolve()
    return [
        Step(
            number=5,
            text="데이터베이스, 자주 묻는 질문, 색인을 준비합니다",
            command=[str(PYTHON.parent / "eungdae"), "setup-data"],
            sources=[
                "migrations/**/*.py",
                "faq/**/*",
                "embeddings/**/*.py",
                "desk/sample/*",
                "bot/data/nlu.yml",
            ],
            facts=[settings.resolved_database_url, settings.encoder],
            stamp=data / "data.stamp",
            product="" if settings.database_url else "eungdae.sqlite3",
        ),
        Step(
            number=6,
            text="대화 모델을 학습합니다",
            command=[str(RASA_PYTHON), "-m", "bot.train", "--out", str(models)],
            sources=["bot/**/*", "config.yml", "requirements/rasa-constraints.txt"],
            facts=[],
            stamp=models / "model.stamp",
            product="*.tar.gz",
            quiet=True,
        ),
    ]


def _files(patterns: Iterable[str]) -> list[Path]:
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def main() -> int:
    """The command line of `make setup`."""
    try:
        prepare(load_settings())
    except EungdaeError as error:
        print(error.message, file=sys.stderr)
        return 1
    print("준비가 끝났습니다. `make run`으로 시작합니다.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
