"""What is on its way to somebody: owed in the transaction of what it announces, sent by whoever leases it.

At least once: a process that dies while it sends lets the lease run out, and another tries again. What the
vendor can't tell as a repetition is marked `uncertain`. The caller owns the transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from channels.protocol import Channel, Delivery, Outcome, Receipt, Reply
from conversations import parcels
from conversations.models import Conversation, Message, OutboxItem
from core.clock import SEOUL
from core.errors import EungdaeError
from core.ids import new_id
from core.privacy import Vault
from desk import notices
from desk.models import Staff, Ticket

OWED, WAITS, SENT, FAILED, CANCELLED = "owed", "waits", "sent", "failed", "cancelled"
STATES: Final = (OWED, WAITS, SENT, FAILED, CANCELLED)

BACKOFF: Final = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200))
"""How long to wait after each failed try; after one more the item has failed."""
LEASE: Final = timedelta(seconds=90)
"""Longer than any sending takes: only the lease of a process that died runs out."""
_JITTER: Final = 0.25
_LONGEST_PAUSE: Final = timedelta(days=1)
"""However long a vendor asks us to wait."""
_SAME_REFUSAL: Final = timedelta(minutes=1)
LOST: Final = "보내는 도중에 프로그램이 멈추었습니다."
"""What staff read of a try of which nobody told what came of it."""


@dataclass(frozen=True)
class Parcel:
    """An item that this process has leased, ready to be sent."""

    id: int
    token: str
    route: str
    delivery: Delivery


def owe(
    session: Session, vault: Vault, channel: Channel, messages: Sequence[Message],
    conversation: Conversation, now: datetime, way_back: str = "", ticket_id: str | None = None,
    waits: bool = False,
) -> OutboxItem | None:  # fmt: skip
    """The flushed messages go out together by their conversation's own channel, as that can.

    They are one, or replies to the same message. `waits`: not before the citizen writes again, although the
    channel could push. None where they are fetched.
    """
    if channel.abilities.reach == "fetches" or not messages:
        return None
    pushed = bool(way_back) or channel.abilities.reach == "push"
    return _add(
        session,
        route=channel.name,
        lane=f"{channel.name}:{conversation.id}",
        message_id=messages[0].id,
        through=messages[-1].seq,
        conversation_id=conversation.id,
        ticket_id=ticket_id,
        way_back=vault.cipher.encrypt(way_back) if way_back else None,
        state=OWED if pushed and not waits else WAITS,
        after=now,
        created_at=now,
    )


def owe_otherwise(
    session: Session, vault: Vault, route: str, ticket: Ticket, reply: Reply, now: datetime,
    message: Message | None = None,
) -> OutboxItem:  # fmt: skip
    """The ticket's citizen is told by another way: by e-mail or SMS, at the address they left."""
    return _add(
        session,
        route=route,
        lane=f"{route}:{ticket.id}",
        message_id=message.id if message else None,
        ticket_id=ticket.id,
        words=None if message else vault.cipher.encrypt(reply.model_dump_json()),
        state=OWED,
        after=now,
        created_at=now,
    )


def owe_to(
    session: Session, vault: Vault, route: str, address: str, reply: Reply, now: datetime,
    ticket_id: str | None = None, replaces: bool = False,
) -> OutboxItem:  # fmt: skip
    """Words for the channel's own `address`: a refusal, or an announcement to staff.

    `replaces`: they take the place of what was sent there last about the ticket.
    """
    return _add(
        session,
        route=route,
        lane=lane_to(vault, route, address),
        address=vault.cipher.encrypt(address),
        ticket_id=ticket_id,
        replaces=replaces,
        words=vault.cipher.encrypt(reply.model_dump_json()),
        state=OWED,
        after=now,
        created_at=now,
    )


def owe_refusal(
    session: Session, vault: Vault, route: str, address: str, message_id: str, reply: Reply, now: datetime
) -> None:
    """Say why that message isn't taken: once, however often it comes, and the same words once a minute."""
    key = vault.cipher.fingerprint(f"refusal:{route}:{address}:{message_id}")[:32]
    lane = lane_to(vault, route, address)
    lately = and_(OutboxItem.lane == lane, OutboxItem.created_at > now - _SAME_REFUSAL)
    said = session.scalars(select(OutboxItem).where(or_(OutboxItem.key == key, lately))).all()
    words = reply.model_dump_json()
    if any(item.key == key or (item.words and vault.cipher.decrypt(item.words) == words) for item in said):
        return
    with suppress(IntegrityError), session.begin_nested():  # the same message twice at this moment
        owe_to(session, vault, route, address, reply, now).key = key


def lane_to(vault: Vault, route: str, address: str) -> str:
    """The lane of words for the channel's own `address`; it tells nobody whose that is."""
    return f"{route}:@{vault.cipher.fingerprint(address)[:32]}"


def claim(
    session: Session, vault: Vault, now: datetime, most: int = 20, but: Collection[str] = ()
) -> list[Parcel]:
    """Lease what may go out now by other routes than `but`: of each lane the oldest, if nobody sends it.

    PostgreSQL skips what another process is leasing this moment; SQLite has one writer at a time.
    """
    earlier = aliased(OutboxItem)
    first = ~exists().where(
        earlier.lane == OutboxItem.lane, earlier.state == OWED, earlier.id < OutboxItem.id
    )
    due = (
        select(OutboxItem)
        .where(OutboxItem.state == OWED, OutboxItem.after <= now, OutboxItem.route.not_in(but), first)
        .order_by(OutboxItem.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    leased = []
    for item in session.scalars(due):
        if item.token:  # whoever leased it never told what came of it
            item.uncertain = True
            item.reason = LOST
        if item.tries > len(BACKOFF):
            _fail(session, item, now)
        elif parcel := _leased(session, vault, item, now):
            leased.append(parcel)
    session.flush()
    return leased


def settle(session: Session, parcel: Parcel, receipt: Receipt, now: datetime, waits: bool = False) -> None:
    """Note what came of a parcel; whoever's lease ran out has no say any more.

    `waits`: what can't be sent waits for the citizen's next message, since their channel has that way too.
    """
    item = session.get(OutboxItem, parcel.id, with_for_update=True)
    if item is None or item.token != parcel.token or item.state != OWED:
        return
    item.token = None
    item.done = max(item.done, receipt.done)
    item.uncertain = item.uncertain or receipt.uncertain
    item.reason = receipt.reason[:200]
    item.vendor_id = receipt.id[:80] or item.vendor_id
    if receipt.outcome is Outcome.SENT:
        _settle(item, SENT, now)
    elif receipt.outcome is Outcome.LATER and item.tries <= len(BACKOFF):
        item.after = now + _pause(item.tries, receipt.retry_after)
    elif waits:
        _settle(item, WAITS, now)
    else:
        _fail(session, item, now)


def undeliver(session: Session, key: str, reason: str, now: datetime) -> None:
    """What was taken by the vendor came back after all; an unknown key changes nothing."""
    item = session.scalar(select(OutboxItem).where(OutboxItem.key == key, OutboxItem.state == SENT))
    if item is not None:
        _fail(session, item, now, reason[:200])


def waiting(session: Session, conversation_id: str) -> list[OutboxItem]:
    """What waits for the citizen's next message, oldest first."""
    items = select(OutboxItem).where(OutboxItem.conversation_id == conversation_id, OutboxItem.state == WAITS)
    return list(session.scalars(items.order_by(OutboxItem.id)))


def release(session: Session, conversation_id: str, now: datetime) -> None:
    """The citizen has written, and their channel pushes: what waited for that goes out now."""
    for item in waiting(session, conversation_id):
        item.state, item.after, item.settled_at, item.tries = OWED, now, None, 0


def hand_over(items: Sequence[OutboxItem], now: datetime, taken_by: str | None = None) -> None:
    """The answer to a request takes these along: that to the message `taken_by`."""
    for item in items:
        _settle(item, SENT, now)
        item.taken_by = taken_by


def taken_along(session: Session, conversation_id: str, message_id: str) -> list[OutboxItem]:
    """What the answer to that message took along, oldest first."""
    items = select(OutboxItem).where(
        OutboxItem.conversation_id == conversation_id, OutboxItem.taken_by == message_id
    )
    return list(session.scalars(items.order_by(OutboxItem.id)))


def give_up(item: OutboxItem, now: datetime, reason: str) -> None:
    """It isn't sent, for this reason."""
    _settle(item, CANCELLED, now, reason)


def hold(item: OutboxItem, now: datetime, reason: str) -> None:
    """It waits for the citizen's next message, for this reason."""
    _settle(item, WAITS, now, reason)


def put_back(session: Session, ids: Sequence[int]) -> list[OutboxItem]:
    """The answer that was to take these along came too late: they wait again."""
    items = list(session.scalars(select(OutboxItem).where(OutboxItem.id.in_(ids))))
    for item in items:
        item.state, item.settled_at, item.taken_by = WAITS, None, None
    return items


def _add(session: Session, **values: object) -> OutboxItem:
    item = OutboxItem(key=secrets.token_hex(16), **values)
    session.add(item)
    session.flush()
    return item


def _leased(session: Session, vault: Vault, item: OutboxItem, now: datetime) -> Parcel | None:
    """None: it can't be sent to anybody, which must keep nobody else's words back."""
    item.tries += 1
    item.token, item.after = new_id(), now + LEASE
    try:
        delivery = parcels.delivery(session, vault, item, now)
    except (EungdaeError, ValueError, LookupError, TypeError):
        _fail(session, item, now, "보낼 내용을 읽을 수 없습니다.")
        return None
    if delivery is None:
        _fail(session, item, now, "받으실 주소가 없습니다.")
        return None
    return Parcel(item.id, item.token, item.route, delivery)


def _pause(tries: int, asked: float) -> timedelta:
    """How long to wait after so many failed tries: by chance a little longer, lest all come at once."""
    usual = BACKOFF[tries - 1] * (1 + _JITTER * secrets.randbelow(1000) / 1000)
    return max(usual, timedelta(seconds=min(asked, _LONGEST_PAUSE.total_seconds())))


def _fail(session: Session, item: OutboxItem, now: datetime, reason: str = "") -> None:
    """Nothing more is tried; whoever is in charge of the ticket, or in the talk, hears of it."""
    _settle(item, FAILED, now, reason)
    if item.address is not None:
        if item.ticket_id:
            _tell_administrators(session, item, now)
        return
    ticket = session.get(Ticket, item.ticket_id) if item.ticket_id else None
    talk = session.get(Conversation, item.conversation_id) if item.conversation_id else None
    in_talk = session.get(Staff, talk.staff_id) if talk and talk.staff_id else None
    if person := ticket.staff if ticket else in_talk:
        key = f"undelivered:{item.id}:{now.isoformat()}"
        notices.tell(session, person, "undelivered", key, ticket, now)


def _tell_administrators(session: Session, item: OutboxItem, now: datetime) -> None:
    """What staff aren't told in their own messenger is a matter of its settings: said once a day."""
    key = f"unannounced:{item.route}:{now.astimezone(SEOUL):%Y-%m-%d}"
    for person in session.scalars(select(Staff).where(Staff.role == "admin", Staff.active.is_(True))):
        notices.tell(session, person, "unannounced", key, None, now)


def _settle(item: OutboxItem, state: str, now: datetime, reason: str = "") -> None:
    item.state, item.settled_at, item.token, item.after = state, now, None, None
    item.reason = reason or ("" if state == SENT else item.reason)
