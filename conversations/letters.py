"""What a citizen is told about a ticket, in the words of the desk; each is signed when it goes out."""

from __future__ import annotations

from datetime import date, datetime

from conversations.replies import WEEKDAYS, korean_date
from desk.directory import Contact, contact
from desk.korean import with_particle
from desk.models import Ticket
from desk.steps import OUTCOMES, REMEDIES


def assigned(ticket: Ticket, person: Contact) -> str:
    """Somebody else of the department is in charge now."""
    return (
        f"접수번호 {ticket.number} 문의를 앞으로 {_who(person)} 맡아 처리하겠습니다. "
        f"문의 전화는 {person.phone}이며, {korean_date(ticket.promised_on)}까지 답변드리겠다는 약속은 "
        "그대로입니다."
    )


def transferred(ticket: Ticket, person: Contact, slot_lost: bool) -> str:
    """Another department has it; its name and telephone come before anything else."""
    words = (
        f"{person.department}({person.phone})에서 문의를 이어서 처리합니다. "
        f"접수번호 {ticket.number} 문의의 담당자는 {person.name}입니다.\n"
        "지금까지 말씀해 주신 내용은 모두 전달하였으니 다시 설명하지 않으셔도 됩니다. "
        f"{korean_date(ticket.promised_on)}까지 답변드리겠다는 약속도 그대로입니다."
    )
    return (
        f"{words}\n예약하신 상담 시간은 새 담당자가 다시 정하여 안내해 드리겠습니다." if slot_lost else words
    )


def extended(ticket: Ticket, before: date, reason: str) -> str:
    """A later date is promised, and why."""
    return (
        f"접수번호 {ticket.number} 문의를 처리하는 데 시간이 더 필요하여 답변 기한을 "
        f"{korean_date(before)}에서 {korean_date(ticket.promised_on)}까지로 연장하였습니다. "
        f"기다리시게 하여 죄송합니다.\n\n사유: {reason}"
    )


def delayed(ticket: Ticket, expected_on: date, reason: str) -> str:
    """The promised date has passed: why, and when to expect the answer; or why an answer came late."""
    promised = korean_date(ticket.promised_on)
    if ticket.state == "answered":
        return (
            f"접수번호 {ticket.number} 문의에 약속드린 {promised}을 넘겨 답변드린 점 깊이 사과드립니다.\n\n"
            f"사유: {reason}"
        )
    return (
        f"접수번호 {ticket.number} 문의에 약속드린 {promised}까지 답변드리지 못하여 깊이 사과드립니다. "
        f"{korean_date(expected_on)}에는 답변드릴 수 있도록 처리하고 있습니다.\n\n사유: {reason}"
    )


def in_charge(ticket: Ticket, sender_id: str) -> str:
    """Whom to turn to, under a letter that somebody else signs; nothing under one's own."""
    if ticket.staff_id == sender_id:
        return ""
    person = contact(ticket.staff)
    name = " ".join(filter(None, [person.department, person.name, person.title]))
    return f"\n\n담당자: {name}({person.phone})"


def decided(ticket: Ticket, outcome: str, reason: str) -> str:
    """How a suggestion ended, and why."""
    return (
        f"소중한 제안을 보내 주셔서 감사합니다. 접수번호 {ticket.number} 제안을 검토한 결과는 "
        f"'{OUTCOMES[outcome]}'입니다.\n\n이유: {reason}"
    )


def remedied(ticket: Ticket, remedy: str, text: str) -> str:
    """What a claim led to."""
    return (
        f"접수번호 {ticket.number} 피해 보상 청구를 확인한 결과를 알려 드립니다. "
        f"조치: {REMEDIES[remedy]}\n\n{text}"
    )


def booked(ticket: Ticket, start: datetime) -> str:
    """When and where the consultation is."""
    place = f" 장소는 {ticket.department.place}입니다." if ticket.department.place else ""
    return (
        f"접수번호 {ticket.number} 상담이 {with_particle(moment(start), '으로', '로')} "
        f"예약되었습니다.{place} "
        "준비하고 기다리겠습니다. 시간을 바꾸셔야 하면 언제든지 알려 주십시오."
    )


def merged(ticket: Ticket, into: Ticket) -> str:
    """The same matter is answered under another number."""
    return (
        f"접수번호 {ticket.number} 문의는 같은 내용으로 접수하신 {into.number} 문의와 합쳐 함께 "
        f"답변드리겠습니다. 답변은 {korean_date(into.promised_on)}까지 드리며, "
        f"진행 상황은 접수번호 {into.number}에서 확인하실 수 있습니다."
    )


def moment(start: datetime) -> str:
    """A moment in Seoul's time as "11월 25일(수) 오후 2시 30분"."""
    half, hour = ("오전", start.hour) if start.hour < 12 else ("오후", start.hour)
    shown = hour if hour <= 12 else hour - 12
    minutes = f" {start.minute}분" if start.minute else ""
    return f"{start.month}월 {start.day}일({WEEKDAYS[start.weekday()]}) {half} {shown}시{minutes}"


def _who(person: Contact) -> str:
    name = " ".join(filter(None, [person.department, person.name, person.title]))
    return with_particle(name, "이", "가")
