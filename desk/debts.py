"""What a ticket still owes the citizen, and therefore may not be closed without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from desk import tickets
from desk.calendar import promise_end
from desk.models import Ticket, TicketEvent

_NO_ANSWER = "회신을 원하신 접수입니다. 답변을 보내신 뒤에 종결해 주십시오."
_NO_DELAY = "약속한 날이 답변 없이 지났습니다. 지연 안내를 보내신 뒤에 종결해 주십시오."
_NO_PROGRESS = "불만·불친절 접수입니다. 담당자가 직접 시정 경과를 알리거나 답변한 뒤에 종결해 주십시오."
_NO_REMEDY = "피해 보상 청구입니다. 시정이나 보상 조치를 기록한 뒤에 종결해 주십시오."
_NO_DECISION = "제안입니다. 채택 여부와 이유를 알려 드린 뒤에 종결해 주십시오."


def delay_owed(session: Session, ticket: Ticket, now: datetime) -> bool:
    """Whether the promised day has passed without an answer, and the citizen wasn't told when to expect one.

    A late answer doesn't settle it: the citizen is still owed a word about why.
    """
    if not ticket.reply_needed or now < promise_end(ticket.promised_on):
        return False
    return _delay_owed(ticket, _since_promise(tickets.history(session, ticket)))


def before_closing(session: Session, ticket: Ticket, now: datetime) -> list[str]:
    """What has to happen before the ticket may be closed, each as a sentence for staff; empty: nothing."""
    events = tickets.history(session, ticket)
    current = _since_promise(events)
    unanswered = ticket.reply_needed and not any(event.kind == "answered" for event in current)
    late = ticket.reply_needed and now >= promise_end(ticket.promised_on)
    happened = {event.kind for event in events}
    owed = {
        _NO_ANSWER: unanswered,
        _NO_DELAY: late and _delay_owed(ticket, current),
        _NO_PROGRESS: ticket.kind == "complaint" and not _person_in_charge_spoke(events),
        _NO_REMEDY: ticket.kind == "claim" and "remedied" not in happened,
        _NO_DECISION: ticket.kind == "suggestion" and "decided" not in happened,
    }
    return [sentence for sentence, is_owed in owed.items() if is_owed]


def _since_promise(events: Sequence[TicketEvent]) -> list[TicketEvent]:
    """What happened since the promise that counts now was given: at receipt, or at the last objection."""
    given = [at for at, event in enumerate(events) if event.kind in ("received", "reopened")]
    return list(events[given[-1] :]) if given else []


def _delay_owed(ticket: Ticket, current: Sequence[TicketEvent]) -> bool:
    end = promise_end(ticket.promised_on)
    in_time = any(event.kind == "answered" and event.at < end for event in current)
    return not in_time and not any(event.kind == "delayed" for event in current)


def _person_in_charge_spoke(events: Sequence[TicketEvent]) -> bool:
    """Whether somebody told progress or answered while it was theirs, since the last objection."""
    in_charge, spoke = "", False
    for event in events:
        if event.kind in ("received", "reopened"):
            spoke = False
        in_charge = event.data.get("staff", in_charge)
        spoke = spoke or (event.kind in ("told", "answered") and event.actor == in_charge)
    return spoke
