"""What didn't reach a citizen, or not surely: staff see it, send it again or another way, or give it up."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from channels.protocol import Reply, Sender
from conversations import citizens, outbox, parcels, ways
from conversations.models import Message, OutboxItem
from conversations.outbox import CANCELLED, FAILED, OWED, SENT, STATES, WAITS
from core.errors import Conflict, Invalid, NotFound
from core.privacy import Vault
from desk import tickets
from desk.models import Ticket

BY_PHONE: Final = "전화로 안내했습니다."
_OTHERWISE: Final = {"email": "전자우편으로 다시 보냈습니다.", "sms": "문자메시지로 다시 알렸습니다."}
_GONE: Final = "이미 처리된 답변입니다. 화면을 새로 고쳐 확인해 주십시오."
_DOUBTED_FOR: Final = timedelta(days=7)
"""So long staff are shown what may have arrived twice."""
_MOST: Final = 50


@dataclass(frozen=True)
class Stuck:
    """One item for the eyes of staff; `text` is what it tells the citizen."""

    id: int
    route: str
    state: str
    uncertain: bool
    tries: int
    reason: str
    at: datetime
    text: str
    others: tuple[str, ...] = ()
    """Routes by which it can go instead, or as well."""

    @property
    def failed(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state == FAILED


@dataclass(frozen=True)
class Line:
    """One item for whoever runs the program: it tells nothing of the citizen."""

    id: int
    state: str
    route: str
    number: str
    tries: int
    uncertain: bool
    reason: str
    created_at: datetime
    after: datetime | None


def of_ticket(
    session: Session, vault: Vault, senders: Mapping[str, Sender], ticket: Ticket, now: datetime
) -> list[Stuck]:
    """What staff should know of the letters to this ticket's citizen, oldest first."""
    waits = and_(OutboxItem.state == WAITS, OutboxItem.ticket_id == ticket.id)
    found = session.scalars(_to_citizen(session, ticket, or_(_troubled(now), waits)))
    routes = _routes(session, vault, senders, ticket)
    return [_stuck(session, vault, item, _others(session, item, routes)) for item in found]


def of_conversation(session: Session, vault: Vault, conversation_id: str, now: datetime) -> list[Stuck]:
    """What was said in the citizen's thread and didn't surely arrive, oldest first; letters about a ticket
    stand on its page."""
    found = select(OutboxItem).where(_of_thread(session, conversation_id), _troubled(now))
    newest = session.scalars(found.order_by(OutboxItem.id.desc()).limit(_MOST)).all()
    return [_stuck(session, vault, item) for item in reversed(newest)]


def for_ticket(session: Session, ticket: Ticket, item_id: int) -> OutboxItem:
    """The locked item, if it is one to this ticket's citizen; raises `NotFound`."""
    this = OutboxItem.id == item_id
    item = session.scalar(_to_citizen(session, ticket, this).with_for_update(of=OutboxItem))
    if item is None:
        raise NotFound(_GONE)
    return item


def for_conversation(session: Session, conversation_id: str, item_id: int) -> OutboxItem:
    """The locked item, if it is one that `of_conversation` shows; raises `NotFound`."""
    this = select(OutboxItem).where(_of_thread(session, conversation_id), OutboxItem.id == item_id)
    item = session.scalar(this.with_for_update())
    if item is None:
        raise NotFound(_GONE)
    return item


def again(item: OutboxItem, now: datetime) -> None:
    """Owe it anew; `Conflict` unless it has failed or was cancelled."""
    if item.state not in (FAILED, CANCELLED):
        raise Conflict(_GONE)
    _renew_key(item)
    item.state, item.tries, item.after, item.settled_at, item.reason = OWED, 0, now, None, ""


def otherwise(
    session: Session, vault: Vault, senders: Mapping[str, Sender], ticket: Ticket, item: OutboxItem,
    route: str, now: datetime,
) -> None:  # fmt: skip
    """Tell it by another route, instead of one that failed, or besides what still waits.

    A text message only says that there is an answer: what failed then waits for the citizen's next message.
    Raises `Conflict` when nothing is to be done any more, `Invalid` for a route that isn't open.
    """
    if item.state not in (FAILED, WAITS):
        raise Conflict(_GONE)
    if route not in _others(session, item, _routes(session, vault, senders, ticket)):
        raise Invalid("그 방법으로는 보낼 수 없습니다.")
    message = session.get(Message, item.message_id) if item.message_id else None
    outbox.owe_otherwise(session, vault, route, ticket, _words(vault, item), now, message)
    if item.state == FAILED and route == "sms" and item.conversation_id:
        _renew_key(item)
        outbox.hold(item, now, _OTHERWISE[route])
    elif item.state == FAILED:
        outbox.give_up(item, now, _OTHERWISE[route])


def phoned(item: OutboxItem, now: datetime) -> None:
    """The citizen was told on the telephone; `Conflict` unless it has failed."""
    if item.state != FAILED:
        raise Conflict(_GONE)
    outbox.give_up(item, now, BY_PHONE)


def cancel(item: OutboxItem, now: datetime) -> None:
    """Give it up; `Conflict` for what is being sent this moment, or is over."""
    if item.state == OWED and item.token and item.after and item.after > now:
        raise Conflict(f"{item.id}번은 지금 보내고 있어 취소할 수 없습니다.")
    if item.state not in (OWED, WAITS, FAILED):
        raise Conflict(f"{item.id}번은 이미 끝났습니다.")
    outbox.give_up(item, now, "운영자가 취소했습니다.")


def lines(
    session: Session, states: Collection[str] = (), route: str = "", number: str = "", limit: int = 100
) -> list[Line]:
    """The newest items, of those states (none: all that isn't over), that route, that ticket's number.

    Raises `Invalid` for a state that there isn't, `NotFound` for an unknown ticket.
    """
    if set(states) - set(STATES):
        raise Invalid(f"상태는 {', '.join(STATES)} 가운데에서 골라 주십시오.")
    query = select(OutboxItem).where(OutboxItem.state.in_(states or (OWED, WAITS, FAILED)))
    if route:
        query = query.where(OutboxItem.route == route)
    if number:
        query = query.where(_about(session, number))
    found = session.scalars(query.order_by(OutboxItem.id.desc()).limit(limit)).all()
    return [_line(session, item) for item in found]


def failed(session: Session) -> Sequence[OutboxItem]:
    """All that has failed, locked, oldest first."""
    found = select(OutboxItem).where(OutboxItem.state == FAILED).order_by(OutboxItem.id)
    return session.scalars(found.with_for_update()).all()


def unannounced(session: Session) -> int:
    """How many announcements to staff have failed, and were neither sent again nor given up."""
    to_staff = and_(OutboxItem.address.is_not(None), OutboxItem.ticket_id.is_not(None))
    return session.scalar(select(func.count()).where(OutboxItem.state == FAILED, to_staff)) or 0


def numbered(session: Session, item_id: int) -> OutboxItem:
    """The locked item of that id; raises `NotFound`."""
    item = session.get(OutboxItem, item_id, with_for_update=True)
    if item is None:
        raise NotFound(f"{item_id}번은 발송함에 없습니다.")
    return item


def _renew_key(item: OutboxItem) -> None:
    """What surely didn't arrive gets a new key: vendors may remember the old one, and send nothing."""
    if not item.uncertain:
        item.key = secrets.token_hex(16)


def _troubled(now: datetime) -> ColumnElement[bool]:
    doubted = and_(
        OutboxItem.state == SENT, OutboxItem.uncertain.is_(True), OutboxItem.settled_at > now - _DOUBTED_FOR
    )
    tried_again = and_(OutboxItem.state == OWED, OutboxItem.tries > 1)
    return or_(OutboxItem.state == FAILED, doubted, tried_again)


def _of_thread(session: Session, conversation_id: str) -> ColumnElement[bool]:
    talks = citizens.circle(session, conversation_id)
    return and_(OutboxItem.conversation_id.in_(talks), OutboxItem.ticket_id.is_(None))


def _to_citizen(session: Session, ticket: Ticket, which: ColumnElement[bool]) -> Select[OutboxItem]:
    """About the ticket, or in its citizen's thread; what goes to staff is nobody's letter."""
    theirs = OutboxItem.ticket_id == ticket.id
    if ticket.conversation_id:
        theirs = or_(theirs, _of_thread(session, ticket.conversation_id))
    found = select(OutboxItem).where(theirs, OutboxItem.address.is_(None), which)
    return found.order_by(OutboxItem.id).limit(_MOST)


def _routes(session: Session, vault: Vault, senders: Mapping[str, Sender], ticket: Ticket) -> tuple[str, ...]:
    """To what the citizen left, unless they wish to hear nothing."""
    talk = citizens.talk_of(session, ticket)
    wished = talk is None or talk.notify != "none"
    return ways.left(session, vault, senders, ticket) if wished else ()


def _others(session: Session, item: OutboxItem, routes: Sequence[str]) -> tuple[str, ...]:
    """What hasn't been tried with it, where it is one letter that is stuck."""
    if item.state not in (FAILED, WAITS) or item.ticket_id is None:
        return ()
    tried = {item.route}
    if item.message_id:
        same = OutboxItem.message_id == item.message_id
        tried |= set(session.scalars(select(OutboxItem.route).where(same, OutboxItem.state != CANCELLED)))
    return tuple(route for route in routes if route not in tried)


def _words(vault: Vault, item: OutboxItem) -> Reply:
    """As they are kept: masked, and without them where a message has them."""
    if item.words:
        return Reply.model_validate_json(vault.cipher.decrypt(item.words))
    return Reply(kind="staff", text="")


def _stuck(session: Session, vault: Vault, item: OutboxItem, others: tuple[str, ...] = ()) -> Stuck:
    return Stuck(
        id=item.id,
        route=item.route,
        state=item.state,
        uncertain=item.uncertain,
        tries=item.tries,
        reason=item.reason,
        at=item.created_at,
        text="\n".join(reply.text for reply in parcels.told(session, vault, item)),
        others=others,
    )


def _line(session: Session, item: OutboxItem) -> Line:
    ticket = session.get(Ticket, item.ticket_id) if item.ticket_id else None
    return Line(
        id=item.id,
        state=item.state,
        route=item.route,
        number=ticket.number if ticket else "",
        tries=item.tries,
        uncertain=item.uncertain,
        reason=item.reason,
        created_at=item.created_at,
        after=item.after if item.state == OWED else None,
    )


def _about(session: Session, number: str) -> ColumnElement[bool]:
    ticket = tickets.find(session, number)
    if ticket is None:
        raise NotFound("접수번호를 다시 확인해 주십시오. 그런 문의가 없습니다.")
    return OutboxItem.ticket_id == ticket.id
