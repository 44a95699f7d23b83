"""Everything that was said with one citizen, through whichever door, as staff read it: one thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from conversations import citizens, citizens_files, store
from conversations.models import Conversation, Message
from conversations.views import Said
from core.errors import NotFound
from core.privacy import Vault
from desk import directory
from desk.attachments import File
from desk.directory import Contact
from desk.models import Staff

_DECISIONS: Final = {"faq": "answer", "choices": "choices", "unknown": "no_answer"}


@dataclass(frozen=True)
class TranscriptMessage:
    """One message for the eyes of staff; `decision` is answer, choices or no_answer for a question.

    `seq` counts through the thread, whatever door the message came by; `channel` is that door.
    """

    key: str
    seq: int
    channel: str
    author: str
    kind: str
    text: str
    at: datetime
    person: Contact | None
    faq_id: str | None
    decision: str | None
    files: Sequence[File] = ()
    """What the citizen sent with it, as far as it is still kept."""


@dataclass(frozen=True)
class Transcript:
    """A whole thread, readable; `channels` are its doors, the one where the citizen wrote last first."""

    id: str
    channels: list[str]
    state: str  # "bot", "waiting" (for a person) or "person"
    person: Contact | None
    waiting_since: datetime | None
    messages: list[TranscriptMessage]

    @property
    def channel(self) -> str:
        """Where staff reach the citizen now."""
        return self.channels[0]


def transcript(session: Session, vault: Vault, conversation_id: str) -> Transcript:
    """The thread that the conversation is part of; raises `NotFound`."""
    doors = of(session, conversation_id)
    holder = next((one.staff_id for one in doors if one.staff_id), None)
    staff = session.get(Staff, holder) if holder else None
    person = directory.contact(staff) if staff else None
    waits = min((one.waiting_since for one in doors if one.waiting_since), default=None)
    waiting_since = None if person else waits
    return Transcript(
        id=conversation_id,
        channels=list(dict.fromkeys(one.channel for one in doors)),
        state="person" if person else "waiting" if waiting_since else "bot",
        person=person,
        waiting_since=waiting_since,
        messages=_messages(session, vault, doors),
    )


def version(session: Session, conversation_id: str) -> int:
    """The `seq` of the thread's last message: it grows with every one."""
    return sum(one.last_seq for one in of(session, conversation_id))


def of(session: Session, conversation_id: str) -> list[Conversation]:
    """The thread's conversations, the one where the citizen wrote last first; raises `NotFound`."""
    if session.get(Conversation, conversation_id) is None:
        raise NotFound("대화를 찾을 수 없습니다.")
    return citizens.conversations(session, conversation_id)


def _messages(session: Session, vault: Vault, doors: Sequence[Conversation]) -> list[TranscriptMessage]:
    channels = {one.id: one.channel for one in doors}
    found = [message for one in doors for message in store.messages_after(session, one.id, 0)]
    found.sort(key=lambda message: (message.at, message.conversation_id, message.seq))
    files = citizens_files.received(session, vault, found)
    first = sum(one.last_seq for one in doors) - len(found) + 1
    return [
        _line_of(message, store.said(session, vault, message), seq, channels, files)
        for seq, message in enumerate(found, first)
    ]


def _line_of(
    message: Message, said: Said, seq: int, channels: dict[str, str], files: dict[str, File]
) -> TranscriptMessage:
    person = said.data.get("signed")
    intent = (said.data.get("decision") or {}).get("intent")
    return TranscriptMessage(
        key=said.key,
        seq=seq,
        channel=channels[message.conversation_id],
        author=said.author,
        kind=said.kind,
        text=said.text,
        at=said.at,
        person=Contact(**person) if person else None,
        faq_id=said.data.get("faq_id") if said.kind == "answer" else None,
        decision=_DECISIONS.get(str(intent)),
        files=[files[file_id] for file_id in said.data.get("received", ()) if file_id in files],
    )
