"""What staff do in conversations: read, take over, talk, whisper to one another, give back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.protocol import Channel, Reply
from conversations import live, replies, store
from conversations.hub import Hub, topic_of
from conversations.intake import new_session
from conversations.live import LiveConversation
from conversations.models import Conversation
from conversations.posting import post
from conversations.presence import Presence
from conversations.views import Said
from core.clock import Clock
from core.database import Database
from core.errors import Conflict, NotFound
from core.privacy import Vault, mask
from core.threads import in_thread
from desk import directory
from desk.directory import Contact
from desk.models import Staff
from desk.wording import checked

_DECISIONS = {"faq": "answer", "choices": "choices", "unknown": "no_answer"}


@dataclass(frozen=True)
class TranscriptMessage:
    """One message for the eyes of staff; `decision` is answer, choices or no_answer for a question."""

    key: str
    seq: int
    author: str
    kind: str
    text: str
    at: datetime
    person: Contact | None
    faq_id: str | None
    decision: str | None


@dataclass(frozen=True)
class Transcript:
    """A whole conversation, readable."""

    id: str
    channel: str
    state: str  # "bot", "waiting" (for a person) or "person"
    person: Contact | None
    waiting_since: datetime | None
    messages: list[TranscriptMessage]


class StaffDesk:
    """All methods raise `NotFound` for an unknown conversation or ticket."""

    def __init__(
        self, database: Database, vault: Vault, channels: dict[str, Channel], clock: Clock, hub: Hub,
        presence: Presence,
    ) -> None:  # fmt: skip
        self._database = database
        self._vault = vault
        self._channels = channels
        self._clock = clock
        self._hub = hub
        self._presence = presence

    async def conversation(self, conversation_id: str, staff_id: str) -> Transcript:
        """Everything that was said; whoever asks logs that `staff_id` has read it."""
        return await in_thread(self._transcript, conversation_id)

    async def live(self) -> list[LiveConversation]:
        """Who waits for a person, the longest first; then those with a person, then those with the bot."""
        return await in_thread(self._live)

    async def version(self, conversation_id: str) -> int:
        """Grows with every message: for cheap polling."""
        return await in_thread(self._version, conversation_id)

    async def take_over(self, conversation_id: str, staff_id: str, *, force: bool = False) -> None:
        """The bot falls silent and the citizen is told who is there.

        Raises `Conflict` when a colleague has the conversation, unless `force`.
        """
        self._tell(await in_thread(self._take_over, conversation_id, staff_id, force))

    async def give_back(self, conversation_id: str, staff_id: str) -> None:
        """The bot answers again; `Conflict` unless this person has the conversation."""
        self._tell(await in_thread(self._give_back, conversation_id, staff_id))

    async def say(self, conversation_id: str, staff_id: str, text: str) -> None:
        """Talk with the citizen; `Conflict` unless this person has the conversation."""
        self._presence.said(conversation_id, staff_id)
        self._tell(await in_thread(self._say, conversation_id, staff_id, checked(text)))

    async def whisper(self, conversation_id: str, staff_id: str, text: str) -> None:
        """Say something that staff alone see, whoever has the conversation."""
        self._tell(await in_thread(self._whisper, conversation_id, staff_id, checked(text)))

    async def typing(self, conversation_id: str, staff_id: str) -> None:
        """This person is writing: the citizen is shown so while the person has the conversation."""
        self._presence.typing(conversation_id, staff_id)
        self._tell(await in_thread(self._conversation, conversation_id))

    def _transcript(self, conversation_id: str) -> Transcript:
        with self._database.session() as session:
            conversation = _get(session, conversation_id)
            person = self._contact(session, conversation.staff_id)
            found = store.messages_after(session, conversation.id, 0)
            messages = [_line_of(store.said(session, self._vault, message)) for message in found]
            waiting_since = None if person else conversation.waiting_since
            state = "person" if person else "waiting" if waiting_since else "bot"
            return Transcript(conversation.id, conversation.channel, state, person, waiting_since, messages)

    def _live(self) -> list[LiveConversation]:
        with self._database.session() as session:
            return live.conversations(session, self._vault.cipher, self._clock.now())

    def _version(self, conversation_id: str) -> int:
        with self._database.session() as session:
            return _get(session, conversation_id).last_seq

    def _take_over(self, conversation_id: str, staff_id: str, force: bool) -> Conversation:
        with self._database.session() as session:
            conversation = _locked(session, conversation_id)
            if conversation.staff_id not in (None, staff_id) and not force:
                raise Conflict("다른 직원이 이미 상담하고 있습니다.")
            if conversation.staff_id != staff_id:
                conversation.staff_id = staff_id
                conversation.waiting_since = None
                staff = session.get_one(Staff, staff_id)
                self._announce(session, conversation, staff, "직원이 상담을 시작합니다")
            return conversation

    def _give_back(self, conversation_id: str, staff_id: str) -> Conversation:
        with self._database.session() as session:
            conversation = _held(session, conversation_id, staff_id)
            conversation.staff_id = None
            # Rasa saw nothing of what was said meanwhile.
            new_session(conversation)
            words = "직원 상담을 마칩니다. 이제 자동 응대가 도와드립니다"
            self._announce(session, conversation, session.get_one(Staff, staff_id), words)
            return conversation

    def _say(self, conversation_id: str, staff_id: str, text: str) -> Conversation:
        with self._database.session() as session:
            conversation = _held(session, conversation_id, staff_id)
            reply = Reply(kind="staff", text=mask(session, self._vault, text).text)
            self._post(session, conversation, reply, session.get_one(Staff, staff_id))
            return conversation

    def _whisper(self, conversation_id: str, staff_id: str, text: str) -> Conversation:
        with self._database.session() as session:
            conversation = _locked(session, conversation_id)
            signed = {"signed": replies.signature(directory.contact(session.get_one(Staff, staff_id)))}
            reply = Reply(kind="text", text=mask(session, self._vault, text).text, data=signed)
            store.add_message(
                session, self._vault.cipher, conversation, store.WHISPER, reply, self._clock.now()
            )
            return conversation

    def _conversation(self, conversation_id: str) -> Conversation:
        with self._database.session() as session:
            return _get(session, conversation_id)

    def _announce(self, session: Session, conversation: Conversation, staff: Staff, words: str) -> None:
        person = directory.contact(staff)
        who = " ".join(filter(None, [person.department, person.name, person.title]))
        text = f"{words}. ({who}, {person.phone})"
        self._post(session, conversation, Reply(kind="text", text=text), staff, author="system")

    def _post(
        self, session: Session, conversation: Conversation, reply: Reply, staff: Staff, author: str = "staff"
    ) -> None:
        """Add a signed message to a locked conversation."""
        now = self._clock.now()
        post(session, self._vault, self._channels, conversation, reply, staff, now, author)

    def _contact(self, session: Session, staff_id: str | None) -> Contact | None:
        staff = session.get(Staff, staff_id) if staff_id else None
        return directory.contact(staff) if staff else None

    def _tell(self, conversation: Conversation) -> None:
        self._hub.changed(topic_of(conversation.channel, conversation.sender))


def _line_of(said: Said) -> TranscriptMessage:
    person = said.data.get("signed")
    intent = (said.data.get("decision") or {}).get("intent")
    return TranscriptMessage(
        key=said.key,
        seq=said.seq,
        author=said.author,
        kind=said.kind,
        text=said.text,
        at=said.at,
        person=Contact(**person) if person else None,
        faq_id=said.data.get("faq_id") if said.kind == "answer" else None,
        decision=_DECISIONS.get(str(intent)),
    )


def _get(session: Session, conversation_id: str) -> Conversation:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("대화를 찾을 수 없습니다.")
    return conversation


def _locked(session: Session, conversation_id: str) -> Conversation:
    conversation = store.locked(session, conversation_id)
    if conversation is None:
        raise NotFound("대화를 찾을 수 없습니다.")
    return conversation


def _held(session: Session, conversation_id: str, staff_id: str) -> Conversation:
    conversation = _locked(session, conversation_id)
    if conversation.staff_id != staff_id:
        raise Conflict("이 대화를 맡고 있지 않습니다. 먼저 '대화 넘겨받기'를 눌러 주십시오.")
    return conversation
