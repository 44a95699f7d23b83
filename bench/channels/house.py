"""The program under measurement: its web process and Rasa, each to be killed and started again at will."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.running import ROOT, complete, free_ports, require_alive
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from ops.child import Spec
from ops.layout import PYTHON
from ops.processes import processes, web_address

_PATIENCE = 120.0
"""Seconds for a process to become ready."""


class Part:
    """One process; its output goes to `log`."""

    def __init__(self, spec: Spec, environment: Mapping[str, str], log: Path) -> None:
        self._spec, self._log = spec, log
        self._environment = {**os.environ, **environment, **spec.environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, without waiting."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._spec.command,
                cwd=self._spec.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def ready(self) -> None:
        """Wait until it answers; raises RuntimeError where it ends instead, TimeoutError where it hangs."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client, asyncio.timeout(_PATIENCE):
            while not await self._answers(client):
                if self._process:
                    require_alive(self._process)
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """`kill -9`, in the middle of whatever it does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(self._spec.health_url)).is_success
        except httpx.HTTPError:
            return False


@dataclass(frozen=True)
class House:
    """Both processes over one data folder."""

    web: Part
    rasa: Part
    settings: Settings
    secrets: Secrets
    url: str


@contextlib.asynccontextmanager
async def running(data_dir: Path, log: Path, environment: Mapping[str, str]) -> AsyncIterator[House]:
    """Prepare, run and end it; `environment` is what an operator would set besides."""
    variables, settings = _settings(data_dir)
    variables |= environment
    _take_over(data_dir)
    complete([str(PYTHON), "-m", "ops.prepare"], ROOT, variables, log)
    secrets = load_secrets(data_dir)
    web, rasa = (Part(spec, variables, log) for spec in processes(settings, secrets))
    try:
        rasa.start()
        web.start()
        await asyncio.gather(web.ready(), rasa.ready())
        yield House(web, rasa, settings, secrets, web_address(settings))
    finally:
        web.kill()
        rasa.kill()


def _settings(data_dir: Path) -> tuple[dict[str, str], Settings]:
    """Free ports, an own database, and no limits: all citizens have the same address."""
    port, rasa, actions = free_ports(3)
    settings = Settings(_env_file=None, data_dir=data_dir, port=port, rasa_port=rasa, actions_port=actions)
    variables = {
        "EUNGDAE_DATA_DIR": str(data_dir),
        "EUNGDAE_PORT": str(port),
        "EUNGDAE_RASA_PORT": str(rasa),
        "EUNGDAE_ACTIONS_PORT": str(actions),
        "EUNGDAE_RATE_LIMITS": "off",
        "DATABASE_URL": "",
    }
    return variables, settings


def _take_over(data_dir: Path) -> None:
    """What the checkout's own installation has made is not made again, if it is still the same."""
    made = Path(os.environ.get("EUNGDAE_DATA_DIR", ROOT / "var"))
    for name in ("index", "models"):
        if (made / name).is_dir():
            shutil.copytree(made / name, data_dir / name, dirs_exist_ok=True)
