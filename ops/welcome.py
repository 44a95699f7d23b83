"""What the operator reads when everything has started."""

from __future__ import annotations

from collections.abc import Sequence

from core import first_login
from core.settings import Settings
from ops.layout import log_dir
from ops.processes import web_address


def welcome(settings: Settings, missing: Sequence[str]) -> str:
    """The addresses and the first staff log-in; `missing` are the parts that aren't ready yet."""
    address = web_address(settings)
    lines = [
        "",
        "  응대를 시작했습니다.",
        f"    안내 누리집(대화창)  {address}/",
        f"    직원 화면            {address}/staff",
        *_first_login(settings),
        f"    기록                 {log_dir(settings.data_dir)}",
        *(f"    {title}: 아직 준비 중입니다. 준비되는 대로 이어집니다." for title in missing),
        "  끝내려면 Ctrl-C를 누르십시오.",
        "",
    ]
    return "\n".join(lines)


def _first_login(settings: Settings) -> list[str]:
    login = first_login.read(settings.data_dir)
    if login is None:
        return []
    return [f"    첫 로그인            {login[0]} / {login[1]}  (로그인한 뒤 비밀번호를 바꾸십시오)"]
