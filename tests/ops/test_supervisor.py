from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.child import Child, Pace, Spec
from ops.logs import RotatingLog

Supervise = Callable[..., "Running"]  # noqa: F821
Eventually = Callable[..., bool]
Alive = Callable[[int], bool]

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
helper = subprocess.Popen([sys.executable, "-c", stubborn])
print("helper", helper.pid, flush=True)
time.sleep(60)
"""
SERVER = """
import http.server
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""
DYING = "raise SystemExit('no database')"


def test_a_crashed_child_is_restarted_and_the_operator_is_told(
    supervise: Supervise, eventually: Eventually
) -> None:
    running = supervise()
    running.read_until("ready []")
    (first,) = running.children()
    os.kill(first, signal.SIGKILL)
    assert "아이0: 신호 9번으로 멈추었습니다" in running.read_until("다시 시작")
    assert eventually(lambda: running.children() not in ([], [first]))


def test_only_the_crashed_child_is_restarted(supervise: Supervise, eventually: Eventually) -> None:
    running = supervise(2)
    running.read_until("ready []")
    first, second = running.children()
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: len(running.children()) == 2 and first not in running.children())
    assert second in running.children()


def test_a_child_that_no_longer_answers_is_replaced(supervise: Supervise, eventually: Eventually) -> None:
    running = supervise()
    running.read_until("ready []")
    (first,) = running.children()
    os.kill(first, signal.SIGSTOP)
    assert "응답이 없어" in running.read_until("다시 시작")
    assert eventually(lambda: running.children() not in ([], [first]))


def test_a_child_that_never_starts_is_tried_again_and_again(supervise: Supervise) -> None:
    running = supervise(source=DYING)
    told = running.read_until("0.2초")
    assert told.count("종료 코드 1(으)로 멈추었습니다") >= 3
    running.read_until("0.2초")
    assert running.process.poll() is None


def test_a_childs_last_words_are_in_its_log(supervise: Supervise, eventually: Eventually) -> None:
    running = supervise(source=DYING)
    running.read_until("다시 시작")
    assert "no database" in running.log()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_every_child_and_succeeds(
    supervise: Supervise, number: signal.Signals, alive: Alive
) -> None:
    running = supervise(2)
    running.read_until("ready []")
    children = running.children()
    running.process.send_signal(number)
    running.read_until("모두 끝냈습니다")
    assert running.process.wait(timeout=5) == 0
    assert not any(alive(child) for child in children)


def test_ctrl_c_works_before_anything_is_ready(
    supervise: Supervise, eventually: Eventually, alive: Alive
) -> None:
    running = supervise(source="import time; time.sleep(60)")
    assert eventually(lambda: len(running.children()) == 1)
    (child,) = running.children()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=5) == 0
    assert not alive(child)


def test_a_child_that_ignores_the_request_is_ended_with_all_it_started(
    supervise: Supervise, eventually: Eventually, alive: Alive
) -> None:
    running = supervise(source=STUBBORN)
    assert eventually(lambda: "helper" in running.log())
    helper = int(running.log().split()[1])
    running.process.terminate()
    assert running.process.wait(timeout=5) == 0
    assert eventually(lambda: not alive(helper))


def test_no_child_outlives_a_supervisor_that_is_killed(
    supervise: Supervise, eventually: Eventually, alive: Alive
) -> None:
    running = supervise(2)
    running.read_until("ready []")
    children = running.children()
    running.process.kill()
    running.process.wait(timeout=5)
    assert eventually(lambda: not any(alive(child) for child in children))


def test_what_works_is_announced_though_another_part_does_not_start(supervise: Supervise) -> None:
    only_the_first = "import sys\nif sys.argv[2] != '0': raise SystemExit(1)\n"
    running = supervise(2, only_the_first + SERVER, patience=0.5)
    running.read_until("ready ['아이1']")


def test_logs_are_their_owners_alone(supervise: Supervise) -> None:
    running = supervise()
    running.read_until("ready []")
    assert stat.S_IMODE((running.folder / "logs" / "child0.log").stat().st_mode) == 0o600


async def test_a_child_does_not_inherit_what_is_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUNGDAE_DATA_KEY", "secret")
    code = "import os; print(os.environ.get('EUNGDAE_DATA_KEY'), os.environ['GIVEN'])"
    spec = Spec(
        name="child",
        title="아이",
        command=[sys.executable, "-c", code],
        health_url="http://127.0.0.1:9/",
        environment={"GIVEN": "yes"},
        withheld=frozenset({"EUNGDAE_DATA_KEY"}),
    )
    child = Child(spec, RotatingLog(tmp_path / "child.log"), lambda _: None, Pace(first_delay=9))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(child.keep_alive(), 2)
    assert (tmp_path / "child.log").read_text() == "None yes\n"


def test_restarts_slow_down_up_to_a_limit() -> None:
    pace = Pace(first_delay=0.5, longest_delay=30)
    assert [pace.delay(crashes) for crashes in (1, 2, 3, 7, 1000)] == [0.5, 1, 2, 30, 30]


def test_a_closed_terminal_does_not_keep_children_from_being_ended(
    supervise: Supervise, eventually: Eventually, alive: Alive
) -> None:
    running = supervise(2)
    running.read_until("ready []")
    children = running.children()
    running.process.stdout.close()
    running.process.send_signal(signal.SIGHUP)
    assert running.process.wait(timeout=5) == 0
    assert not any(alive(child) for child in children)


async def test_it_can_be_ended_at_any_moment_of_a_childs_dying(tmp_path: Path) -> None:
    spec = Spec(name="child", title="아이", command=["true"], health_url="http://127.0.0.1:9/")
    child = Child(
        spec, RotatingLog(tmp_path / "child.log"), lambda _: None, Pace(first_delay=0, longest_delay=0)
    )
    for moment in range(40):
        living = asyncio.create_task(child.keep_alive())
        await asyncio.sleep(moment / 2000)
        living.cancel()
        done, _ = await asyncio.wait([living], timeout=3)
        assert done, f"still going after {moment / 2} ms"
