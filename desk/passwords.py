"""Passwords: hashed with argon2id, generated where nobody has chosen one."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Invalid

SHORTEST, LONGEST = 10, 200
# OWASP's small setting: 19 MiB and two passes, since several log-ins may come at once.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Neither 0/O nor 1/l: a generated password is read from a screen and typed.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def generate() -> str:
    """A random password of 80 bits in four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def check_strength(password: str, username: str) -> None:
    """Raise `Invalid` when it is too short or long, too simple, or holds the username."""
    if not SHORTEST <= len(password) <= LONGEST:
        hint = f"{SHORTEST}자 이상 {LONGEST}자 이하로 정해 주십시오."
    elif len(set(password)) < 4:
        hint = "같은 문자를 되풀이하지 말아 주십시오."
    elif password.isdecimal():
        hint = "숫자만 쓰지 말아 주십시오."
    elif username.lower() in password.lower():
        hint = "아이디가 들어가지 않게 정해 주십시오."
    else:
        return
    raise Invalid(f"비밀번호는 {hint}" if "자 이상" in hint else f"비밀번호에 {hint}", password=hint)


def hash_password(password: str) -> str:
    """The argon2id hash, with its parameters and salt."""
    return _HASHER.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; without a hash it takes as long, and is False."""
    try:
        fits = _HASHER.verify(password_hash or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None


def is_outdated(password_hash: str | None) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return password_hash is not None and _HASHER.check_needs_rehash(password_hash)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash(generate())
