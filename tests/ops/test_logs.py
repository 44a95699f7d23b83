from __future__ import annotations

import stat
from pathlib import Path

from ops.logs import RotatingLog


def test_a_full_log_is_turned_over_and_the_oldest_dropped(tmp_path: Path) -> None:
    log = RotatingLog(tmp_path / "web.log", limit=10, kept=2)
    for letter in b"abcd":
        log.write(bytes([letter]) * 10)
    log.write(b"now")
    log.close()
    assert (tmp_path / "web.log").read_bytes() == b"now"
    assert (tmp_path / "web.log.1").read_bytes() == b"d" * 10
    assert (tmp_path / "web.log.2").read_bytes() == b"c" * 10
    assert len(list(tmp_path.iterdir())) == 3


def test_a_log_goes_on_after_a_restart(tmp_path: Path) -> None:
    for text in (b"one\n", b"two\n"):
        log = RotatingLog(tmp_path / "logs" / "web.log")
        log.write(text)
        log.close()
    path = tmp_path / "logs" / "web.log"
    assert path.read_text() == "one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
