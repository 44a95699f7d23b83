"""A ticket is opened out of a conversation: from a channel's own form, or by the dialogue step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from sqlalchemy.orm import Session

from channels.protocol import Reply
from conversations import citizens_files, letters, replies, store
from conversations.announcements import Announcements
from conversations.kinds import Kinds
from conversations.links import Links
from conversations.models import Conversation, Message
from core.clock import Clock
from core.database import Database
from core.errors import NotFound
from core.privacy import Reference, Vault, redact
from desk import directory, overrides, slots, tickets
from desk.routing import Route, Router
from desk.schemas import OpenedTicket, TicketRequest
from desk.slots import Slot

RESERVATION: Final = "reservation"


@dataclass(frozen=True)
class TicketForm:
    """What the citizen filled in; `id` is the channel's own, so that a second submission is known.

    `facts` are what the kind asks for (`desk.kinds`), by name.
    """

    id: str
    name: str
    phone: str | None
    email: str | None
    matter: str
    reply_needed: bool
    consent_version: str
    kind: str = "inquiry"
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Offered:
    """When the department that a matter belongs to has time for a consultation."""

    department: dict[str, str]
    slots: list[Slot]

    def by_day(self) -> list[dict[str, Any]]:
        """`[{"day": "11월 25일(수)", "times": [{"start": ISO 8601, "label": "오전 10시"}]}]`."""
        return [
            {"day": day, "times": [{"start": s.start.isoformat(), "label": _hour(s)} for s in some]}
            for day, some in groupby(self.slots, lambda slot: replies.korean_date(slot.start.date()))
        ]


class Opening:
    """Finds out what a matter is and whose, and opens its ticket. Thread-safe."""

    def __init__(
        self, database: Database, vault: Vault, router: Router, kinds: Kinds, clock: Clock,
        links: Links, announcements: Announcements | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._vault = vault
        self._router = router
        self._kinds = kinds
        self._clock = clock
        self._links = links
        self._announcements = announcements or Announcements(vault)

    def suggest(self, matter: str | None) -> str:
        """The kind that the matter seems to be."""
        return self._kinds.suggest(redact(matter or ""))

    def route(self, matter: str, kind: str) -> Route:
        """Where it goes. Encodes and reads: call it before a transaction begins."""
        return self._router.route(redact(matter), kind)

    def offered(self, matter: str) -> Offered:
        """The free times of whoever would answer a reservation about that: their department's."""
        route, now = self.route(matter, RESERVATION), self._clock.now()
        with self._database.session() as session:
            person = directory.responsible(session, route.department_id, now, route.duty).staff
            unit = person.department or directory.front_desk(session)
            free = slots.free(session, unit.id, overrides.calendar(session), now)
            return Offered({"name": unit.name, "phone": unit.phone}, free)

    def open_for(
        self, session: Session, conversation: Conversation, form: TicketForm, route: Route
    ) -> OpenedTicket:
        """Open a ticket for the conversation's citizen; raises what `desk.tickets.open_ticket` raises."""
        # A matter that says nothing of whose it is goes where the last question belonged; not so with a time,
        # which is one of the department that `offered` found.
        last = None if form.facts.get("slot") else conversation.department_id
        request = TicketRequest(
            conversation_id=conversation.id,
            channel=conversation.channel,
            name=form.name,
            phone=form.phone,
            email=form.email,
            matter=form.matter,
            reply_needed=form.reply_needed,
            consent_version=form.consent_version,
            department_id=route.department_id or last,
            tried=list(conversation.tried),
            key=f"{conversation.id}.{form.id}",
            kind=form.kind,
            facts=dict(form.facts),
            route=route,
        )
        now = self._clock.now()
        opened = tickets.open_ticket(session, self._vault, request, now)
        self._announcements.announce(session, opened.number, now)
        citizens_files.hand_over(session, conversation.id, opened.number, now)
        return opened

    def open_from_form(
        self, session: Session, conversation: Conversation, form: TicketForm, route: Route
    ) -> Message:
        """Open the ticket and add form and confirmation to the conversation; returns the form's message."""
        opened = self.open_for(session, conversation, form, route)
        ticket = tickets.find(session, opened.number)
        cipher, now = self._vault.cipher, self._clock.now()
        matter = str(Reference("matter", True, ticket.matter_ref)) if ticket else ""
        said = Reply(kind="form", text=matter, data={"number": opened.number})
        message = store.add_message(
            session, cipher, conversation, "citizen", said, now, channel_message_id=form.id
        )
        for reply in self.confirmation(opened, form.reply_needed):
            store.add_message(session, cipher, conversation, "bot", reply, now, in_reply_to=message.id)
        return message

    def confirmation(self, opened: OpenedTicket, reply_needed: bool) -> list[Reply]:
        """What the citizen is told about the new ticket; the apology for a complaint comes first."""
        appointment = None
        if opened.slot:
            appointment = (letters.moment(opened.slot), self._links.calendar(opened.number))
        told = [replies.text(opened.apology)] if opened.apology else []
        told.append(replies.ticket(opened, reply_needed, appointment))
        return [*told, replies.NO_RESIDENT_NUMBER] if opened.barred else told

    def calendar_file(self, token: str) -> str:
        """The consultation behind a calendar link; `Unauthorized` or `NotFound` where there is none."""
        number = self._links.number_of(token)
        with self._database.session() as session:
            ticket = tickets.find(session, number)
            file = slots.ics(session, ticket, self._clock.now()) if ticket else None
        if file is None:
            raise NotFound("예약된 상담이 없습니다.")
        return file


def _hour(slot: Slot) -> str:
    return letters.moment(slot.start).partition(") ")[2]
