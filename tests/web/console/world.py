"""A small foundation for the console's tests: real database, accounts and tickets; a fake live desk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.staticfiles import StaticFiles

import web.console
from channels.registry import build_channels
from conversations.casework import Casework
from conversations.drafts import Drafts
from conversations.hub import Hub
from conversations.learning import Learning
from conversations.links import Links
from conversations.presence import Presence
from conversations.search import Search
from core.clock import FixedClock
from core.database import Base, Database
from core.errors import Conflict, NotFound
from core.privacy import Cipher, Vault
from core.ratelimit import RateLimiter
from core.secrets import Secrets
from core.settings import Settings
from core.tokens import Signer
from desk import accounts, directory, tickets
from desk.attachments import Attachments, File
from desk.directory import Contact
from desk.models import AccessLog, Department, Staff
from desk.routing import Router
from desk.schemas import TicketRequest
from embeddings.hashing import HashingEncoder
from faq import repository
from faq.decision import Candidate
from faq.entries import Entry
from faq.regression import Gate
from web.console.kept_queries import KeptQueries

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, 1, 20, tzinfo=UTC)  # Wednesday, 10:20 in Seoul
PASSWORD = "correct horse battery"
COPIER = "visit.copier"


@dataclass
class Said:
    seq: int
    author: str
    text: str
    at: datetime
    person: Contact | None = None
    faq_id: str | None = None
    decision: str | None = None
    key: str = "0" * 32
    channel: str = "web"
    files: tuple[File, ...] = ()


@dataclass
class Talk:
    id: str
    channel: str = "web"
    state: str = "bot"
    person: Contact | None = None
    messages: list[Said] = field(default_factory=list)
    waiting_since: datetime | None = None

    @property
    def channels(self) -> list[str]:
        return [self.channel]


@dataclass
class Live:
    id: str
    channel: str
    state: str
    person_name: str | None
    last_text: str
    last_at: datetime
    ticket_number: str | None
    person_id: str | None = None
    waiting_since: datetime | None = None


class FakeStaffDesk:
    """Keeps conversations in memory and tickets in the real database."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.talks: dict[str, Talk] = {}
        self._database = database
        self._clock = clock

    def put(self, talk: Talk) -> Talk:
        self.talks[talk.id] = talk
        return talk

    def add(self, conversation_id: str, author: str, text: str, **more: Any) -> None:
        messages = self.talks[conversation_id].messages
        messages.append(Said(len(messages) + 1, author, text, more.pop("at", self._clock.now()), **more))

    async def conversation(self, conversation_id: str, staff_id: str) -> Talk:
        return replace(self._talk(conversation_id), messages=list(self._talk(conversation_id).messages))

    async def live(self) -> list[Live]:
        def one(talk: Talk) -> Live:
            last = talk.messages[-1]
            name = talk.person.name if talk.person else None
            return Live(
                talk.id, talk.channel, talk.state, name, last.text, last.at, self._ticket(talk.id),
                waiting_since=talk.waiting_since,
            )  # fmt: skip

        return sorted(
            (one(t) for t in self.talks.values() if t.messages), key=lambda x: x.last_at, reverse=True
        )

    async def version(self, conversation_id: str) -> int:
        return len(self._talk(conversation_id).messages)

    async def take_over(self, conversation_id: str, staff_id: str, *, force: bool = False) -> None:
        talk, me = self._talk(conversation_id), self._contact(staff_id)
        if talk.person not in (None, me) and not force:
            raise Conflict("다른 직원이 이미 대화하고 있습니다.")
        talk.state, talk.person = "person", me
        self.add(
            conversation_id, "system", f"{me.department} {me.name} {me.title}이(가) 대화에 참여했습니다."
        )

    async def give_back(self, conversation_id: str, staff_id: str) -> None:
        self._held(conversation_id, staff_id)
        talk = self._talk(conversation_id)
        talk.state, talk.person = "bot", None
        self.add(conversation_id, "system", "담당자가 대화를 마쳤습니다. 이제 챗봇이 답합니다.")

    async def say(self, conversation_id: str, staff_id: str, text: str) -> None:
        me = self._held(conversation_id, staff_id)
        self.add(conversation_id, "staff", text, person=me)

    async def whisper(self, conversation_id: str, staff_id: str, text: str) -> None:
        self.add(conversation_id, "whisper", text, person=self._contact(staff_id))

    async def typing(self, conversation_id: str, staff_id: str) -> None:
        self._talk(conversation_id)

    def _held(self, conversation_id: str, staff_id: str) -> Contact:
        me = self._contact(staff_id)
        if self._talk(conversation_id).person != me:
            raise Conflict("지금은 다른 사람이 대화하고 있습니다.")
        return me

    def _talk(self, conversation_id: str) -> Talk:
        if conversation_id not in self.talks:
            raise NotFound("그런 대화가 없습니다.")
        return self.talks[conversation_id]

    def _contact(self, staff_id: str) -> Contact:
        with self._database.session() as session:
            return directory.contact(session.get_one(Staff, staff_id))

    def _ticket(self, conversation_id: str) -> str | None:
        with self._database.session() as session:
            ticket = tickets.of_conversation(session, conversation_id)
            return ticket.number if ticket else None


class FakeFaq:
    """Entries from the database; an index that only counts how often it was built."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.built = 1

    @property
    def version(self) -> str | None:
        return f"1125.{self.built}-0123456789abcdef"

    def entry(self, faq_id: str) -> Entry | None:
        with self._database.session() as session:
            return repository.get_entry(session, faq_id)

    def search(self, text: str, k: int = 10) -> list[Candidate]:
        with self._database.session() as session:
            found = repository.all_entries(session)
        shared = [(len(set(text) & set(entry.question)), entry) for entry in found]
        best = sorted(shared, key=lambda pair: -pair[0])[:k]
        return [Candidate(entry.id, entry.question, 0.5) for count, entry in best if count]

    def rebuild(self) -> None:
        self.built += 1


def seed(session: Session) -> None:
    """Three departments, four people."""
    units = {"customer-support": "고객지원팀", "general-affairs": "총무팀", "ads-planning": "정부광고기획팀"}
    session.add_all(Department(id=i, name=name, phone="02-000-1000") for i, name in units.items())
    session.flush()
    people = [
        ("kim", "김담당", "팀장", "customer-support", "02-000-1001"),
        ("lee", "이안내", "주임", "customer-support", "02-000-1002"),
        ("park", "박응대", "과장", "general-affairs", "02-000-1101"),
        ("cho", "조광고", "차장", "ads-planning", "02-000-2001"),
    ]
    for username, name, title, unit, phone in people:
        staff = accounts.add(
            session, username=username, name=name, title=title, department_id=unit, phone=phone
        )
        assert staff


def ranked(matter: str) -> list[tuple[str, float]]:
    """What any matter may be about: nothing for sure."""
    return [("ads-planning", 0.5), ("general-affairs", 0.3)]


class World:
    """The app and what stands behind it."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.clock = FixedClock(NOW)
        self.database = Database(url or f"sqlite:///{folder / 'console.sqlite3'}")
        Base.metadata.create_all(self.database.engine)
        self.vault = Vault(Cipher(Fernet.generate_key().decode()), self.clock)
        self.desk = FakeStaffDesk(self.database, self.clock)
        self.faq = FakeFaq(self.database)
        settings, secrets = Settings(_env_file=None), Secrets("signing", "data", "rasa", "actions", "kakao")
        signer = Signer(secrets.signing_key, self.clock)
        channels = build_channels(settings, secrets, signer, httpx.AsyncClient())
        self.channels = channels
        self.links = Links(Signer(secrets.signing_key, self.clock), "")
        self.attachments = Attachments(folder / "files", self.vault.cipher)
        self.casework = Casework(
            self.database, self.vault, channels, self.clock, Hub(), self.attachments, self.links
        )
        encoder = HashingEncoder()
        self.router = Router(self.database, self.vault, ranked, lambda: encoder, lambda: 0.9)
        gate = Gate(lambda: self.faq, folder / "nowhere", self.clock)
        self.learning = Learning(self.database, self.vault, gate, self.clock)
        self.drafts = Drafts(self.database, self.vault, gate, self.clock)
        self.app = self._app()
        with self.database.session() as session:
            seed(session)
            repository.save_entry(session, entry(), NOW)

    def _app(self) -> FastAPI:
        app = FastAPI()
        app.mount("/public", StaticFiles(directory=ROOT / "web/public"), name="public")
        app.include_router(web.console.router)
        app.state.database, app.state.vault, app.state.cipher = self.database, self.vault, self.vault.cipher
        app.state.clock, app.state.limiter = self.clock, RateLimiter(self.clock)
        app.state.settings = Settings(_env_file=None)
        app.state.staff_desk, app.state.faq = self.desk, self.faq
        app.state.casework, app.state.router, app.state.channels = self.casework, self.router, self.channels
        app.state.attachments = self.attachments
        app.state.learning, app.state.drafts = self.learning, self.drafts
        app.state.links = self.links
        app.state.presence = Presence(self.clock)
        app.state.queries = KeptQueries(self.clock)
        app.state.search = Search(self.database, self.vault, HashingEncoder())
        return app

    def account(self, username: str, role: str | None = None) -> None:
        """Let somebody of the directory log in."""
        with self.database.session() as session:
            staff = accounts.find(session, username)
            assert staff
            accounts.set_password(session, staff, PASSWORD)
            staff.role = role or staff.role

    def browser(self) -> Browser:
        return Browser(self.app, follow_redirects=False)

    def signed_in(self, username: str = "lee", role: str | None = None) -> Browser:
        self.account(username, role)
        browser = self.browser()
        assert browser.log_in(username).status_code == 303
        return browser

    def ticket(self, **changes: Any) -> str:
        """A ticket of somebody called 홍길동; its number."""
        values = {
            "conversation_id": None,
            "channel": "web",
            "name": "홍길동",
            "phone": "010-1234-5678",
            "email": "hong@example.kr",
            "matter": "제 신청 건이 어떻게 되었는지 알고 싶습니다.",
            "reply_needed": True,
            "consent_version": "2026-11-01",
            "department_id": "customer-support",
            "tried": [COPIER],
        }
        at = changes.pop("at", self.clock.now())
        with self.database.session() as session:
            request = TicketRequest(**(values | changes))
            return tickets.open_ticket(session, self.vault, request, at).number

    def owner(self, number: str) -> str:
        """The username of whoever is responsible."""
        with self.database.session() as session:
            ticket = tickets.find(session, number)
            assert ticket
            return ticket.staff.username

    def logged(self) -> list[tuple[str | None, str, str]]:
        """The access log: who, what, whose."""
        with self.database.session() as session:
            rows = session.scalars(select(AccessLog).order_by(AccessLog.id))
            return [(row.staff_id, row.action, row.subject) for row in rows]

    def later(self, **delta: float) -> None:
        self.clock.at += timedelta(**delta)


class Browser(TestClient):
    """Sends forms as a browser would: with the token of the page they stand on."""

    def log_in(self, username: str, password: str = PASSWORD, page: str = "/staff") -> Any:
        form = self.get("/staff/login", params={"next": page})
        data = {"username": username, "password": password, "csrf": token(form.text), "next": page}
        return self.post("/staff/login", data=data)

    def submit(self, page: str, action: str, headers: dict[str, str] | None = None, **fields: str) -> Any:
        csrf = token(self.get(page).text)
        return self.post(action, data=fields | {"csrf": csrf}, headers=headers or {})


def token(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found, "no form with a token on this page"
    return found[1]


def entry() -> Entry:
    return Entry(
        id=COPIER,
        category="visit",
        category_title="방문·전화·우편",
        question="복사기를 쓸 수 있나요?",
        paraphrases=("복사 되나요?",),
        answer="1층 안내 데스크에서 복사기를 쓰실 수 있습니다.",
        department="general-affairs",
        source="이행표준",
        valid_from=date(2026, 1, 1),
    )
