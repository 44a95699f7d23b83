"""Failed log-ins slow the next one down: per account and per address, remembered in the database."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Session

from core.errors import TooMany
from desk.models import LoginFailure

_REMEMBERED = timedelta(hours=1)
_LONGEST_WAIT = timedelta(minutes=15)
# A whole office may share one address.
_FREE = {"account": 5, "address": 20}


def check(session: Session, username: str, address: str, now: datetime) -> None:
    """Raise `TooMany` while the account or the address must wait: 1, 2, 4 … seconds, 15 minutes at most."""
    waits = [_wait(session, kind, value, now) for kind, value in _subjects(username, address)]
    if (wait := max(waits)) > 0:
        raise TooMany("로그인에 여러 번 실패하였습니다. 잠시 후 다시 시도해 주십시오.", retry_after=wait)


def count(session: Session, username: str, address: str, now: datetime) -> None:
    """Remember a failure of both, whether the session's transaction is committed or rolled back."""
    _write(session, username, address, now)
    engine = session.get_bind()

    # An error tells of the failure, and an error rolls back: then it is written again, on its own.
    @event.listens_for(session, "after_rollback", once=True)
    def write_anyway(_session: Any) -> None:
        with Session(engine) as own, own.begin():
            _write(own, username, address, now)


def forgive(session: Session, username: str) -> None:
    """A success clears the account, but not the address: one known password is no licence to guess others."""
    session.execute(delete(LoginFailure).where(LoginFailure.subject == _hash("account", username)))


def _write(session: Session, username: str, address: str, now: datetime) -> None:
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - _REMEMBERED))
    session.add_all(LoginFailure(subject=_hash(*subject), at=now) for subject in _subjects(username, address))
    session.flush()


def _wait(session: Session, kind: str, value: str, now: datetime) -> float:
    """Seconds still to wait; none when the failures are few or old."""
    failed = select(func.count(), func.max(LoginFailure.at)).where(
        LoginFailure.subject == _hash(kind, value), LoginFailure.at > now - _REMEMBERED
    )
    times, last = session.execute(failed).one()
    excess = times - _FREE[kind]
    if excess < 0:
        return 0
    pause = min(timedelta(seconds=2 ** min(excess, 20)), _LONGEST_WAIT)
    return float((last + pause - now).total_seconds())


def _subjects(username: str, address: str) -> list[tuple[str, str]]:
    return [("account", username), ("address", address)]


def _hash(kind: str, value: str) -> str:
    # Not the name itself: people type passwords into the wrong field.
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
