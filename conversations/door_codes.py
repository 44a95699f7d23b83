"""The codes that prove whose conversation it is: which were sent, and their end."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversations import outbox
from conversations.models import DoorCode, OutboxItem
from core.privacy import VaultItem
from desk.models import Ticket

VALID: Final = timedelta(minutes=10)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_CODE: Final = re.compile(r"\d{3}[ -]?\d{3}")


def awaits(session: Session, conversation_id: str, text: str, now: datetime) -> bool:
    """Whether the text must be a code that this conversation was asked for."""
    if not _CODE.fullmatch(text.strip()):
        return False
    code = newest(session, conversation_id, now)
    return code is not None and (not code.told or now - code.sent_at < VALID)


def sweep(session: Session, now: datetime) -> None:
    """Destroy the codes whose time is over; that they were sent is known for a day."""
    for code in session.scalars(select(DoorCode).where(DoorCode.sent_at <= now - VALID)):
        destroy(session, code)
        if code.sent_at <= now - _DAY:
            session.delete(code)


def destroy(session: Session, code: DoorCode) -> None:
    """Nobody is told the code any more: neither by what is under way nor by what stands in a conversation."""
    if kept := session.get(VaultItem, code.code_ref):
        session.delete(kept)
    item = session.get(OutboxItem, code.item_id) if code.item_id else None
    if item is None:
        return
    # Nor is it anybody's task: the citizen asks for another one.
    item.words, item.uncertain = None, False
    if item.state not in (outbox.SENT, outbox.CANCELLED):
        outbox.give_up(item, code.sent_at + VALID, "확인 번호의 유효 시간이 지났습니다.")


def newest(session: Session, conversation_id: str, now: datetime) -> DoorCode | None:
    """The code that counts there, locked; None: none was sent in the last hour."""
    sent = select(DoorCode).where(DoorCode.conversation_id == conversation_id, DoorCode.sent_at > now - _HOUR)
    return session.scalar(sent.order_by(DoorCode.id.desc()).limit(1).with_for_update())


def sent(session: Session, ticket: Ticket, now: datetime) -> list[DoorCode]:
    """The codes of the last hour that prove whose the ticket is, the oldest first."""
    codes = select(DoorCode).where(DoorCode.ticket_id == ticket.id, DoorCode.sent_at > now - _HOUR)
    return list(session.scalars(codes.order_by(DoorCode.id)))


def sent_in_a_day(session: Session, ticket: Ticket, now: datetime) -> int:
    """How many codes were sent that prove whose the ticket is."""
    codes = select(func.count()).where(DoorCode.ticket_id == ticket.id, DoorCode.sent_at > now - _DAY)
    return session.scalar(codes) or 0
