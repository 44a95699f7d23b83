"""Files that citizens send: fetched, checked, kept encrypted, and given to the ticket that they belong to."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels.protocol import Button, Channel, Inbound, InboundFile, Reply
from conversations import citizens, replies, store
from conversations.models import Conversation, Message
from core.clock import Clock
from core.database import Database
from core.errors import EungdaeError
from core.privacy import Vault
from core.threads import in_thread
from desk import steps, tickets
from desk.attachments import Attachments, File, readable
from desk.models import Attachment, Ticket
from desk.states import OPEN

WAITS: Final = timedelta(hours=24)
"""So long a file waits for its ticket; then it is destroyed."""
MOST: Final = 10
"""Files of one message."""
_PATIENCE: Final = 20.0
"""Seconds for one file to come from the vendor."""


@dataclass(frozen=True)
class Received:
    """What became of the files of one message."""

    kept: int = 0
    number: str | None = None
    """The ticket that they were added to."""
    problems: list[str] = field(default_factory=list)
    question: Reply | None = None
    """What the citizen was asked last, where a form waits for it."""

    @property
    def replies(self) -> list[Reply]:
        """What the citizen is told of files that came with words."""
        words = [f"보내 주신 파일 {self.kept}개를 함께 받았습니다."] if self.kept else []
        return [replies.text("\n".join([*words, *self.problems]))] if words or self.problems else []

    @property
    def replies_alone(self) -> list[Reply]:
        """What the citizen is told of files that came without a word."""
        if self.question:
            return [*self.replies, self.question]
        if not self.kept:
            return self.replies or [replies.text("보내 주신 파일을 받았습니다.")]
        if self.number:
            words = f"보내 주신 파일 {self.kept}개를 접수번호 {self.number} 담당자에게 전달했습니다."
            return [replies.text("\n".join([words, *self.problems]))]
        words = (
            f"보내 주신 파일 {self.kept}개를 받았습니다. 24시간 안에 문의를 접수하시면 담당자에게 함께 "
            "전달해 드리고, 접수하지 않으시면 파기합니다."
        )
        buttons = [Button(label="문의 접수하기", payload="open_ticket")]
        return [Reply(kind="text", text="\n".join([words, *self.problems]), buttons=buttons)]


@dataclass(frozen=True)
class CitizensFiles:
    """Takes them in. One process, one instance."""

    database: Database
    vault: Vault
    attachments: Attachments
    channels: Mapping[str, Channel]
    clock: Clock

    async def take(self, inbound: Inbound, conversation_id: str, message_id: str) -> Received:
        """Fetch and keep the files of a message that is stored; a second time changes nothing."""
        contents: list[tuple[str, str, bytes]] = []
        problems: list[str] = []
        for place, file in enumerate(inbound.files[:MOST]):
            try:
                content = await self._content(inbound.channel, file)
            except (EungdaeError, TimeoutError) as error:
                problems.append(_problem(file.name, error))
            else:
                contents.append((_id(message_id, place), file.name, content))
        if len(inbound.files) > MOST:
            problems.append(f"한 번에 파일 {MOST}개까지만 받습니다. 나머지는 다시 보내 주십시오.")
        return await in_thread(self._keep, inbound, conversation_id, message_id, contents, problems)

    async def _content(self, channel: str, file: InboundFile) -> bytes:
        if file.content:
            return file.content
        async with asyncio.timeout(_PATIENCE):
            return await self.channels[channel].fetch(file)

    def _keep(
        self, inbound: Inbound, conversation_id: str, message_id: str,
        contents: Sequence[tuple[str, str, bytes]], problems: list[str],
    ) -> Received:  # fmt: skip
        now = self.clock.now()
        with self.database.session() as session:
            conversation = session.get_one(Conversation, conversation_id)
            letters = self.channels[inbound.channel].abilities.letters
            ticket = self._ticket(session, inbound, conversation_id, letters)
            taken: dict[str, File | None] = {}
            for file_id, name, content in contents:
                try:
                    taken[file_id] = self.attachments.receive(
                        session, conversation_id, ticket, file_id, name, content, now
                    )
                except EungdaeError as error:
                    problems.append(_problem(name, error))
            message = session.get_one(Message, message_id)
            message.data = message.data | {"received": list(taken)}
            new = ", ".join(file.name for file in taken.values() if file)
            if ticket and new and not letters:
                # Whoever is in charge hears of it; a letter is added to its ticket as a whole.
                steps.add(session, self.vault, ticket, now, f"파일을 보냈습니다: {new}")
            question = self._question(session, conversation)
            return Received(len(taken), ticket.number if ticket else None, problems, question)

    def _ticket(
        self, session: Session, inbound: Inbound, conversation_id: str, letters: bool
    ) -> Ticket | None:
        """The open ticket that files belong to; a letter's belong to what it names, or to a new one."""
        if letters:
            named = tickets.find(session, inbound.number) if inbound.number else None
            return named if named and named.state in OPEN | {"answered", "closed"} else None
        open_ones = (one for one in citizens.tickets_of(session, conversation_id) if one.state in OPEN)
        return next(open_ones, None)

    def _question(self, session: Session, conversation: Conversation) -> Reply | None:
        if conversation.awaiting_form is None:
            return None
        asked = select(Message).where(Message.conversation_id == conversation.id, Message.author == "bot")
        last = session.scalar(asked.order_by(Message.seq.desc()).limit(1))
        return store.said(session, self.vault, last).reply if last else None


def hand_over(session: Session, conversation_id: str, number: str, now: datetime) -> None:
    """A ticket was opened: what its citizen sent before belongs to it."""
    ticket = tickets.find(session, number)
    if ticket is None:
        return
    waiting = (
        Attachment.conversation_id.in_(citizens.circle(session, conversation_id)),
        Attachment.ticket_id.is_(None),
        Attachment.at > now - WAITS,
    )
    session.execute(update(Attachment).where(*waiting).values(ticket_id=ticket.id))


def received(session: Session, vault: Vault, messages: Sequence[Message]) -> dict[str, File]:
    """The files that came with the messages, by id; those destroyed since are missing."""
    ids = [file_id for message in messages for file_id in message.data.get("received", ())]
    found = session.scalars(select(Attachment).where(Attachment.id.in_(ids))) if ids else ()
    return {kept.id: readable(vault.cipher, kept) for kept in found}


def came_in(session: Session, conversation_id: str, file_id: str) -> bool:
    """Whether the file came through one of the doors of this conversation's citizen."""
    kept = session.get(Attachment, file_id)
    return kept is not None and kept.conversation_id in citizens.circle(session, conversation_id)


def sweep(session: Session, attachments: Attachments, now: datetime) -> None:
    """Destroy the files whose ticket never came."""
    over = select(Attachment).where(Attachment.ticket_id.is_(None), Attachment.at <= now - WAITS)
    attachments.destroy(session, list(session.scalars(over)))


def _id(message_id: str, place: int) -> str:
    return hashlib.sha256(f"{message_id}:{place}".encode()).hexdigest()[:32]


def _problem(name: str, error: Exception) -> str:
    why = error.message if isinstance(error, EungdaeError) else "시간 안에 받지 못했습니다."
    return f"'{name}' 파일은 받지 못했습니다. {why}" if name else f"파일을 받지 못했습니다. {why}"
