"""Which letters nobody wrote: they are never answered, or two programs would write to each other for ever."""

from __future__ import annotations

import re
from typing import Any, Final

from channels.email.incoming import Letter
from channels.protocol import Ignored, Undelivered
from core.mail import why

_BULK: Final = {"bulk", "junk", "list", "auto_reply"}
_LISTS: Final = ("List-Id", "List-Post", "Mailing-List")
_HINTS: Final = ("X-Auto-Response-Suppress", "List-Unsubscribe", "Feedback-ID")
"""A person's letter may bear one of them: only together with another sign they tell of a program."""
_ROBOTS: Final = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply-From", "X-Mail-Autoreply")
_NOBODY: Final = re.compile(r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|bounces?)(?:[+=-][^@]*)?@")
_DAEMON: Final = re.compile(r"(?:mailer-daemon|postmaster)@")
_AWAY: Final = re.compile(
    r"\s*\[?\s*(?:자동\s?(?:응답|회신|답장)|부재\s?중\s?(?:자동\s?)?(?:알림|안내|응답|회신|답장)?"
    r"|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office)\s*(?:[\]):\-–]|$)",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"<([0-9a-f]{32})[+@]")
_STATUS: Final = re.compile(r"^status:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_ACTION: Final = re.compile(r"^action:\s*(\w+)", re.IGNORECASE | re.MULTILINE)
_RETURNED: Final = "받는 쪽에 전달되지 못하고 되돌아왔습니다."


def judge(letter: Letter, raw: bytes, own: frozenset[str]) -> Ignored | Undelivered | None:
    """What a letter is that no person wrote; None for one that somebody did. `own`: our addresses."""
    sender = next(iter(address for _, address in letter.addresses("From", "Sender")), "").casefold()
    if _is_report(letter) or _DAEMON.match(sender):
        return _bounce(letter, raw)
    if reason := _robot(letter):
        return Ignored(reason)
    if without_tag(sender) in own:
        return Ignored("own letter")
    return Ignored("nobody reads there") if _NOBODY.match(sender) else None


def without_tag(address: str) -> str:
    """The address in lower case, without what stands after a "+"."""
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _robot(letter: Letter) -> str:
    if letter.header("Auto-Submitted").partition(";")[0].strip().casefold() not in ("", "no"):
        return "automatic answer"
    hints = sum(bool(letter.header(name)) for name in _HINTS)
    is_away = _AWAY.match(letter.header("Subject")) and (hints or letter.ids)
    if any(letter.header(name) for name in _ROBOTS) or is_away:
        return "automatic answer"
    is_list = hints > 1 or any(letter.header(name) for name in _LISTS)
    if letter.header("Precedence").casefold() in _BULK or is_list:
        return "mailing list"
    if letter.message.get_content_type() in ("multipart/report", "text/calendar"):
        return "a program's report"
    return "answers must not come back" if letter.header("Return-Path") == "<>" else ""


def _is_report(letter: Letter) -> bool:
    kind = str(letter.message.get_param("report-type", "") or "").casefold()
    return letter.message.get_content_type() == "multipart/report" and kind == "delivery-status"


def _bounce(letter: Letter, raw: bytes) -> Ignored | Undelivered:
    """Which of our letters came back, by the Message-ID that it carried."""
    key = _KEY.search("".join(letter.ids)) or _KEY.search(raw.decode("latin-1"))
    status = _reported(letter)
    action = _ACTION.search(status)
    if key is None:
        return Ignored("somebody else's letter came back")
    if action and action[1].casefold() in ("delayed", "delivered", "relayed", "expanded"):
        return Ignored("a report of no failure")
    code = _STATUS.search(status)
    return Undelivered(key[1], why(code[1]) if code else _RETURNED)


def _reported(letter: Letter) -> str:
    """The machine's own words about the failure; the library parses them into parts of headers."""
    found: list[Any] = [p for p in letter.message.walk() if p.get_content_type() == "message/delivery-status"]
    return "\n".join(str(block) for part in found for block in _blocks(part))


def _blocks(part: Any) -> list[Any]:
    payload = part.get_payload()
    return payload if isinstance(payload, list) else [payload]
