"""What is on its way to somebody: owed in the transaction of what it announces, sent by whoever leases it.

At least once: a process that dies while it sends lets the lease run out, and another tries again. What the
vendor can't tell as a repetition is marked `uncertain`. The caller owns the transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from channels.protocol import Channel, Delivery, Outcome, Receipt, Reply
from conversations import store
from conversations.models import Conversation, Message, OutboxItem
from core.ids import new_id
from core.privacy import Vault
from desk import tickets
from desk.models import Ticket

OWED, WAITS, SENT, FAILED, CANCELLED = "owed", "waits", "sent", "failed", "cancelled"

BACKOFF: Final = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200))
"""How long to wait after each failed try; after one more the item has failed."""
LEASE: Final = timedelta(seconds=90)
"""Longer than any sending takes: only the lease of a process that died runs out."""
_JITTER: Final = 0.25
_FORGETS_WHO_SPOKE: Final = timedelta(days=1)
_LOST: Final = "보내는 도중에 프로그램이 멈추었습니다."


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
) -> OutboxItem | None:  # fmt: skip
    """The flushed messages go out together by their conversation's own channel, as that can.

    They are one, or replies to the same message. None where they are fetched.
    """
    if channel.abilities.reach == "fetches" or not messages:
        return None
    return _add(
        session,
        route=channel.name,
        lane=f"{channel.name}:{conversation.id}",
        message_id=messages[0].id,
        through=messages[-1].seq,
        conversation_id=conversation.id,
        ticket_id=ticket_id,
        way_back=vault.cipher.encrypt(way_back) if way_back else None,
        state=OWED if way_back or channel.abilities.reach == "push" else WAITS,
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
    ticket_id: str | None = None,
) -> OutboxItem:  # fmt: skip
    """Words for the channel's own `address`: a refusal, or an announcement to staff."""
    return _add(
        session,
        route=route,
        lane=f"{route}:@{address}"[:120],
        address=address,
        ticket_id=ticket_id,
        words=vault.cipher.encrypt(reply.model_dump_json()),
        state=OWED,
        after=now,
        created_at=now,
    )


def claim(session: Session, vault: Vault, now: datetime, most: int = 20) -> list[Parcel]:
    """Lease what may go out now: of each lane the oldest, if nobody is sending it.

    PostgreSQL skips what another process is leasing this moment; SQLite has one writer at a time.
    """
    earlier = aliased(OutboxItem)
    first = ~exists().where(
        earlier.lane == OutboxItem.lane, earlier.state == OWED, earlier.id < OutboxItem.id
    )
    due = (
        select(OutboxItem)
        .where(OutboxItem.state == OWED, OutboxItem.after <= now, first)
        .order_by(OutboxItem.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    parcels = []
    for item in session.scalars(due):
        if item.token:  # whoever leased it never told what came of it
            item.uncertain = True
            item.reason = _LOST
        if item.tries > len(BACKOFF):
            _settle(item, FAILED, now)
            continue
        item.tries += 1
        item.token, item.after = new_id(), now + LEASE
        delivery = _delivery(session, vault, item, now)
        if delivery is None:
            _settle(item, FAILED, now, "받으실 주소가 없습니다.")
        else:
            parcels.append(Parcel(item.id, item.token, item.route, delivery))
    session.flush()
    return parcels


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
    if receipt.outcome is Outcome.SENT:
        _settle(item, SENT, now)
    elif receipt.outcome is Outcome.REFUSED or item.tries > len(BACKOFF):
        _settle(item, WAITS if waits else FAILED, now)
    else:
        pause = BACKOFF[item.tries - 1].total_seconds() * (1 + _JITTER * secrets.randbelow(1000) / 1000)
        item.after = now + timedelta(seconds=max(pause, receipt.retry_after))


def undeliver(session: Session, key: str, reason: str, now: datetime) -> None:
    """What was taken by the vendor came back after all; an unknown key changes nothing."""
    item = session.scalar(select(OutboxItem).where(OutboxItem.key == key, OutboxItem.state == SENT))
    if item is not None:
        _settle(item, FAILED, now, reason[:200])


def waiting(session: Session, conversation_id: str) -> list[OutboxItem]:
    """What waits for the citizen's next message, oldest first."""
    items = select(OutboxItem).where(OutboxItem.conversation_id == conversation_id, OutboxItem.state == WAITS)
    return list(session.scalars(items.order_by(OutboxItem.id)))


def told_by(session: Session, item: OutboxItem) -> list[Message]:
    """The messages that the item brings; never what staff whisper."""
    message = session.get(Message, item.message_id) if item.message_id else None
    if message is None or message.author == store.WHISPER:
        return []
    if item.through is None or message.in_reply_to is None:
        return [message]
    replies = store.replies_to(session, message.in_reply_to)
    return [reply for reply in replies if message.seq <= reply.seq <= item.through]


def hand_over(items: Sequence[OutboxItem], now: datetime) -> None:
    """The answer to a request takes these along."""
    for item in items:
        _settle(item, SENT, now)


def put_back(session: Session, ids: Sequence[int]) -> None:
    """The answer that was to take these along came too late."""
    for item in session.scalars(select(OutboxItem).where(OutboxItem.id.in_(ids))):
        item.state, item.settled_at = WAITS, None


def _add(session: Session, **values: object) -> OutboxItem:
    item = OutboxItem(key=secrets.token_hex(16), **values)
    session.add(item)
    session.flush()
    return item


def _settle(item: OutboxItem, state: str, now: datetime, reason: str = "") -> None:
    item.state, item.settled_at, item.token, item.after = state, now, None, None
    item.reason = reason or ("" if state == SENT else item.reason)


def _delivery(session: Session, vault: Vault, item: OutboxItem, now: datetime) -> Delivery | None:
    """What is sent, made anew at each try, to the address as it is now; None: there is none."""
    message = session.get(Message, item.message_id) if item.message_id else None
    talk = session.get(Conversation, item.conversation_id) if item.conversation_id else None
    ticket = session.get(Ticket, item.ticket_id) if item.ticket_id else None
    to = _address(session, vault, item, talk, ticket)
    if not to:
        return None
    if item.words:
        replies = [Reply.model_validate_json(vault.cipher.decrypt(item.words))]
    else:
        replies = [store.said(session, vault, told).reply for told in told_by(session, item)]
    numbers = [str(reply.data["number"]) for reply in replies if reply.data.get("number")]
    number = ticket.number if ticket else next(iter(numbers), "")
    return Delivery(
        key=item.key,
        to=to,
        replies=replies,
        done=item.done,
        uncertain=item.uncertain,
        by_person=message is not None and message.author in ("staff", "system"),
        opens=message is not None and _opens(session, message),
        written_at=talk.written_at if talk else None,
        at=now,
        way_back=vault.cipher.decrypt(item.way_back) if item.way_back else "",
        thread=vault.cipher.decrypt(talk.thread) if talk and talk.thread else "",
        number=number,
    )


def _opens(session: Session, message: Message) -> bool:
    earlier = select(Message).where(
        Message.conversation_id == message.conversation_id,
        Message.seq < message.seq,
        Message.author.not_in(["citizen", store.WHISPER]),
    )
    last = session.scalar(earlier.order_by(Message.seq.desc()).limit(1))
    long_ago = message.at - _FORGETS_WHO_SPOKE
    return message.author == "bot" and (last is None or last.author != "bot" or last.at < long_ago)


def _address(
    session: Session, vault: Vault, item: OutboxItem, talk: Conversation | None, ticket: Ticket | None
) -> str:
    if item.address:
        return item.address
    if talk is not None:
        known = vault.get(session, talk.address_ref) if talk.address_ref else None
        return known or ("" if talk.address_ref else talk.sender)
    if ticket is None:
        return ""
    details = tickets.details(session, vault, ticket)
    return (details.email if item.route == "email" else details.phone) or ""
