"""What staff do in conversations: read, take over, talk, whisper to one another, give back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from channels.protocol import Channel, Reply
from conversations import live, replies, store, thread
from conversations.hub import Hub, topic_of
from conversations.intake import new_session
from conversations.live import LiveConversation
from conversations.models import Conversation
from conversations.posting import post
from conversations.presence import Presence
from conversations.thread import Transcript
from core.clock import Clock
from core.database import Database
from core.errors import Conflict
from core.privacy import Vault, mask
from core.threads import in_thread
from desk import directory
from desk.models import Staff
from desk.wording import checked


class StaffDesk:
    """All methods raise `NotFound` for an unknown conversation.

    Where one citizen has several conversations they are one thread: whoever takes one over has them all, and
    speaks where the citizen wrote last.
    """

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
        doors = await in_thread(self._doors, conversation_id)
        for one in doors:
            self._presence.typing(one.id, staff_id)
        self._tell(doors)

    def _transcript(self, conversation_id: str) -> Transcript:
        with self._database.session() as session:
            return thread.transcript(session, self._vault, conversation_id)

    def _live(self) -> list[LiveConversation]:
        with self._database.session() as session:
            return live.conversations(session, self._vault.cipher, self._clock.now())

    def _version(self, conversation_id: str) -> int:
        with self._database.session() as session:
            return thread.version(session, conversation_id)

    def _take_over(self, conversation_id: str, staff_id: str, force: bool) -> list[Conversation]:
        with self._database.session() as session:
            doors = _locked(session, conversation_id)
            holders = {one.staff_id for one in doors}
            if holders - {None, staff_id} and not force:
                raise Conflict("다른 직원이 이미 상담하고 있습니다.")
            for one in doors:
                one.staff_id, one.waiting_since = staff_id, None
            if holders != {staff_id}:
                staff = session.get_one(Staff, staff_id)
                self._announce(session, doors[0], staff, "직원이 상담을 시작합니다")
            return doors

    def _give_back(self, conversation_id: str, staff_id: str) -> list[Conversation]:
        with self._database.session() as session:
            doors = _held(session, conversation_id, staff_id)
            for one in doors:
                one.staff_id = None
                # Rasa saw nothing of what was said meanwhile.
                new_session(one)
            words = "직원 상담을 마칩니다. 이제 자동 응대가 도와드립니다"
            self._announce(session, doors[0], session.get_one(Staff, staff_id), words)
            return doors

    def _say(self, conversation_id: str, staff_id: str, text: str) -> list[Conversation]:
        with self._database.session() as session:
            doors = _held(session, conversation_id, staff_id)
            reply = Reply(kind="staff", text=mask(session, self._vault, text).text)
            self._post(session, doors[0], reply, session.get_one(Staff, staff_id))
            return doors

    def _whisper(self, conversation_id: str, staff_id: str, text: str) -> list[Conversation]:
        with self._database.session() as session:
            doors = _locked(session, conversation_id)
            signed = {"signed": replies.signature(directory.contact(session.get_one(Staff, staff_id)))}
            reply = Reply(kind="text", text=mask(session, self._vault, text).text, data=signed)
            store.add_message(session, self._vault.cipher, doors[0], store.WHISPER, reply, self._clock.now())
            return doors

    def _doors(self, conversation_id: str) -> list[Conversation]:
        with self._database.session() as session:
            return thread.of(session, conversation_id)

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

    def _tell(self, doors: Sequence[Conversation]) -> None:
        for one in doors:
            self._hub.changed(topic_of(one.channel, one.sender))


def _locked(session: Session, conversation_id: str) -> list[Conversation]:
    """The thread's conversations, locked, the one where the citizen wrote last first."""
    doors = thread.of(session, conversation_id)
    for one in sorted(doors, key=lambda door: door.id):  # in one order, whoever locks them
        session.refresh(one, with_for_update=True)
    return doors


def _held(session: Session, conversation_id: str, staff_id: str) -> list[Conversation]:
    doors = _locked(session, conversation_id)
    if all(one.staff_id != staff_id for one in doors):
        raise Conflict("이 대화를 맡고 있지 않습니다. 먼저 '대화 넘겨받기'를 눌러 주십시오.")
    return doors
