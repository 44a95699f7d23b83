"""Processes under measurement: started in groups of their own, watched for memory, ended."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent


def complete(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> None:
    """Run the command to its end; raises CalledProcessError. Its output goes to `log`."""
    variables = {**os.environ, **environment}
    with log.open("ab") as output:
        subprocess.run(
            command, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT, check=True
        )


@contextlib.contextmanager
def started(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command while the block lasts; gives its process. Its output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number, patience in ((signal.SIGINT, 20), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
            return


def require_alive(process: subprocess.Popen[bytes]) -> None:
    """Raise RuntimeError where a process that should serve has ended."""
    if process.poll() is not None:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")


def peak_memory(leader: int) -> dict[str, int]:
    """The peak resident memory in MB of each process below `leader`, by what it runs."""
    found = {}
    for process in psutil.Process(leader).children(recursive=True):
        with contextlib.suppress(psutil.Error, OSError):
            found[_title(process.cmdline())] = peak(process)
    return found


def _title(command: Sequence[str]) -> str:
    """What a process is known by: the module behind `-m`, or else its program."""
    if "-m" in command:
        return command[command.index("-m") + 1]
    return " ".join([Path(part).name for part in command[:3] if not part.startswith("-")])


def peak(process: psutil.Process) -> int:
    """The peak resident memory of a process in MB."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return int(process.memory_info().rss) // 1_000_000
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return int(lines["VmHWM"].split()[0]) * 1024 // 1_000_000


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def machine() -> str:
    """The machine, by its processor and size."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return f"{model}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB"
