"""What one item of the outbox tells: made anew at each try, to the address as it is then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.protocol import Delivery, Reply
from conversations import store, transfers
from conversations.models import Conversation, Message, OutboxItem
from core.privacy import Vault
from desk import tickets
from desk.models import Ticket

_FORGETS_WHO_SPOKE: Final = timedelta(days=1)


def told_by(session: Session, item: OutboxItem) -> list[Message]:
    """The messages that the item brings; never what staff whisper."""
    message = session.get(Message, item.message_id) if item.message_id else None
    if message is None or message.author == store.WHISPER:
        return []
    if item.through is None or message.in_reply_to is None:
        return [message]
    replies = store.replies_to(session, message.in_reply_to)
    return [reply for reply in replies if message.seq <= reply.seq <= item.through]


def told(session: Session, vault: Vault, item: OutboxItem) -> list[Reply]:
    """What the item tells, readable."""
    if not item.words:
        return [store.said(session, vault, message).reply for message in told_by(session, item)]
    reply = Reply.model_validate_json(vault.cipher.decrypt(item.words))
    files = store.opened_files(vault.cipher, reply.data)
    words = vault.reveal(session, reply.text)
    return [reply.model_copy(update={"text": words, "data": reply.data | files})]


def delivery(session: Session, vault: Vault, item: OutboxItem, now: datetime) -> Delivery | None:
    """What is sent, made anew at each try, to the address as it is now; None: there is none."""
    message = session.get(Message, item.message_id) if item.message_id else None
    talk = session.get(Conversation, item.conversation_id) if item.conversation_id else None
    ticket = session.get(Ticket, item.ticket_id) if item.ticket_id else None
    to = _address(session, vault, item, talk, ticket)
    if not to:
        return None
    replies = told(session, vault, item)
    numbers = [str(reply.data["number"]) for reply in replies if reply.data.get("number")]
    number = ticket.number if ticket else next(iter(numbers), "")
    return Delivery(
        key=item.key,
        to=to,
        replies=replies,
        done=item.done,
        uncertain=item.uncertain,
        by_person=message.author in ("staff", "system") if message else replies[0].kind == "staff",
        opens=message is not None and _opens(session, message),
        written_at=talk.written_at if talk else None,
        at=now,
        way_back=vault.cipher.decrypt(item.way_back) if item.way_back else "",
        thread=vault.cipher.decrypt(talk.thread) if talk and talk.thread else "",
        number=number,
        replaces=_replaced(session, item) if item.replaces else "",
        card=transfers.card(session, vault, talk)
        if talk and any(reply.data.get("handoff") for reply in replies)
        else {},
    )


def _replaced(session: Session, item: OutboxItem) -> str:
    """The vendor's name of what the item takes the place of; empty where nothing arrived there."""
    earlier = select(OutboxItem.vendor_id).where(
        OutboxItem.lane == item.lane,
        OutboxItem.ticket_id == item.ticket_id,
        OutboxItem.id < item.id,
        OutboxItem.vendor_id.is_not(None),
    )
    return session.scalar(earlier.order_by(OutboxItem.id.desc()).limit(1)) or ""


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
        return vault.cipher.decrypt(item.address)
    if talk is not None:
        known = vault.get(session, talk.address_ref) if talk.address_ref else None
        return known or ("" if talk.address_ref else talk.sender)
    if ticket is None:
        return ""
    details = tickets.details(session, vault, ticket)
    return (details.email if item.route == "email" else details.phone) or ""
