"""A ticket is opened out of a conversation: from a channel's own form, or by the dialogue step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.protocol import Reply
from conversations import replies, store
from conversations.models import Conversation, Message
from core.privacy import Reference, Vault
from desk import tickets
from desk.schemas import OpenedTicket, TicketRequest


@dataclass(frozen=True)
class TicketForm:
    """What the citizen filled in; `id` is the channel's own, so that a second submission is known."""

    id: str
    name: str
    phone: str | None
    email: str | None
    matter: str
    reply_needed: bool
    consent_version: str


def open_for(
    session: Session,
    vault: Vault,
    conversation: Conversation,
    form: TicketForm,
    now: datetime,
    department_id: str | None,
) -> OpenedTicket:
    """Open a ticket for the conversation's citizen; raises `Invalid` with a hint per field.

    `department_id` is whose business the matter is by its words; else the last question tells.
    """
    request = TicketRequest(
        conversation_id=conversation.id,
        channel=conversation.channel,
        name=form.name,
        phone=form.phone,
        email=form.email,
        matter=form.matter,
        reply_needed=form.reply_needed,
        consent_version=form.consent_version,
        department_id=department_id or conversation.department_id,
        tried=list(conversation.tried),
        key=f"{conversation.id}.{form.id}",
    )
    return tickets.open_ticket(session, vault, request, now)


def confirmation(opened: OpenedTicket, reply_needed: bool) -> list[Reply]:
    """What the citizen is told about the new ticket."""
    told = [replies.ticket(opened, reply_needed)]
    return [*told, replies.NO_RESIDENT_NUMBER] if opened.barred else told


def open_from_form(
    session: Session,
    vault: Vault,
    conversation: Conversation,
    form: TicketForm,
    now: datetime,
    department_id: str | None,
) -> Message:
    """Open the ticket and add form and confirmation to the conversation; returns the form's message."""
    opened = open_for(session, vault, conversation, form, now, department_id)
    ticket = tickets.find(session, opened.number)
    matter = str(Reference("matter", True, ticket.matter_ref)) if ticket else ""
    message = store.add_message(
        session, vault.cipher, conversation, "citizen",
        Reply(kind="form", text=matter, data={"number": opened.number}), now, channel_message_id=form.id,
    )  # fmt: skip
    for reply in confirmation(opened, form.reply_needed):
        store.add_message(session, vault.cipher, conversation, "bot", reply, now, in_reply_to=message.id)
    return message
