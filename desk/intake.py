"""Checks what a citizen leaves before anything of it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Invalid
from core.privacy.detect import find
from desk import consent
from desk.contact_details import parse_email, parse_phone
from desk.schemas import TicketRequest

LONGEST_NAME, LONGEST_MATTER = 50, 5000
_DROPPED = "(주민등록번호 삭제됨)"


@dataclass(frozen=True)
class Intake:
    """A request in order: details normalised, resident numbers dropped (`barred`: there were any)."""

    name: str
    phone: str | None
    email: str | None
    matter: str
    barred: bool


def check(request: TicketRequest) -> Intake:
    """The request in order, or `Invalid` with a hint for every field that isn't."""
    consent.notice(request.consent_version)
    phone, email = _given(request.phone), _given(request.email)
    matter, barred = without_resident_numbers(request.matter.strip())
    name = " ".join(request.name.split())
    intake = Intake(name, parse_phone(phone), parse_email(email), matter, barred)
    if hints := _hints(intake, phone, email):
        raise Invalid("입력하신 내용을 다시 확인해 주십시오.", **hints)
    return intake


def without_resident_numbers(text: str) -> tuple[str, bool]:
    """The text without resident numbers, which may not be kept even with consent, and whether it had any."""
    barred = [found for found in find(text) if found.kind == "rrn"]
    for found in reversed(barred):
        text = text[: found.start] + _DROPPED + text[found.end :]
    return text, bool(barred)


def _given(value: str | None) -> str:
    return (value or "").strip()


def _hints(intake: Intake, phone: str, email: str) -> dict[str, str]:
    hints: dict[str, str] = {}
    if not intake.name or len(intake.name) > LONGEST_NAME or without_resident_numbers(intake.name)[1]:
        hints["name"] = f"성명을 {LONGEST_NAME}자 이내로 입력해 주십시오."
    if phone and intake.phone is None:
        hints["phone"] = "전화번호를 다시 확인해 주십시오. 예: 010-1234-5678"
    if email and intake.email is None:
        hints["email"] = "전자우편 주소를 다시 확인해 주십시오. 예: name@example.com"
    if not phone and not email:
        hints["phone"] = "전화번호 또는 전자우편 주소 중 하나를 입력해 주십시오."
    if not intake.matter or len(intake.matter) > LONGEST_MATTER:
        hints["matter"] = f"문의 내용을 {LONGEST_MATTER:,}자 이내로 입력해 주십시오."
    return hints
