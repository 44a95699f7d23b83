"""What must be so before anything is started: one instance, and free ports."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import EungdaeError


class NotStartable(EungdaeError):
    """Nothing can be started; the message is one clear line for the operator."""


@contextmanager
def only_instance(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock; raises NotStartable where another does. It dies with its process."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise NotStartable(f"이미 실행 중입니다(프로세스 번호 {file.read().strip()}).") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def require_free(host: str, port: int, setting: str) -> None:
    """Raise NotStartable unless this port can be opened; `setting` is the variable that names another one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)  # on some systems only this tells that somebody else is there
    except OSError as error:
        raise NotStartable(
            f"{host}:{port}을(를) 열 수 없습니다({_reason(error)}). {setting}에 다른 값을 지정해 주십시오."
        ) from error


def _reason(error: OSError) -> str:
    reasons = {PermissionError: "권한이 없습니다", socket.gaierror: "그런 주소가 없습니다"}
    return reasons.get(
        type(error),
        "다른 프로그램이 쓰고 있습니다" if error.errno == errno.EADDRINUSE else str(error.strerror),
    )
