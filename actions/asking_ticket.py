"""The questions of the ticket's form, asked one by one where the channel shows no form of its own."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import Asking
from actions.context import Context, current
from actions.turn import conversation_id, say
from channels.protocol import Button, Reply
from conversations import letters, replies
from conversations.tickets import Offered
from core.privacy import references
from core.threads import in_thread
from desk import kinds
from desk.consent import current_notice
from desk.slots import Slot

Events = list[dict[str, Any]]

NO_SLOT, LATER = "none", "later"
"""Values of the slot `appointment`: the kind has none; the person in charge will fix it."""
_MOST_TIMES = 8
_CHANGE = Button(label="종류 바꾸기", payload="change_kind")


class AskConsent(Asking):
    """Every form begins here, so what an earlier ticket of the conversation tells is filled in here."""

    slot = "consent"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        known = {} if tracker.get_slot("contact_name") else await in_thread(_known, current(), tracker)
        words = f"{replies.consent_text(current_notice())}\n"
        if known:
            name, contact = known["contact_name"], known["contact"]
            words += f"5. 앞서 알려 주신 성함({name})과 연락처({contact})를 그대로 씁니다.\n"
        buttons = [
            Button(label="동의합니다", payload="affirm"),
            Button(label="동의하지 않습니다", payload="deny"),
        ]
        words += "동의하십니까? (그만두시려면 '취소')"
        say(dispatcher, [Reply(kind="text", text=words, buttons=buttons)])
        return [SlotSet(slot, value) for slot, value in known.items()]


class AskContactName(Asking):
    slot = "contact_name"
    words = "성함을 알려 주십시오."


class AskContact(Asking):
    slot = "contact"
    words = "답변을 받으실 전화번호나 전자우편 주소를 알려 주십시오. 예: 010-1234-5678"


class AskMatter(Asking):
    slot = "matter"
    words = "문의하실 내용을 적어 주십시오."


class AskKind(Asking):
    slot = "kind"
    words = "어떤 종류로 접수할까요?"
    buttons = tuple(Button(label=kind.label, payload=f"kind:{kind.id}") for kind in kinds.KINDS.values())


class AskAppointment(Asking):
    slot = "appointment"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        say(dispatcher, [_appointment(await in_thread(_offered, current(), tracker))])
        return []


class AskReplyNeeded(Asking):
    """What will be sent is shown first: matter and kind may have been filled in from the conversation."""

    slot = "reply_needed"

    def reply(self, tracker: Tracker) -> Reply:
        kind = kind_of(tracker)
        words = f"접수 종류: {kinds.label(kind)}\n문의 내용: {tracker.get_slot('matter') or ''}"
        appointment = str(tracker.get_slot("appointment") or NO_SLOT)
        if appointment not in (NO_SLOT, LATER):
            words += f"\n상담 시간: {letters.moment(datetime.fromisoformat(appointment))}"
        if kind in ("callback", "reservation"):
            question, no = "이대로 접수할까요?", Button(label="취소", payload="stop")
        else:
            question, no = "담당자의 회신이 필요하십니까?", Button(label="아니요", payload="deny")
        yes = Button(label="네", payload="affirm")
        return Reply(kind="text", text=f"{words}\n{question}", buttons=[yes, no, _CHANGE])


def kind_of(tracker: Tracker) -> str:
    """The kind that the ticket will have: nobody can be called back without a telephone number."""
    kind = str(tracker.get_slot("kind") or "inquiry")
    contact = references(str(tracker.get_slot("contact") or ""))
    reachable = bool(contact) and contact[0].kind == "phone"
    return "inquiry" if kinds.KINDS[kind].phone and not reachable else kind


def _known(context: Context, tracker: Tracker) -> dict[str, str]:
    """Name and contact, as slots; nothing unless both are known."""
    known = context.own.known(conversation_id(tracker))
    contact = known.get("phone") or known.get("email")
    return {"contact_name": known["name"], "contact": contact} if contact and "name" in known else {}


def _offered(context: Context, tracker: Tracker) -> Offered:
    with context.database.session() as session:
        matter = context.vault.reveal(session, str(tracker.get_slot("matter") or ""))
    return context.opening.offered(matter)


def _appointment(offered: Offered) -> Reply:
    unit = offered.department
    words = f"{unit['name']}({unit['phone']})에서 상담해 드립니다. 원하시는 시간을 골라 주십시오."
    times = [
        Button(label=_short(slot), payload=f"slot:{slot.start.isoformat()}") for slot in spread(offered.slots)
    ]
    later = Button(label="담당자와 정하기", payload=f"slot:{LATER}")
    return Reply(kind="text", text=words, buttons=[*times, later])


def spread(slots: list[Slot]) -> list[Slot]:
    """A few of the slots, over days and halves of days: a messenger shows only some buttons."""
    halves = groupby(slots, lambda slot: (slot.start.date(), slot.start.hour < 12))
    return [next(some) for _, some in halves][:_MOST_TIMES]


def _short(slot: Slot) -> str:
    """ "11/25(수) 14:30": a messenger's buttons show 14 characters."""
    start = slot.start
    return f"{start.month}/{start.day}({replies.WEEKDAYS[start.weekday()]}) {start:%H:%M}"
