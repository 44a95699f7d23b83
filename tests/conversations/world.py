"""A small foundation for the tests of the conversations: everything real but the FAQ's search and Rasa."""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.protocol import Button, Inbound, Reply
from channels.registry import build_channels
from conversations import replies
from conversations.announcements import Announcements
from conversations.casework import Casework
from conversations.citizens_files import CitizensFiles
from conversations.completion import Outcome
from conversations.contacts import Contacts
from conversations.courier import Courier
from conversations.dialogue import Awaiting, DialogueError, Turn
from conversations.doors import Doors
from conversations.drafts import Drafts
from conversations.forgetting import Forgetting
from conversations.hub import Hub
from conversations.intake import Intake
from conversations.kinds import Kinds
from conversations.learning import Learning
from conversations.links import Links
from conversations.models import Conversation, Message
from conversations.own_tickets import OwnTickets
from conversations.presence import Presence
from conversations.search import Search
from conversations.service import Conversations
from conversations.speech import Speech
from conversations.staff import StaffDesk
from conversations.staff_acts import StaffActs
from conversations.taught import Taught
from conversations.tickets import Opening, TicketForm
from conversations.trackers import Trackers
from core.clock import FixedClock
from core.database import Database
from core.privacy import Cipher, Vault, VaultItem
from core.secrets import Secrets
from core.settings import Settings
from core.tokens import Signer
from desk import seeding
from desk.attachments import Attachments
from desk.consent import current_notice
from desk.models import Ticket
from desk.routing import Router
from embeddings.hashing import HashingEncoder
from faq.decision import Answer, Candidate, Choices, NoAnswer
from faq.entries import Entry
from faq.owners import Owners
from faq.regression import Gate
from faq.understanding import Understanding

DIRECTORY = Path(__file__).parents[2] / "desk/sample/directory.yml"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday, 10:00 in Seoul
COPIER = "복사기 써도 되나요?"
FEE = "수수료가 궁금해요"
UNKNOWN = "제 신청 건이 어떻게 되었는지 알고 싶습니다"


def entry(faq_id: str, question: str, answer: str, department: str) -> Entry:
    return Entry(
        id=faq_id, category="visit", category_title="방문", question=question,
        paraphrases=[f"{question} {n}" for n in range(5)], answer=answer, department=department,
        source="견본", valid_from=date(2026, 1, 1),
    )  # fmt: skip


ENTRIES = {
    "visit.copier": entry("visit.copier", COPIER, "네, 쓰실 수 있습니다.", "general-affairs"),
    "ads.fee": entry("ads.fee", "정부광고 수수료는 얼마인가요?", "10 %입니다.", "ads-planning"),
    "ads.refund": entry(
        "ads.refund", "수수료를 돌려받을 수 있나요?", "상황에 따라 다릅니다.", "ads-planning"
    ),
}
CHOICES = Choices(tuple(Candidate(name, ENTRIES[name].question, 0.5) for name in ("ads.fee", "ads.refund")))
MEANT = {
    COPIER: Understanding(
        "faq", 0.95, Answer("visit.copier", 0.95), candidates=(Candidate("visit.copier", COPIER, 0.95),)
    ),
    FEE: Understanding("choices", 0.6, CHOICES, candidates=CHOICES.candidates),
    "정부광고 담당자 전화번호": Understanding("find_staff", 0.9, departments=(("ads-planning", 0.9),)),
    "담당자 찾기": Understanding("find_staff", 0.9),
    "취소": Understanding("stop", 0.9),
    "상담원 연결": Understanding("handoff", 0.9),
    "안녕하세요": Understanding("greet", 0.9),
    "네": Understanding("affirm", 0.9),
}


KINDS = Kinds(HashingEncoder)
"""Fitted once for all worlds: nothing changes it."""


class FakeFaq:
    """Understands the few sentences above; anything else is unknown."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.built = 0

    def understand(self, text: str) -> Understanding:
        self.asked.append(text)
        return MEANT.get(text, Understanding("unknown", 0.9, NoAnswer()))

    def entry(self, faq_id: str) -> Entry | None:
        return ENTRIES.get(faq_id)

    def entries(self) -> list[Entry]:
        return list(ENTRIES.values())

    def search(self, text: str, k: int = 10) -> list[Candidate]:
        return [Candidate(one.id, one.question, 0.5) for one in ENTRIES.values()][:k]

    def rebuild(self) -> None:
        self.built += 1


@dataclass(frozen=True)
class Heard:
    """One message as the dialogue got it."""

    sender: str
    message_id: str
    text: str
    metadata: dict[str, Any]
    retry: bool

    @property
    def intent(self) -> str:
        return str(self.metadata["understanding"]["intent"]["name"])


@dataclass
class FakeDialogue:
    """Keeps the promises of `RasaDialogue`: one usable turn, the same one at a retry, or `DialogueError`.

    It says what the next of `turns` is, or what the intent calls for. While there is
    a `gate`, every answer waits for it.
    """

    turns: deque[Turn | DialogueError] = field(default_factory=deque)
    heard: list[Heard] = field(default_factory=list)
    gate: asyncio.Event | None = None
    down: bool = False
    at_once: int = 0
    most_at_once: int = 0
    handled: dict[str, Turn] = field(default_factory=dict)

    async def turn(
        self, sender: str, message_id: str, text: str, metadata: dict[str, Any], retry: bool = False
    ) -> Turn:
        self.heard.append(Heard(sender, message_id, text, metadata, retry))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        if self.down:
            raise DialogueError("ConnectError")
        if retry and message_id in self.handled:
            return self.handled[message_id]
        turn = self.turns.popleft() if self.turns else self._usual(self.heard[-1])
        if isinstance(turn, DialogueError):
            raise turn
        self.handled[message_id] = turn.model_copy(deep=True)
        return turn

    async def healthy(self) -> bool:
        return not self.down

    async def close(self) -> None:
        pass

    def _usual(self, heard: Heard) -> Turn:
        faq = heard.metadata["faq"]
        if heard.intent == "faq":
            return Turn(replies=replies.answer(ENTRIES[faq["faq_id"]], None))
        if heard.intent == "choices":
            return Turn(replies=[replies.choices(faq["candidates"])])
        if heard.intent == "greet":
            return Turn(replies=[replies.text("안녕하세요. 무엇을 도와드릴까요?")])
        return Turn(replies=[replies.offer(heard.intent)])


def asks(
    slot: str | None, words: str = "말씀해 주십시오.", *buttons: Button, form: str = "ticket_form"
) -> Turn:
    """A turn after which the dialogue waits for a form's field."""
    return Turn(
        replies=[Reply(kind="text", text=words, buttons=list(buttons))],
        awaiting=Awaiting(form=form, slot=slot),
    )


class World:
    """The conversations over a database, and short words for what a test does to them."""

    def __init__(
        self,
        database: Database,
        dialogue: FakeDialogue | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        """`client` reaches the vendors."""
        self.database = database
        self.clock = FixedClock(NOW)
        key = Fernet.generate_key().decode()
        self.vault = Vault(Cipher(key), self.clock)
        self.dialogue = dialogue or FakeDialogue()
        self.faq, self.hub = FakeFaq(), Hub()
        self.settings = Settings(_env_file=None)
        self.secrets = Secrets("signing", key, "rasa", "actions", "kakao-secret")
        signer = Signer(self.secrets.signing_key, self.clock)
        self.client = client or httpx.AsyncClient()
        self.channels = build_channels(self.settings, self.secrets, signer, self.client)
        self.courier = Courier(database, self.vault, self.channels, self.clock, self.hub)
        self.speech = Speech(self.faq, Contacts(database, self.clock), self.settings.foundation_phone)
        with database.session() as session:
            seeding.seed(session, DIRECTORY)
        owners, encoder = Owners(self.faq), HashingEncoder()
        self.router = Router(database, self.vault, owners.ranked, lambda: encoder, lambda: 0.9)
        self.presence = Presence(self.clock)
        announcements = Announcements.through(self.channels, self.vault, self.settings.public_url)
        self.own = OwnTickets(database, self.vault, self.clock, announcements)
        phone = self.settings.foundation_phone
        self.doors = Doors(database, self.vault, self.channels, self.clock, self.hub, phone)
        self.links = Links(signer, self.settings.public_url)
        self._files = tempfile.TemporaryDirectory()
        self.attachments = Attachments(Path(self._files.name) / "files", self.vault.cipher)
        self.kinds = KINDS
        self.opening = Opening(
            database, self.vault, self.router, self.kinds, self.clock, self.links, announcements
        )
        self.conversations = self.restarted()
        self.staff = StaffDesk(database, self.vault, self.channels, self.clock, self.hub, self.presence)
        self.casework = Casework(
            database, self.vault, self.channels, self.clock, self.hub, self.attachments, self.links,
            announcements=announcements,
        )  # fmt: skip
        self.staff_acts = StaffActs(database, self.casework, announcements, self.channels)
        gate = Gate(lambda: self.faq, Path("nowhere"), self.clock)
        self.learning = Learning(database, self.vault, gate, self.clock)
        self.taught = Taught(database, self.vault)
        self.drafts = Drafts(database, self.vault, gate, self.clock)
        self.search = Search(database, self.vault, HashingEncoder())
        self._count = 0

    def restarted(self) -> Conversations:
        """The conversations of a process that has just been started over the same database."""
        intake = Intake(self.database, self.vault, self.faq, self.own, self.kinds, self.clock)
        return Conversations(
            self.database, self.vault, intake, self.dialogue, self.speech, self.channels, self.clock,
            self.hub, self.presence, self.opening, self.own, self.doors,
            CitizensFiles(self.database, self.vault, self.attachments, self.channels, self.clock),
            Forgetting(self.database, self.vault, self.attachments, Trackers(self.database), self.clock),
        )  # fmt: skip

    def inbound(
        self,
        text: str,
        payload: str | None = None,
        *,
        sender: str = "u1",
        channel: str = "web",
        message_id: str = "",
    ) -> Inbound:
        self._count += 1
        return Inbound(channel, sender, message_id or f"message-{self._count}", text, payload)

    async def say(self, text: str, payload: str | None = None, **more: str) -> list[str]:
        """Say something; the texts of everything that is said to it."""
        return texts(await self.conversations.receive(self.inbound(text, payload, **more)))

    async def send(self, text: str, payload: str | None = None, **more: str) -> Outcome:
        return await self.conversations.receive(self.inbound(text, payload, **more))

    def conversation(self, sender: str = "u1", channel: str = "web") -> Conversation:
        with self.database.session() as session:
            return session.scalars(
                select(Conversation).where(Conversation.sender == sender, Conversation.channel == channel)
            ).one()

    def stored(self, author: str = "citizen") -> list[str]:
        """The masked texts as they are kept."""
        with self.database.session() as session:
            found = session.scalars(select(Message).where(Message.author == author).order_by(Message.seq))
            return [self.vault.cipher.decrypt(message.text) for message in found]

    def vault_values(self) -> dict[str, list[str]]:
        """Everything in the vault, by kind."""
        values: dict[str, list[str]] = {}
        with self.database.session() as session:
            for item in session.scalars(select(VaultItem).order_by(VaultItem.id)):
                values.setdefault(item.kind, []).append(self.vault.cipher.decrypt(item.ciphertext))
        return values

    def tickets(self) -> list[Ticket]:
        with self.database.session() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.received_at)))

    def form(self, **changes: Any) -> TicketForm:
        values = {
            "id": "form-00000001",
            "name": "홍길동",
            "phone": "010-1234-5678",
            "email": None,
            "matter": UNKNOWN,
            "reply_needed": True,
            "consent_version": current_notice().version,
        }
        return TicketForm(**(values | changes))

    def later(self, **delta: float) -> None:
        self.clock.at += timedelta(**delta)

    def everything_written(self) -> str:
        """All rows of all tables as they stand in the database, in one text."""
        from core.database import Base

        with Session(self.database.engine) as session:
            rows = [row for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
        return "\n".join(map(str, rows))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; fails after five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what a test waits for has no event
            await asyncio.sleep(0.005)


def texts(outcome: Outcome) -> list[str]:
    return [reply.text for reply in outcome.spoken]
