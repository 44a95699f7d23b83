"""Tiny children and a real supervisor in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
print("hello from", os.getpid(), flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
DRIVER = """
import asyncio, sys
from pathlib import Path
from ops.child import Pace, Spec
from ops.guard import only_instance
from ops.supervisor import Supervisor
folder, patience, ports = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
pace = Pace(poll=0.02, watch=0.1, patience=0.3, strikes=2, first_delay=0.05, longest_delay=0.2, grace=1)
specs = [
    Spec(f"child{i}", f"아이{i}", [sys.executable, str(folder / "child.py"), port, str(i)], f"http://127.0.0.1:{port}/")
    for i, port in enumerate(ports)
]
announce = lambda missing: print("ready", missing, flush=True)
with only_instance(folder):
    asyncio.run(Supervisor(specs, folder / "logs", announce, pace, patience).run())
"""


@dataclass
class Running:
    """A supervisor with fake children, seen from outside."""

    process: subprocess.Popen[str]
    folder: Path

    def children(self) -> list[int]:
        return sorted(child.pid for child in psutil.Process(self.process.pid).children())

    def read_until(self, text: str) -> str:
        assert self.process.stdout is not None
        read = ""
        while text not in read:
            line = self.process.stdout.readline()
            assert line, f"ended without {text!r}: {read}"
            read += line
        return read

    def log(self, number: int = 0) -> str:
        return (self.folder / "logs" / f"child{number}.log").read_text()


def eventually(condition: Callable[[], bool], seconds: float = 8) -> bool:
    """Whether the condition comes true in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):
            if condition():
                return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    """Whether this process still does anything (a zombie only waits to be noticed)."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., bool]:
    return eventually


@pytest.fixture(name="alive")
def alive_fixture() -> Callable[[int], bool]:
    return alive


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    return free_port()


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a supervisor over `count` fake children, each of this source."""
    started: list[subprocess.Popen[str]] = []

    def start(count: int = 1, source: str = CHILD, patience: float = 20) -> Running:
        (tmp_path / "child.py").write_text(textwrap.dedent(source))
        ports = [str(free_port()) for _ in range(count)]
        command = [sys.executable, "-c", DRIVER, str(tmp_path), str(patience), *ports]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        started.append(process)
        return Running(process, tmp_path)

    yield start
    for process in started:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
