"""One step with a ticket: taken, told to the citizen, and sent on its way, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.protocol import Channel, Reply
from conversations import citizens, replies
from conversations.announcements import Announcements
from conversations.hub import Hub, topic_of
from conversations.links import Links
from conversations.models import Conversation
from conversations.posting import post
from core.clock import Clock
from core.database import Database
from core.errors import Invalid, NotFound
from core.privacy import Vault
from core.threads import in_thread
from desk import tickets
from desk.attachments import Attachments, File
from desk.models import Staff, Ticket


@dataclass(frozen=True)
class Case:
    """A ticket in the hands of a member of staff, within a transaction."""

    session: Session
    vault: Vault
    ticket: Ticket
    staff: Staff
    now: datetime
    reached: bool
    """Whether the citizen hears what is said: in the conversation, or already by telephone."""

    @property
    def of(self) -> tuple[Session, Vault, Ticket, Staff, datetime]:
        """What every step begins with."""
        return self.session, self.vault, self.ticket, self.staff, self.now


@dataclass(frozen=True)
class Letter:
    """What the citizen is told, and who signs it: whoever acts, unless somebody else is in charge now."""

    text: str
    signer: Staff | None = None
    files: Sequence[File] = ()


Step = Callable[[Case], Letter | None]


class Clerk:
    """Takes steps; `conversations.casework` knows which there are."""

    def __init__(
        self, database: Database, vault: Vault, channels: dict[str, Channel], clock: Clock, hub: Hub,
        attachments: Attachments, links: Links, announcements: Announcements | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._vault = vault
        self._channels = channels
        self._clock = clock
        self._hub = hub
        self._attachments = attachments
        self._links = links
        self._announcements = announcements or Announcements(vault)

    async def _quietly(self, number: str, staff_id: str, step: Step) -> None:
        await self._do(number, staff_id, step, by_phone=True)

    async def _do(
        self, number: str, staff_id: str, step: Step, by_phone: bool, must_reach: bool = True
    ) -> None:  # fmt: skip
        if topic := await in_thread(self._work, number, staff_id, step, by_phone, must_reach):
            self._hub.changed(topic)

    def _work(self, number: str, staff_id: str, step: Step, by_phone: bool, must_reach: bool) -> str | None:
        with self._database.session() as session:
            ticket = found(session, number)
            talk = citizens.talk_of(session, ticket)
            if talk is None and must_reach and not by_phone:
                raise Invalid("대화창이 없는 접수입니다. 전화로 안내하신 뒤 그렇게 표시해 주십시오.")
            staff = session.get_one(Staff, staff_id)
            reached = by_phone or talk is not None
            case = Case(session, self._vault, ticket, staff, self._clock.now(), reached)
            letter = step(case)
            self._announcements.refresh(session, ticket, case.now)
            if letter is None or by_phone or talk is None:
                return None
            self._send(case, letter, talk)
            return topic_of(talk.channel, talk.sender)

    def _send(self, case: Case, letter: Letter, talk: Conversation) -> None:
        case.session.refresh(talk, with_for_update=True)
        text = tickets.masked(case.session, self._vault, letter.text, case.ticket)
        data = {"number": case.ticket.number} | self._with_files(letter.files)
        ticket = case.ticket
        buttons = replies.under_letter(ticket.number, ticket.state, ticket.kind, asked=ticket.waiting)
        reply = Reply(kind="staff", text=text, data=data, buttons=buttons)
        if talk.awaiting_form is None:
            talk.buttons = [*(button.model_dump() for button in buttons), *talk.buttons]
        signer = letter.signer or case.staff
        post(case.session, self._vault, self._channels, talk, reply, signer, case.now, ticket_id=ticket.id)

    def _with_files(self, files: Sequence[File]) -> dict[str, str]:
        """The files as a message keeps them: encrypted, since a name may tell something and a link opens."""
        kept = [{"name": one.name, "size": one.size, "href": self._links.file(one.id)} for one in files]
        sealed = self._vault.cipher.encrypt(json.dumps(kept, ensure_ascii=False))
        return {"files": sealed} if files else {}


def found(session: Session, number: str) -> Ticket:
    """The ticket under that number; raises `NotFound`."""
    ticket = tickets.find(session, number)
    if ticket is None:
        raise NotFound("접수번호를 다시 확인해 주십시오. 그런 문의가 없습니다.")
    return ticket
