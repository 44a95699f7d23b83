"""Whether every channel is set as a whole: asked before anything starts, and told by `eungdae doctor`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import OperationalError, ProgrammingError

from channels.registry import SETTINGS
from channels.settings import ChannelSettings
from conversations import deliveries
from core.database import Database
from core.errors import Invalid
from core.settings import Settings
from ops.doctor import Check, State

_MAIL_SERVER = "EUNGDAE_SMTP_HOST"


def require_whole(settings: Settings) -> None:
    """Raise `Invalid`, in one line, where a channel's setting is wrong or wanting."""
    for name, kind in SETTINGS.items():
        if missing := _missing(name, kind.load(), settings):
            raise Invalid(f"{name} 채널의 설정이 빠졌습니다: {', '.join(missing)}")


def examine_channels(settings: Settings) -> list[Check]:
    """One check a channel."""
    return [_check(name, kind, settings) for name, kind in SETTINGS.items()]


def examine_announcements(settings: Settings) -> list[Check]:
    """Whether staff were told of every ticket where they wished to be."""
    url = settings.resolved_database_url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return []  # looked into, it would be there, and empty
    database = Database(url)
    try:
        with database.session() as session:
            failed = deliveries.unannounced(session)
    except (OperationalError, ProgrammingError):
        return []  # not prepared yet, which another check says
    finally:
        database.close()
    if not failed:
        return [Check("직원 알림", State.OK, "밀린 것이 없습니다")]
    detail = f"알리지 못한 접수가 {failed}건 있습니다. eungdae outbox --state failed로 확인하십시오"
    return [Check("직원 알림", State.WARNING, detail)]


def _check(name: str, kind: type[ChannelSettings], settings: Settings) -> Check:
    title = f"채널 {name}"
    try:
        ours = kind.load()
    except Invalid as error:
        return Check(title, State.FAILED, error.message)
    if missing := _missing(name, ours, settings):
        return Check(title, State.FAILED, f"설정이 빠졌습니다: {', '.join(missing)}")
    return Check(title, State.OK, "열려 있습니다" if ours.configured else "설정하지 않아 닫혀 있습니다")


def _missing(name: str, ours: ChannelSettings, settings: Settings) -> list[str]:
    """E-mail is sent by the server of the program's own settings."""
    without_server = name == "email" and ours.configured and not settings.smtp_host
    return [*ours.missing, *([_MAIL_SERVER] if without_server else [])]
