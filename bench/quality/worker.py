"""One contestant in a process of its own, on one thread, so that time and memory are its own.

The process learns the sample and says how many seconds that took; then, for each line (a list of texts), it
says the replies and the seconds that they took. `python -m bench.quality.worker NAME` is that process for all
but Rasa.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

import psutil

from bench.quality.contestants import CONTESTANTS, Reply, encoder_of_settings
from bench.quality.rasa_project import write_project
from bench.quality.sets import SAMPLE, QualitySet, load
from bench.running import ROOT, peak
from core.settings import load_settings

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_INTRA_OP_PARALLELISM_THREADS",
        "TF_INTER_OP_PARALLELISM_THREADS",
    ),
    "1",
)


class WorkerFailed(Exception):
    """The process has ended early; the message is the end of what it printed."""


class Worker:
    """A contestant that has learned and waits for questions."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Waits until it has learned; raises WorkerFailed."""
        self._process, self._log = process, log
        learned = self._heard()
        self.learned_in = float(learned["seconds"])
        """Seconds that indexing or training took."""
        self._peak_of_training = int(learned.get("peak_mb", 0))

    def ask(self, texts: Sequence[str]) -> tuple[list[Reply], float]:
        """Replies, and the seconds that all of them took. Raises WorkerFailed."""
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(json.dumps(list(texts)).encode() + b"\n")
        self._process.stdin.flush()
        heard = self._heard()
        return [Reply(*reply) for reply in heard["replies"]], float(heard["seconds"])

    @property
    def peak_mb(self) -> int:
        """The most memory that it has held until now, in MB."""
        return max(self._peak_of_training, peak(psutil.Process(self._process.pid)))

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101
        line = self._process.stdout.readline()
        if not line:
            raise WorkerFailed(self._log.read_text("utf-8", errors="replace")[-2000:])
        heard: dict[str, Any] = json.loads(line)
        return heard


def command_of(name: str, sample: QualitySet) -> list[str]:
    """What starts this contestant. Rasa's project and model are kept: training takes minutes."""
    if name != "rasa":
        return [sys.executable, "-m", "bench.quality.worker", name]
    project = write_project(load_settings().data_dir / "bench" / "rasa", sample.items)
    return [str(RASA_PYTHON), str(Path(__file__).with_name("rasa_worker.py")), str(project.resolve())]


@contextmanager
def working(command: Sequence[str], log: Path) -> Iterator[Worker]:
    """The contestant of a command, while the block lasts."""
    environment = {**os.environ, **ONE_THREAD, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with (
        log.open("ab") as output,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
        ) as process,
    ):
        try:
            yield Worker(process, log)
        finally:
            process.kill()  # it keeps nothing


def main() -> None:
    """Learn, tell the seconds, then answer."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not reach whoever reads the replies
    sample = load(SAMPLE, None)
    contestant = CONTESTANTS[sys.argv[1]](encoder_of_settings)
    began = time.perf_counter()
    contestant.learn(sample)
    print(json.dumps({"seconds": time.perf_counter() - began}), file=replies, flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        found = contestant.ask(json.loads(line))
        seconds = time.perf_counter() - began
        print(
            json.dumps({"seconds": seconds, "replies": list(map(astuple, found))}), file=replies, flush=True
        )


if __name__ == "__main__":
    main()
