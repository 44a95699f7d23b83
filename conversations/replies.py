"""What the bot says, in Korean, once: the actions and the way without Rasa both speak with these words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from channels.protocol import Button, Reply
from desk import kinds
from desk.consent import ConsentNotice
from desk.directory import Contact
from desk.korean import with_particle
from desk.states import DONE, OPEN
from desk.tickets import OpenedTicket, TicketStatus
from faq.entries import Entry

OFFER = "문의를 접수해 주시면 담당자가 영업일 기준 3일 안에 답변드리겠습니다. 접수하시겠습니까?"
YES_NO = [Button(label="네", payload="affirm"), Button(label="아니요", payload="deny")]
WEEKDAYS = "월화수목금토일"
_HEARD = {
    "complaint": "불편을 겪게 해 드려 진심으로 사과드립니다.",
    "claim": "피해를 입으셨다니 매우 유감스럽게 생각합니다.",
    "praise": "따뜻한 말씀을 전해 주셔서 감사합니다.",
    "suggestion": "더 나은 서비스를 위해 의견을 주셔서 감사합니다.",
    "callback": "담당자가 전화드릴 수 있도록 전화 메모를 남겨 드리겠습니다.",
}
"""What is said first to a matter that is no inquiry, by its kind."""
_FILE = {
    "complaint": "불만·불친절 접수하기",
    "claim": "피해 보상 청구하기",
    "praise": "칭찬 접수하기",
    "suggestion": "제안 접수하기",
    "callback": "전화 메모 남기기",
}
FOLLOW_UPS = {"add": "내용 덧붙이기", "objection": "이의 제기", "withdraw": "접수 취하"}
"""What citizens can do with their own tickets, and how the buttons say it."""
NOTIFY = Button(label="답변 받는 방법", payload="notify")
"""Stands under a ticket: where the citizen wants to hear of its answer."""


def text(words: str) -> Reply:
    """Plain words."""
    return Reply(kind="text", text=words)


def settled(words: str) -> Reply:
    """Plain words after which the matter is over."""
    return Reply(kind="text", text=words, data={"settled": True})


def answer(entry: Entry, department: dict[str, str] | None, kind: str = "inquiry") -> list[Reply]:
    """The entry's answer with its owner, and whether it helped; a complaint is apologised for first.

    What is no inquiry can be filed as well.
    """
    data = {"faq_id": entry.id, "question": entry.question, "department": department}
    buttons = [*YES_NO, *_filing(kind)]
    return [
        *([text(_HEARD[kind])] if kind == "complaint" else []),
        Reply(kind="answer", text=entry.answer, data=data),
        Reply(kind="feedback", text="도움이 되었나요?", buttons=buttons, data={"faq_id": entry.id}),
    ]


def _filing(kind: str) -> list[Button]:
    return [Button(label=_FILE[kind], payload="open_ticket")] if kind in _FILE else []


def choices(candidates: Sequence[dict[str, str]], kind: str = "inquiry") -> Reply:
    """Up to three questions to choose from; what is no inquiry can be filed as well."""
    apology = f"{_HEARD[kind]} " if kind == "complaint" else ""
    buttons = [Button(label=c["question"], payload=f"faq:{c['faq_id']}") for c in candidates]
    return Reply(
        kind="choices",
        text=f"{apology}혹시 아래 내용을 찾으시나요?",
        buttons=[*buttons, *_filing(kind), Button(label="찾는 내용이 없습니다", payload="none_of_these")],
    )


def offer(reason: str, kind: str = "inquiry") -> Reply:
    """The offer of a ticket; `reason` is that of the meaning that led to it, `kind` what it is about."""
    opening = {
        "unknown": "바로 답변드리기 어려운 내용입니다.",
        "deny": "도움이 되지 못해 죄송합니다.",
        "handoff": "담당 직원에게 대화 연결을 요청했습니다. 자리를 비운 경우에는 연결이 늦어질 수 있습니다.",
    }.get(reason, "")
    words = f"{opening} {OFFER}".strip()
    if kind in _HEARD:
        words = f"{_HEARD[kind]} 접수해 주시면 {kinds.kind(kind).promise} 접수하시겠습니까?"
    return Reply(
        kind="offer",
        text=words,
        buttons=[
            *(_filing(kind) or [Button(label="문의 접수하기", payload="open_ticket")]),
            Button(label="다음에 할게요", payload="deny"),
        ],
    )


def consent_text(notice: ConsentNotice) -> str:
    """The four points of the consent notice as text."""
    return (
        "문의를 접수하려면 개인정보 수집·이용에 동의해 주셔야 합니다.\n"
        f"1. 목적: {notice.purpose}\n2. 항목: {notice.items}\n"
        f"3. 보유 기간: {notice.retention}\n4. 동의를 거부할 권리: {notice.refusal}"
    )


def basis(notice: ConsentNotice) -> Reply:
    """What is kept of somebody who wrote without being asked for consent, and why that is lawful."""
    return text(
        f"개인정보 처리 안내\n1. 목적과 근거: {notice.purpose}\n2. 항목: {notice.items}\n"
        f"3. 보유 기간: {notice.retention}\n4. 처리를 원하지 않으실 때: {notice.refusal}"
    )


def form(notice: ConsentNotice, matter: str | None, kind: str, known: Mapping[str, str]) -> Reply:
    """The ticket's form, for channels that show it themselves, with everything filled in that is known.

    `matter` is masked; `known` holds references to name, phone and email, where there is an earlier ticket.
    """
    data = {"consent": asdict(notice), "matter": matter or "", "kind": kind, **known}
    return Reply(kind="form", text="아래 내용을 적어 주시면 담당자에게 바로 전달하겠습니다.", data=data)


def ticket(opened: OpenedTicket, reply_needed: bool, appointment: tuple[str, str] | None = None) -> Reply:
    """The confirmation: number, who is responsible, and what is promised by when.

    `appointment` is the booked time of a consultation, in words, and the address of its calendar file.
    """
    kind = kinds.kind(opened.kind)
    words = [
        f"{with_particle(kind.label, '이', '가')} 접수되었습니다. 접수번호는 {opened.number}입니다.",
        f"담당: {opened.department} {opened.person} ({opened.phone})",
    ]
    data: dict[str, Any] = {
        "number": opened.number,
        "kind": kind.label,
        "department": opened.department,
        "person": opened.person,
        "phone": opened.phone,
    }
    if opened.kind != "inquiry":
        words.append(kind.promise)
        data["promise"] = kind.promise
    if appointment:
        words.insert(2, f"상담 시간: {appointment[0]}")
        data |= {"appointment": appointment[0], "calendar": appointment[1]}
    else:
        what = "답변드리겠습니다" if reply_needed else "확인하여 처리하겠습니다"
        words.append(f"{korean_date(opened.promised_on)}까지 {what}.")
        data |= {"promised_on": opened.promised_on.isoformat(), "reply_needed": reply_needed}
    return Reply(kind="ticket", text="\n".join(words), data=data, buttons=[NOTIFY] if reply_needed else [])


def status(found: TicketStatus, *, one_of_many: bool = False) -> Reply:
    """How far a ticket is, who is responsible for it, and what the citizen can do about it."""
    due = korean_date(found.expected_on or found.promised_on)
    # A consultation is answered when its time is fixed.
    booked = found.kind == "reservation" and found.state == "answered"
    words = (
        f"접수번호 {found.number}: {'예약 확정' if booked else found.label}\n"
        f"담당: {found.department} {found.person} ({found.phone})\n"
        f"{'' if found.state in DONE else f'{due}까지 답변드릴 예정입니다.'}"
    )
    data = {"number": found.number, "state": found.state}
    buttons = follow_ups(
        found.number, found.state, found.kind, f" {found.number[-4:]}" if one_of_many else ""
    )
    return Reply(kind="status", text=words.strip(), data=data, buttons=buttons)


def follow_ups(number: str, state: str, kind: str, tail: str = "") -> list[Button]:
    """What a citizen can do about the own ticket in that state; `tail` tells several tickets apart."""
    actions: tuple[str, ...] = ()
    if state in OPEN:
        actions = ("add", "withdraw")
    elif state == "answered" and kind == "reservation":
        actions = ("add", "withdraw")  # nothing to object to, but the time may not suit any more
    elif state in ("answered", "closed"):
        actions = ("objection",)
    labels = FOLLOW_UPS | ({"withdraw": "예약 취소"} if kind == "reservation" else {})
    return [Button(label=f"{labels[name]}{tail}", payload=f"{name}:{number}") for name in actions]


def under_letter(number: str, state: str, kind: str, *, asked: bool) -> list[Button]:
    """What a citizen can do right under what the person in charge wrote; `asked`: it was a question."""
    if asked:
        return [Button(label="답변하기", payload=f"add:{number}")]
    return [button for button in follow_ups(number, state, kind) if not button.payload.startswith("withdraw")]


def signature(person: Contact) -> dict[str, str]:
    """How a person signs, as a reply carries it."""
    return asdict(person)


def korean_date(day: date) -> str:
    """2026-11-25 as "11월 25일(수)"."""
    return f"{day.month}월 {day.day}일({WEEKDAYS[day.weekday()]})"


NO_RESIDENT_NUMBER = text("주민등록번호는 받지 않습니다. 방금 적어 주신 번호는 저장하지 않고 지웠습니다.")
