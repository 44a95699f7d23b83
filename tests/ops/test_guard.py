from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ops.guard import NotStartable, only_instance, require_free

HOLD = """
import sys, time
from pathlib import Path
from ops.guard import only_instance
with only_instance(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_instance_is_refused_and_told_who_is_the_first(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(NotStartable, match=f"이미 실행 중입니다.*{holder.pid}"), only_instance(tmp_path):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with only_instance(tmp_path):  # the lock died with its holder
        assert (tmp_path / "run.lock").read_text() == str(os.getpid())


def test_an_occupied_port_gives_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NotStartable) as refusal:
            require_free("127.0.0.1", port, "EUNGDAE_PORT")
    assert str(port) in refusal.value.message
    assert "다른 프로그램이 쓰고 있습니다" in refusal.value.message
    assert "EUNGDAE_PORT" in refusal.value.message
    assert "\n" not in refusal.value.message


def test_a_free_port_is_fine(port: int) -> None:
    require_free("127.0.0.1", port, "EUNGDAE_PORT")


def test_an_address_that_does_not_exist_gives_one_clear_line() -> None:
    with pytest.raises(NotStartable, match="그런 주소가 없습니다"):
        require_free("no.such.host.invalid", 8000, "EUNGDAE_HOST")


def test_an_address_of_another_machine_gives_one_clear_line() -> None:
    with pytest.raises(NotStartable, match="열 수 없습니다"):
        require_free("192.0.2.1", 8000, "EUNGDAE_HOST")
