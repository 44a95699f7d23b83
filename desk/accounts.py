"""Accounts of staff: log-ins that slow down after failures, and sessions that end when idle."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, Unauthorized
from desk import failures, passwords
from desk.models import Department, Staff, StaffSession

ROLES = ("agent", "supervisor", "editor", "admin", "auditor")
FIRST_ADMIN = "admin"
# However busy, a log-in ends after a working day.
LONGEST_SESSION = timedelta(hours=12)
_REFUSED = "아이디 또는 비밀번호가 맞지 않습니다."
_SEEN_EVERY = timedelta(seconds=30)


def add(
    session: Session,
    *,
    username: str,
    name: str,
    department_id: str | None,
    title: str = "",
    phone: str = "",
    role: str = "agent",
    password: str | None = None,
) -> Staff:
    """A new account; without a password nobody can log in to it yet.

    Raises `Invalid` for an unknown role or department or a weak password, `Conflict` for a taken username.
    """
    username = username.strip().lower()
    if not username or not name.strip():
        raise Invalid("아이디와 이름을 입력해 주십시오.", username="필수 항목입니다.")
    if role not in ROLES:
        raise Invalid(f"역할은 {', '.join(ROLES)} 중 하나여야 합니다.", role="알 수 없는 역할입니다.")
    if department_id is not None and session.get(Department, department_id) is None:
        raise Invalid("등록되지 않은 부서입니다.", department="등록되지 않은 부서입니다.")
    if find(session, username) is not None:
        raise Conflict("이미 사용 중인 아이디입니다.")
    staff = Staff(
        username=username, name=name.strip(), title=title, department_id=department_id, phone=phone, role=role
    )
    session.add(staff)
    if password is not None:
        set_password(session, staff, password)
    session.flush()
    return staff


def find(session: Session, username: str) -> Staff | None:
    """The account under that username, active or not."""
    return session.scalar(select(Staff).where(Staff.username == username.strip().lower()))


def all_staff(session: Session) -> list[Staff]:
    """Every account, by username."""
    return list(session.scalars(select(Staff).order_by(Staff.username)))


def set_password(
    session: Session, staff: Staff, password: str, *, keep_token: str | None = None, once: bool = False
) -> None:
    """Change the password and end every log-in of the account, except the one of `keep_token`.

    With `once` the next log-in must begin by choosing another one. Raises `Invalid` when it is too weak.
    """
    passwords.check_strength(password, staff.username)
    staff.password_hash, staff.password_once = passwords.hash_password(password), once
    session.flush()
    others = delete(StaffSession).where(StaffSession.staff_id == staff.id)
    session.execute(others.where(StaffSession.token_hash != _hash(keep_token or "")))


def authenticate(session: Session, username: str, password: str, address: str, now: datetime) -> Staff:
    """The account that these credentials open.

    Raises `Unauthorized` with one and the same message whatever was wrong, `TooMany` while it must wait after
    repeated failures of this account or this address. A failure is counted even though the caller's
    transaction is rolled back by the error.
    """
    username = username.strip().lower()
    failures.check(session, username, address, now)
    staff = find(session, username)
    usable = staff is not None and staff.active
    correct = passwords.verify(staff.password_hash if staff else None, password)
    if staff is None or not usable or not correct:
        failures.count(session, username, address, now)
        raise Unauthorized(_REFUSED)
    failures.forgive(session, username)
    if passwords.is_outdated(staff.password_hash):
        staff.password_hash = passwords.hash_password(password)
    return staff


def start_session(session: Session, staff: Staff, address: str, now: datetime) -> tuple[str, StaffSession]:
    """A new log-in: the token for the cookie, and its row (with the CSRF token). Stale rows are swept out."""
    session.execute(delete(StaffSession).where(StaffSession.created_at < now - LONGEST_SESSION))
    token = secrets.token_urlsafe(32)
    row = StaffSession(
        token_hash=_hash(token),
        staff_id=staff.id,
        csrf=secrets.token_urlsafe(24),
        created_at=now,
        last_seen_at=now,
        address=address[:64],
    )
    session.add(row)
    session.flush()
    return token, row


def resume(
    session: Session, token: str, now: datetime, idle: timedelta, *, touch: bool = True
) -> tuple[Staff, str] | None:
    """Who is logged in with this token, and the CSRF token; None when the log-in is over or never was.

    Pass `touch=False` for requests that a page makes by itself (polling): they mustn't keep it alive.
    """
    row = session.get(StaffSession, _hash(token))
    if row is None:
        return None
    staff = session.get_one(Staff, row.staff_id)
    over = now - row.last_seen_at > idle or now - row.created_at > LONGEST_SESSION
    if over or not staff.active:
        session.delete(row)
        return None
    if touch and now - row.last_seen_at > _SEEN_EVERY:
        row.last_seen_at = now
    return staff, row.csrf


def end_session(session: Session, token: str) -> None:
    """Log out; an unknown token is fine."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def ensure_first_admin(session: Session) -> str | None:
    """The generated password of the new account "admin", once; None when the account is there already."""
    if find(session, FIRST_ADMIN) is not None:
        return None
    first = session.scalar(select(Department.id).order_by(Department.position, Department.id).limit(1))
    password = passwords.generate()
    add(
        session,
        username=FIRST_ADMIN,
        name="관리자",
        department_id=first,
        role="admin",
        password=password,
    )
    return password


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
