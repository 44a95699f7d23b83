"""What the pages show of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.presence import CITIZEN
from core.threads import in_thread
from desk.attachments import File
from desk.directory import Contact
from web.console import words
from web.console.dependencies import Visit
from web.console.protocol import Transcript, TranscriptMessage

_AUTHORS = {"citizen": "고객", "bot": "챗봇"}


@dataclass(frozen=True)
class Said:
    """One thing said, by whom, and why."""

    seq: int
    author: str
    by: str
    text: str
    at: datetime
    why: str
    judge: str
    """The key of a question that staff may judge; empty for anything else."""
    channel: str = ""
    """The door it came by, where the citizen uses several."""
    files: Sequence[File] = ()


@dataclass(frozen=True)
class Talk:
    """A conversation; `mine`: the reader holds it, `held`: somebody does."""

    id: str
    channel: str
    waiting_since: datetime | None
    held: bool
    mine: bool
    holder: str
    lines: Sequence[Said]
    channels: Sequence[str]
    """The citizen's doors, the one where staff reach them first."""

    @property
    def last(self) -> int:
        """The number of the last line, 0 when nothing was said."""
        return self.lines[-1].seq if self.lines else 0


@dataclass(frozen=True)
class People:
    """The names of colleagues who have the conversation open, and of those who write in it."""

    others: list[str]
    writing: list[str]
    citizen_writes: bool


async def talk(visit: Visit, conversation_id: str) -> Talk:
    """The whole conversation for this member of staff; raises `NotFound`. The reading is logged."""
    transcript = await visit.parts.staff_desk.conversation(conversation_id, visit.staff.id)
    await visit.logged("conversation.read", conversation_id)
    return await in_thread(_talk, visit, transcript)


def people(visit: Visit, conversation_id: str) -> People:
    """Who else is there; this member of staff counts as there from now on."""
    presence, subject = visit.parts.presence, f"conversation:{conversation_id}"
    presence.seen(subject, visit.staff)
    others, typists = presence.others(subject, visit.staff), presence.typists(conversation_id)
    return People(
        others=[one.name for one in others],
        writing=[one.name for one in others if one.id in typists],
        citizen_writes=CITIZEN in typists,
    )


def _talk(visit: Visit, transcript: Transcript) -> Talk:
    held = transcript.state == "person"
    return Talk(
        id=transcript.id,
        channel=transcript.channel,
        waiting_since=transcript.waiting_since,
        held=held,
        mine=held and transcript.person == visit.contact,
        holder=_signature(transcript.person),
        lines=[_said(visit, message, len(transcript.channels) > 1) for message in transcript.messages],
        channels=transcript.channels,
    )


def _said(visit: Visit, message: TranscriptMessage, several: bool) -> Said:
    entry = visit.parts.faq.entry(message.faq_id) if message.faq_id else None
    return Said(
        seq=message.seq,
        author=message.author,
        by=_AUTHORS.get(message.author) or _signature(message.person),
        text=message.text,
        at=message.at,
        why=words.decision(message.decision, entry.question if entry else message.faq_id),
        judge=message.key if message.decision else "",
        channel=message.channel if several else "",
        files=message.files,
    )


def _signature(person: Contact | None) -> str:
    return (
        " ".join(part for part in (person.department, person.name, person.title) if part)
        if person
        else "다른 직원"
    )
