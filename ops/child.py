"""One child process: started, watched, restarted, ended."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from ops.logs import RotatingLog

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Spec:
    """What to run, and how to tell that it is well. Durations are seconds."""

    name: str  # of the log file
    title: str  # in the operator's language
    command: Sequence[str]
    health_url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()  # variables of ours that it doesn't inherit
    folder: Path = field(default_factory=Path.cwd)


@dataclass(frozen=True)
class Pace:
    """How patient the watching is. Durations are seconds."""

    poll: float = 0.2  # between two questions whether a starting child is ready
    watch: float = 10  # between two questions whether a ready child still answers
    patience: float = 10  # for one answer; longer than the web itself waits for Rasa
    strikes: int = 3  # unanswered questions in a row that end a child
    first_delay: float = 0.5  # before the first restart; doubles with each crash
    longest_delay: float = 30
    settled: float = 60  # a child that ran this long has its crashes forgiven
    grace: float = 10  # between asking a child to end and ending it

    def delay(self, crashes: int) -> float:
        """How long to wait before the restart that follows this many crashes in a row (1, 2, …)."""
        return min(self.longest_delay, self.first_delay * 2.0 ** min(crashes - 1, 16))


class Child:
    """Keeps one process alive. `ready` is set while it answers."""

    def __init__(self, spec: Spec, log: RotatingLog, say: Callable[[str], None], pace: Pace) -> None:
        self.spec = spec
        self.ready = asyncio.Event()
        self._log, self._say, self._pace = log, say, pace

    async def keep_alive(self) -> None:
        """Start the process, and start it again whenever it ends, until cancelled; then end it."""
        crashes, clock = 0, asyncio.get_running_loop()
        while True:
            started = clock.time()
            reason = await self._live_once()
            crashes = 1 if clock.time() - started > self._pace.settled else crashes + 1
            delay = self._pace.delay(crashes)
            self._say(f"{self.spec.title}: {reason}. {delay:g}초 뒤에 다시 시작합니다.")
            await asyncio.sleep(delay)

    async def _live_once(self) -> str:
        """One life of the process; returns why it ended."""
        try:
            process = await self._start()
        except OSError as error:
            return f"시작할 수 없습니다({error.strerror})"
        copying = asyncio.create_task(self._copy_output(process))
        watching = asyncio.create_task(self._watch())
        ending = asyncio.create_task(process.wait())
        try:
            done, _ = await asyncio.wait([ending, watching], return_when=asyncio.FIRST_COMPLETED)
            return _ending(process.returncode) if ending in done else "응답이 없어 끝냈습니다"
        finally:
            self.ready.clear()
            watching.cancel()
            await self._end(process)
            await asyncio.wait([copying], timeout=1)  # its last words
            copying.cancel()

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.spec.command,
            cwd=self.spec.folder,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # the terminal's Ctrl-C reaches us alone, and we end the whole group
            preexec_fn=_leash(os.getpid()),
        )

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in self.spec.withheld}
        return inherited | dict(self.spec.environment)

    async def _watch(self) -> None:
        """Set `ready` at the first good answer; return when answers stay out after that.

        A bad answer isn't silence: a restart wouldn't mend whatever the child reports.
        """
        strikes = 0
        async with httpx.AsyncClient(timeout=self._pace.patience, trust_env=False) as client:
            while strikes < self._pace.strikes:
                status = await _status(client, self.spec.health_url)
                if status is not None and status < 300:
                    self.ready.set()
                strikes = strikes + 1 if self.ready.is_set() and status is None else 0
                await asyncio.sleep(self._pace.watch if self.ready.is_set() else self._pace.poll)

    async def _copy_output(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        while data := await process.stdout.read(1 << 16):
            self._log.write(data)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """End the process and all that it started: asked first, then made to."""
        _signal_group(process.pid, signal.SIGTERM)
        try:
            # not wait_for: Python 3.11's can lose a cancellation that comes just as the process ends
            async with asyncio.timeout(self._pace.grace):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            _signal_group(process.pid, signal.SIGKILL)
        await process.wait()


async def _status(client: httpx.AsyncClient, url: str) -> int | None:
    try:
        return (await client.get(url)).status_code
    except httpx.HTTPError:
        return None


def _ending(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return f"신호 {-returncode}번으로 멈추었습니다"
    return f"종료 코드 {returncode}(으)로 멈추었습니다"


def _signal_group(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _leash(parent: int) -> Callable[[], None] | None:
    """What a child does before its program starts: ask the kernel to end it when we die, even by kill -9."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # we died between the fork and the line above
            os._exit(1)

    return bind
