"""One step with a ticket: taken, told to the citizen, and sent on its way, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.protocol import Channel, Reply, Sender
from conversations import citizens, outbox, replies, ways
from conversations.announcements import Announcements
from conversations.hub import Hub, topic_of
from conversations.links import Links
from conversations.models import Conversation, Message
from conversations.posting import post, signed
from conversations.ways import Standing, Way
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
        attachments: Attachments, links: Links, senders: Mapping[str, Sender] | None = None,
        announcements: Announcements | None = None,
    ) -> None:  # fmt: skip
        """`senders` are all ways to a citizen, where those are more than the channels."""
        self.senders: Mapping[str, Sender] = channels if senders is None else senders
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
            now = self._clock.now()
            way = ways.way(session, self._vault, self.senders, ticket, talk, now)
            if must_reach and not (by_phone or way.reaches):
                raise Invalid("대화창이 없는 접수입니다. 전화로 안내하신 뒤 그렇게 표시해 주십시오.")
            staff = session.get_one(Staff, staff_id)
            case = Case(session, self._vault, ticket, staff, now, by_phone or way.reaches)
            letter = step(case)
            self._announcements.refresh(session, ticket, now)
            if letter is None or by_phone or not way.reaches:
                return None
            self._send(case, letter, talk, way)
            return topic_of(talk.channel, talk.sender) if talk else topic_of(way.besides[0], ticket.id)

    def _send(self, case: Case, letter: Letter, talk: Conversation | None, way: Way) -> None:
        session, ticket = case.session, case.ticket
        text = tickets.masked(session, self._vault, letter.text, ticket)
        buttons = replies.under_letter(ticket.number, ticket.state, ticket.kind, asked=ticket.waiting)
        data = {"number": ticket.number} | self._with_files(letter.files)
        reply = Reply(kind="staff", text=text, data=data, buttons=buttons)
        signer = letter.signer or case.staff
        message = self._say(case, talk, reply, signer, way.talk) if talk and way.talk else None
        for route in way.besides:
            by_letter = signed(reply, signer)
            outbox.owe_otherwise(session, self._vault, route, ticket, by_letter, case.now, message)

    def _say(self, case: Case, talk: Conversation, reply: Reply, signer: Staff, how: Standing) -> Message:
        case.session.refresh(talk, with_for_update=True)
        if talk.awaiting_form is None and how == "sent":
            talk.buttons = [*(button.model_dump() for button in reply.buttons), *talk.buttons]
        return post(
            case.session, self._vault, self._channels, talk, reply, signer, case.now,
            ticket_id=case.ticket.id, how=how,
        )  # fmt: skip

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
