"""Checks what a citizen leaves before anything of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core.clock import SEOUL
from core.errors import Invalid
from core.privacy.detect import find
from desk import consent, kinds
from desk.contact_details import LONGEST_NAME, parse_email, parse_name, parse_phone
from desk.kinds import Field, Kind
from desk.korean import with_particle
from desk.schemas import TicketRequest

LONGEST_MATTER, LONGEST_FACT = 5000, 1000
_DROPPED = "(주민등록번호 삭제됨)"


@dataclass(frozen=True)
class Intake:
    """A request in order: details normalised, resident numbers dropped (`barred`: there were any).

    `facts` are what the kind asks for, by name, without what was left empty; of these, `private` are free
    words. `slot` is the start of the time that was chosen.
    """

    name: str
    phone: str | None
    email: str | None
    matter: str
    facts: dict[str, str]
    private: frozenset[str]
    slot: datetime | None
    barred: bool


def check(request: TicketRequest) -> Intake:
    """The request in order, or `Invalid` with a hint for every field that isn't."""
    consent.notice(request.consent_version)
    kind = kinds.kind(request.kind)
    phone, email = _given(request.phone), _given(request.email)
    matter, barred = without_resident_numbers(request.matter.strip())
    facts, barred_facts = _facts(kind, request.facts)
    intake = Intake(
        name=parse_name(request.name) or " ".join(request.name.split()),
        phone=parse_phone(phone),
        email=parse_email(email),
        matter=matter,
        facts=facts,
        private=frozenset(field.name for field in kind.fields if field.shape == "text"),
        slot=_moment(facts.get("slot", "")),
        barred=barred or barred_facts,
    )
    if hints := _hints(intake, phone, email) | _hints_of_kind(kind, intake, phone):
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


def _facts(kind: Kind, given: dict[str, str]) -> tuple[dict[str, str], bool]:
    found = {field.name: without_resident_numbers(_given(given.get(field.name))) for field in kind.fields}
    return {name: text for name, (text, _) in found.items() if text}, any(bad for _, bad in found.values())


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(SEOUL) if moment.tzinfo else None


def _hints_of_kind(kind: Kind, intake: Intake, given_phone: str) -> dict[str, str]:
    hints = {field.name: hint for field in kind.fields if (hint := _hint(field, intake))}
    if kind.phone and not given_phone:
        hints["phone"] = "전화로 회신드릴 수 있도록 전화번호를 입력해 주십시오."
    return hints


def _hint(field: Field, intake: Intake) -> str:
    value = intake.facts.get(field.name, "")
    if not value:
        return f"{with_particle(field.label, '을', '를')} 입력해 주십시오." if field.required else ""
    if field.shape == "slot" and intake.slot is None:
        return "상담 시간을 목록에서 다시 골라 주십시오."
    if field.shape == "date" and not _is_day(value):
        return "날짜를 2026-11-20과 같은 형식으로 입력해 주십시오."
    return f"{LONGEST_FACT:,}자 이내로 입력해 주십시오." if len(value) > LONGEST_FACT else ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _hints(intake: Intake, phone: str, email: str) -> dict[str, str]:
    hints: dict[str, str] = {}
    if not intake.name:
        hints["name"] = "성명을 입력해 주십시오."
    elif len(intake.name) > LONGEST_NAME or without_resident_numbers(intake.name)[1]:
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
