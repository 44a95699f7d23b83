"""What a department and a person look like when somebody types them: in a form, a sheet, or a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.errors import Invalid
from desk.accounts import ROLES
from desk.calendar import Hours
from desk.contact_details import parse_email

_DIGITS: Final = re.compile(r"\+?[\d][\d\-. ()~]{2,28}")
_NAME_OF_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SEPARATORS: Final = re.compile(r"[\n;]")
_MOST: Final = 30
_YES: Final = {"예", "네", "y", "yes", "true", "1", "o", "사용"}
_NO: Final = {"아니오", "아니요", "n", "no", "false", "0", "x", "중지"}
_ROLES: Final = {role: role for role in ROLES} | {
    # Whoever leads a team supervises its tickets.
    "lead": "supervisor",
    "상담 직원": "agent",
    "감독자": "supervisor",
    "faq 편집자": "editor",
    "관리자": "admin",
    "감사": "auditor",
}


class Wrong(Exception):
    """A value that can't be; says in Korean what it should be."""


def _text(longest: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        value = " ".join(value.split())
        if len(value) > longest:
            raise Wrong(f"{longest}자까지 적을 수 있습니다.")
        return value

    return read


def _name_of_id(value: str) -> str:
    value = value.strip().lower()
    if not _NAME_OF_ID.fullmatch(value):
        raise Wrong("영문 소문자, 숫자, '-', '_', '.'으로 64자까지 적어 주십시오.")
    return value


def _phone(value: str) -> str:
    value = " ".join(value.split())
    if value and not _DIGITS.fullmatch(value):
        raise Wrong("전화번호를 다시 확인해 주십시오. 예: 02-000-1000")
    return value


def _email(value: str) -> str:
    if not value.strip():
        return ""
    found = parse_email(value)
    if found is None:
        raise Wrong("전자우편 주소를 다시 확인해 주십시오. 예: name@example.com")
    return found


def _lines(value: str) -> list[str]:
    lines = [" ".join(line.split()) for line in _SEPARATORS.split(value)]
    found = list(dict.fromkeys(line for line in lines if line))
    if len(found) > _MOST or any(len(line) > 100 for line in found):
        raise Wrong(f"한 줄에 하나씩, {_MOST}개까지 적어 주십시오.")
    return found


def _names(value: str) -> list[str]:
    return [name.lower() for name in _lines(value.replace(",", "\n"))]


def _hours(value: str) -> str:
    try:
        Hours.parse(value)
    except Invalid as error:
        raise Wrong(error.message) from error
    return value.strip()


def _span(value: str) -> str:
    return _hours(value) if value.strip() else ""


def _number(value: str) -> int | None:
    if not value.strip():
        return None
    if not value.strip().isdecimal() or len(value.strip()) > 4:
        raise Wrong("0 이상의 수로 적어 주십시오.")
    return int(value)


def _role(value: str) -> str:
    if value.strip().lower() not in _ROLES:
        raise Wrong(f"역할은 {', '.join(ROLES)} 중 하나여야 합니다.")
    return _ROLES[value.strip().lower()]


def _yes(value: str) -> bool:
    bare = value.strip().lower()
    if bare not in _YES | _NO:
        raise Wrong("예 또는 아니오로 적어 주십시오.")
    return bare in _YES


@dataclass(frozen=True)
class Column:
    """One thing that is known of a department or a person; `title` names it in forms and sheets."""

    name: str
    title: str
    read: Callable[[str], Any]
    required: bool = False
    default: str = ""


DEPARTMENT: Final = (
    Column("id", "부서 ID", _name_of_id, required=True),
    Column("name", "부서명", _text(100), required=True),
    Column("duties", "담당 업무", _lines),
    Column("phone", "전화번호", _phone, required=True),
    Column("place", "위치", _text(200)),
    Column("hours", "근무시간", _hours, default="09:00-18:00"),
    Column("lunch", "점심시간", _span),
    Column("backup", "대행 부서", _text(100)),
    Column("head", "부서장", _text(64)),
    Column("position", "순서", _number),
    Column("active", "사용", _yes, default="예"),
)
STAFF: Final = (
    Column("id", "직원 ID", _name_of_id),
    Column("username", "아이디", _name_of_id, required=True),
    Column("name", "이름", _text(100), required=True),
    Column("title", "직급", _text(50)),
    Column("department", "부서", _text(100), required=True),
    Column("duties", "담당 업무", _lines),
    Column("phone", "전화번호", _phone),
    Column("mobile", "휴대전화", _phone),
    Column("email", "전자우편", _email),
    Column("deputies", "대행자", _names),
    Column("role", "역할", _role, default="agent"),
    Column("active", "사용", _yes, default="예"),
)


def read(columns: Iterable[Column], raw: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of what was typed, and what is wrong with the others, each by the column's name.

    What isn't in `raw` isn't in the values either; an empty cell takes the column's default.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for column in columns:
        if column.name not in raw:
            continue
        typed = raw[column.name] if raw[column.name].strip() else column.default
        try:
            if column.required and not typed.strip():
                raise Wrong("필수 항목입니다.")
            values[column.name] = column.read(typed)
        except Wrong as error:
            wrong[column.name] = str(error)
    if {"hours", "lunch"} <= values.keys():
        wrong |= _lunch_outside(values["hours"], values["lunch"])
    return values, wrong


def _lunch_outside(hours: str, lunch: str) -> dict[str, str]:
    try:
        Hours.parse(hours, lunch)
    except Invalid as error:
        return {"lunch": error.message}
    return {}
