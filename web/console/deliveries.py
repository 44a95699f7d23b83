"""What didn't reach a citizen is sent again, told another way, or by telephone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from conversations import deliveries
from core.errors import Forbidden
from core.threads import in_thread
from desk import steps
from desk.models import Staff, Ticket
from web.console.dependencies import Answerer, Visit
from web.console.errors import ConsoleRoute
from web.console.ticket_views import existing

router = APIRouter(prefix="/staff", route_class=ConsoleRoute)

_PHONE = "phone"
_NOT_YOURS = "이 문의의 담당 부서만 고객에게 답변을 보낼 수 있습니다."


@router.post("/tickets/{number}/deliveries/{item_id}/again")
async def again(visit: Answerer, number: str, item_id: int) -> Response:
    """Send it the same way once more."""

    def work() -> None:
        with visit.parts.database.session() as session:
            ticket, _ = _speaking(session, visit, number)
            deliveries.again(deliveries.for_ticket(session, ticket, item_id), visit.now)
            visit.log(session, "delivery.again", ticket.number)

    await in_thread(work)
    return RedirectResponse(f"/staff/tickets/{number}?done=resent", 303)


@router.post("/tickets/{number}/deliveries/{item_id}/other")
async def other(visit: Answerer, number: str, item_id: int, route: Annotated[str, Form()] = "") -> Response:
    """Tell it another way: by `route`, or "phone" when it was told there."""
    await in_thread(_otherwise, visit, number, item_id, route)
    done = "told-by-phone" if route == _PHONE else "rerouted"
    return RedirectResponse(f"/staff/tickets/{number}?done={done}", 303)


@router.post("/conversations/{conversation_id}/deliveries/{item_id}/again")
async def again_in_talk(visit: Answerer, conversation_id: str, item_id: int) -> Response:
    """Send what was said in a conversation once more."""

    def work() -> None:
        with visit.parts.database.session() as session:
            item = deliveries.for_conversation(session, conversation_id, item_id)
            deliveries.again(item, visit.now)
            visit.log(session, "delivery.again", conversation_id)

    await in_thread(work)
    return RedirectResponse(f"/staff/conversations/{conversation_id}?done=resent", 303)


def _otherwise(visit: Visit, number: str, item_id: int, route: str) -> None:
    parts = visit.parts
    with parts.database.session() as session:
        ticket, staff = _speaking(session, visit, number)
        item = deliveries.for_ticket(session, ticket, item_id)
        if route == _PHONE:
            deliveries.phoned(item, visit.now)
            words = "전달되지 않은 답변을 전화로 안내했습니다."
            steps.note(session, parts.vault, ticket, staff, visit.now, words)
        else:
            senders = parts.casework.senders
            deliveries.otherwise(session, parts.vault, senders, ticket, item, route, visit.now)
        visit.log(session, "delivery.other", ticket.number)


def _speaking(session: Session, visit: Visit, number: str) -> tuple[Ticket, Staff]:
    """The ticket, for somebody who may say something to its citizen; raises `Forbidden`."""
    ticket, staff = existing(session, number), session.get_one(Staff, visit.staff.id)
    if not steps.may_speak(ticket, staff):
        raise Forbidden(_NOT_YOURS)
    return ticket, staff
