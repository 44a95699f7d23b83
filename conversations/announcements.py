"""A new ticket is announced to staff in their own messenger, and what stands there follows the ticket.

An announcement names no citizen and tells nothing of the matter: the console does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.protocol import CLAIM, STAFF_ACT, WRITE, Button, Channel, HasStaffRoom, Reply
from conversations import outbox
from conversations.models import OutboxItem
from conversations.replies import korean_date
from core.privacy import Vault
from desk import directory, kinds, states, tickets
from desk.models import Ticket

_UNTOUCHED: Final = frozenset({"received", "assigned", "reopened"})


@dataclass(frozen=True)
class Announcements:
    """Announces through the channel `route` to its `room`; an empty room: nowhere."""

    vault: Vault
    route: str = ""
    room: str = ""
    public_url: str = ""

    @classmethod
    def through(cls, channels: Mapping[str, Channel], vault: Vault, public_url: str) -> Announcements:
        """By the first of the channels in which staff have a room."""
        for name, channel in channels.items():
            if isinstance(channel, HasStaffRoom) and channel.staff.channel:
                return cls(vault, name, channel.staff.channel, public_url)
        return cls(vault)

    def announce(self, session: Session, number: str, now: datetime) -> None:
        """Owe the announcement of a ticket, once; in the transaction that opens it."""
        ticket = tickets.find(session, number) if self.room else None
        if ticket and self._last(session, ticket) is None:
            self._owe(session, ticket, self._words(ticket), now)

    def refresh(self, session: Session, ticket: Ticket, now: datetime) -> None:
        """Say it anew where it stands, if it was announced and reads differently now."""
        last = self._last(session, ticket) if self.room else None
        if last is None or last.words is None:
            return
        words = self._words(ticket)
        if self.vault.cipher.decrypt(last.words) != words.model_dump_json():
            self._owe(session, ticket, words, now, replaces=True)

    def _last(self, session: Session, ticket: Ticket) -> OutboxItem | None:
        announced = select(OutboxItem).where(
            OutboxItem.ticket_id == ticket.id,
            OutboxItem.route == self.route,
            OutboxItem.address.is_not(None),
        )
        return session.scalar(announced.order_by(OutboxItem.id.desc()).limit(1))

    def _owe(
        self, session: Session, ticket: Ticket, words: Reply, now: datetime, *, replaces: bool = False
    ) -> None:
        outbox.owe_to(session, self.vault, self.route, self.room, words, now, ticket.id, replaces)

    def _words(self, ticket: Ticket) -> Reply:
        person = directory.contact(ticket.staff)
        who = f"{person.department} {person.name} {person.title}".strip()
        lines = [
            _head(ticket, f"{person.name} {person.title}".strip()),
            f"접수번호: {ticket.number}",
            f"유형: {kinds.label(ticket.kind)}",
            f"담당: {who}",
            f"답변 약속일: {korean_date(ticket.promised_on)}",
        ]
        if link := self.page(ticket.number):
            lines.append(link)
        return Reply(kind="text", text="\n".join(lines), buttons=_buttons(ticket))

    def page(self, number: str) -> str:
        """Where the console shows the ticket; empty where nobody said how it is reached."""
        return f"{self.public_url.rstrip('/')}/staff/tickets/{number}" if self.public_url else ""


def _head(ticket: Ticket, who: str) -> str:
    if ticket.state in _UNTOUCHED:
        return f"{'다시' if ticket.state == 'reopened' else '새로'} 접수된 문의가 있습니다."
    if ticket.state in states.OPEN:
        return f"{who}님이 맡았습니다."
    return f"{states.label(ticket.state)} 상태입니다."


def _buttons(ticket: Ticket) -> list[Button]:
    claim = Button(label="제가 맡겠습니다", payload=f"{STAFF_ACT}{CLAIM}:{ticket.number}")
    write = Button(label="답변하기", payload=f"{STAFF_ACT}{WRITE}:{ticket.number}")
    if ticket.state not in states.OPEN:
        return []
    reached = ticket.conversation_id or ticket.email_ref
    return ([claim] if ticket.state in _UNTOUCHED else []) + ([write] if reached else [])
