"""A real installation: the processes that the supervisor would start, on free ports, over one data folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from core.secrets import load_secrets
from core.settings import Settings
from ops.child import Spec, _leash
from ops.layout import RASA_PYTHON, ROOT, log_dir, model_dir
from ops.processes import processes, web_address

START_S = 120
CHECKOUT = Path(os.environ.get("EUNGDAE_DATA_DIR", ROOT / "var"))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; all different."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def eventually(condition: Callable[[], object], seconds: float = 10, pause: float = 0.05) -> bool:
    """Whether the condition comes true in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(pause)
    return False


def environment(data_dir: Path) -> dict[str, str]:
    """What an operator would set for another installation: nothing of theirs is touched, no port is fixed."""
    port, actions, rasa = free_ports(3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EUNGDAE_")}
    return kept | {
        "EUNGDAE_DATA_DIR": str(data_dir),
        "DATABASE_URL": "",
        "EUNGDAE_PORT": str(port),
        "EUNGDAE_ACTIONS_PORT": str(actions),
        "EUNGDAE_RASA_PORT": str(rasa),
    }


def prepare(data_dir: Path) -> Path:
    """Data, index and model in an empty folder; what `make setup` has made in the checkout is taken over.

    Index and models are named by what they are made from: an old one is not used.
    """
    for name in ("index", "models"):
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, data_dir / name, ignore=shutil.ignore_patterns("*.stamp"))
    commands = [
        [sys.executable, "-c", "from web.cli.setup_commands import setup_data; setup_data()"],
        [RASA_PYTHON, "-m", "bot.train", "--out", model_dir(data_dir)],
    ]
    for command in commands:
        done = subprocess.run(
            command, cwd=ROOT, env=environment(data_dir), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return data_dir


class Process:
    """One process, which can be stopped, continued, killed and started again."""

    def __init__(self, spec: Spec, environment: Mapping[str, str], log: Path) -> None:
        self.spec, self.log = spec, log
        self._environment = {**environment, **spec.environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, without waiting."""
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.spec.command,
                cwd=self.spec.folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                # Even a killed test run leaves nothing behind.
                preexec_fn=_leash(os.getpid()),  # noqa: PLW1509 - it takes no lock
            )

    def wait_until_ready(self) -> None:
        """Wait for its health."""
        assert eventually(self._is_settled, START_S), f"{self.spec.name} didn't start: {self._words()}"
        assert self.is_alive, f"{self.spec.name} ended: {self._words()}"

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it without a word."""
        if self.is_alive:
            self.send(signal.SIGKILL)
            self._process.wait()

    def _is_settled(self) -> bool:
        return not self.is_alive or self._is_healthy()

    def _is_healthy(self) -> bool:
        try:
            return httpx.get(self.spec.health_url, timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def _words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


class Installation:
    """Web and Rasa over one data folder."""

    def __init__(self, data_dir: Path, **variables: str) -> None:
        """`variables` are settings beside those that every installation of a test has."""
        self.data_dir = data_dir
        self.environment = environment(data_dir) | variables
        ports = {
            name: int(self.environment[f"EUNGDAE_{name.upper()}"])
            for name in ("port", "actions_port", "rasa_port")
        }
        self.settings = Settings(_env_file=None, data_dir=data_dir, **ports)
        self.secrets = load_secrets(data_dir)
        self.url = web_address(self.settings)
        self.web, self.rasa = (
            Process(spec, self.environment, log_dir(data_dir) / f"{spec.name}.log")
            for spec in processes(self.settings, self.secrets)
        )

    @property
    def first_login(self) -> tuple[str, str]:
        """User name and password of the first account."""
        username, password = (self.data_dir / "first-login.txt").read_text().split()
        return username, password

    def start(self) -> None:
        """Start both, and wait until both are ready."""
        for process in (self.rasa, self.web):
            process.start()
        for process in (self.web, self.rasa):
            process.wait_until_ready()

    def stop(self) -> None:
        """End both."""
        for process in (self.web, self.rasa):
            process.kill()
