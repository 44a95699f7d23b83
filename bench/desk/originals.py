"""Tickets as the desk makes them: opened, carried through their life, with conversations beside some."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.questions import distinct, take
from bench.running import ROOT
from conversations.models import Conversation, Message
from core.database import Database
from core.ids import new_id
from core.privacy import Vault
from desk import consent, steps, tickets
from desk.models import Staff, Ticket
from desk.schemas import TicketRequest

_SURNAMES, _GIVEN = "김이박최정강조윤장임", ("민지", "서준", "도윤", "하은", "지호", "수아", "예준", "지우")
_KINDS = ("inquiry",) * 7 + ("complaint", "praise", "callback")
_CHANNELS = ("web", "web", "kakao", "email", "phone")
_TALKS_IN = 4
"""One in so many tickets came out of a conversation."""
_REPLY = "문의하신 내용을 확인하였습니다. 자세한 사항은 아래 절차에 따라 진행해 주시면 됩니다. 감사합니다."


@dataclass
class Maker:
    """Makes tickets in the house's own way, one transaction each."""

    database: Database
    vault: Vault
    now: datetime

    def __post_init__(self) -> None:
        self.random = random.Random(4)
        self.words = distinct(ROOT / "faq" / "corpus")
        with self.database.session() as session:
            held = select(Staff).where(
                Staff.department_id.is_not(None), Staff.role.in_(("agent", "supervisor"))
            )
            self.departments = sorted({one.department_id or "" for one in session.scalars(held)})

    def finished(self, count: int) -> None:
        """Tickets of the weeks before the last ones, answered and mostly closed."""
        for _ in range(count):
            at = self.now - timedelta(days=self.random.uniform(30, 150))
            with self.database.session() as session:
                ticket = self._opened(session, at)
                self._begun(session, ticket, at + timedelta(hours=1))
                self._answered(session, ticket, at + timedelta(hours=self.random.uniform(2, 30)))

    def open(self, count: int) -> None:
        """Tickets of the last days in every state that still owes something; some are late."""
        for _ in range(count):
            at = self.now - timedelta(days=self.random.expovariate(1 / 3) % 20, minutes=1)
            with self.database.session() as session:
                ticket = self._opened(session, at)
                if ticket.state == "assigned" and self.random.random() < 0.5:
                    self._begun(session, ticket, at + timedelta(minutes=1))
                if self.random.random() < 0.1:
                    steps.ask(session, self.vault, ticket, ticket.staff, at + timedelta(minutes=1), _REPLY)

    def _opened(self, session: Session, at: datetime) -> Ticket:
        matter = take(self.words, 1)[0]
        channel = self.random.choice(_CHANNELS)
        talk = self._talk(session, at, matter) if self.random.randrange(_TALKS_IN) == 0 else None
        request = TicketRequest(
            conversation_id=talk,
            channel="web" if talk else channel,
            name=self.random.choice(_SURNAMES) + self.random.choice(_GIVEN),
            phone=f"010-{self.random.randint(2000, 4999)}-{self.random.randint(1000, 9999)}",
            email=None,
            matter=matter,
            reply_needed=self.random.random() < 0.95,
            consent_version=consent.current_notice().version,
            department_id=self.random.choice(self.departments) if self.random.random() < 0.9 else None,
            kind=self.random.choice(_KINDS),
        )
        number = tickets.open_ticket(session, self.vault, request, at).number
        ticket = tickets.find(session, number)
        assert ticket is not None  # noqa: S101 - it was opened just now
        return ticket

    def _begun(self, session: Session, ticket: Ticket, at: datetime) -> None:
        if ticket.state == "received":
            steps.assign(session, self.vault, ticket, ticket.staff, at, ticket.staff)
        steps.start(session, self.vault, ticket, ticket.staff, at)
        if self.random.random() < 0.3:
            steps.note(session, self.vault, ticket, ticket.staff, at, "자료를 찾아 확인하고 있습니다.")

    def _answered(self, session: Session, ticket: Ticket, at: datetime) -> None:
        steps.answer(session, self.vault, ticket, ticket.staff, at, _REPLY)
        if self.random.random() < 0.8:
            steps.close(session, self.vault, ticket, ticket.staff, at + timedelta(days=1))

    def _talk(self, session: Session, at: datetime, matter: str) -> str:
        talk = Conversation(
            id=new_id(), channel="web", sender=new_id(), created_at=at, updated_at=at, last_seq=4
        )
        session.add(talk)
        session.flush()
        said = (
            ("citizen", matter),
            ("bot", _REPLY),
            ("citizen", "담당자와 이야기하고 싶습니다."),
            ("bot", _REPLY),
        )
        for seq, (author, text) in enumerate(said, 1):
            sealed = self.vault.cipher.encrypt(text)
            session.add(
                Message(
                    id=new_id(), conversation_id=talk.id, seq=seq, author=author,
                    kind="text" if author == "citizen" else "faq", text=sealed, at=at,
                )
            )  # fmt: skip
        return talk.id
