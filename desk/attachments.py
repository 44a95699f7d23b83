"""Files of tickets and citizens: type told by content, name and bytes encrypted, outside the web root."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.privacy import Cipher
from desk import file_types
from desk.file_types import FileType
from desk.models import Attachment, Ticket

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of one file."""
MOST: Final = 20
"""Files of one ticket."""
CITIZEN: Final = "citizen"
"""Who added a file that a citizen sent."""
_LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class File:
    """An attachment, readable; `content` only where it was asked for."""

    id: str
    ticket_id: str | None
    name: str
    media_type: str
    size: int
    added_by: str
    at: datetime
    sent: bool
    content: bytes = b""

    @property
    def from_citizen(self) -> bool:
        """Whether the citizen sent it, rather than staff."""
        return self.added_by == CITIZEN


class Attachments:
    """All files under one folder. Whoever reads for staff logs the access."""

    def __init__(self, folder: Path, cipher: Cipher) -> None:
        self._folder = folder
        self._cipher = cipher

    def keep(
        self, session: Session, ticket: Ticket, name: str, content: bytes, by: str, now: datetime
    ) -> File:
        """Keep a file that `by` (a staff id) adds to the ticket; it goes to the citizen with a reply.

        Raises `Invalid` for an empty, too large or unknown file, `Conflict` for too many of them.
        """
        kind = self._checked(content)
        if len(self.of_ticket(session, ticket)) >= MOST:
            raise Conflict(f"한 접수에 파일을 {MOST}개까지 올리실 수 있습니다.")
        return self._keep(session, Attachment(id=new_id(), ticket_id=ticket.id, added_by=by), name, content,
                          kind, now)  # fmt: skip

    def receive(
        self, session: Session, conversation_id: str, ticket: Ticket | None, file_id: str, name: str,
        content: bytes, now: datetime,
    ) -> File | None:  # fmt: skip
        """Keep what the citizen sent in a conversation, for the ticket or for one that is opened soon.

        `file_id` is the same at a second delivery, which changes nothing: None. Raises what `keep` does.
        """
        if session.get(Attachment, file_id):
            return None
        kind = self._checked(content)
        if self._count(session, conversation_id, ticket) >= MOST:
            raise Conflict(f"파일은 {MOST}개까지 보내실 수 있습니다.")
        kept = Attachment(
            id=file_id,
            ticket_id=ticket.id if ticket else None,
            conversation_id=conversation_id,
            added_by=CITIZEN,
        )
        return self._keep(session, kept, name, content, kind, now)

    def read(self, session: Session, attachment_id: str) -> File:
        """The file with its content; raises `NotFound`."""
        kept = session.get(Attachment, attachment_id)
        path = self._folder / attachment_id
        if kept is None or not path.is_file():
            raise NotFound("파일을 찾을 수 없습니다.")
        return self._file(kept, self._cipher.decrypt_bytes(path.read_bytes()))

    def of_ticket(self, session: Session, ticket: Ticket) -> list[File]:
        """The ticket's files without their content, oldest first."""
        query = select(Attachment).where(Attachment.ticket_id == ticket.id)
        return [self._file(kept) for kept in session.scalars(query.order_by(Attachment.at, Attachment.id))]

    def send(self, session: Session, ticket: Ticket, ids: Sequence[str]) -> list[File]:
        """Note that the citizen gets these files; raises `Invalid` unless all are the ticket's."""
        found = [session.get(Attachment, one) for one in dict.fromkeys(ids)]
        own = [kept for kept in found if kept is not None and kept.ticket_id == ticket.id]
        if len(own) < len(found):
            raise Invalid("이 접수에 올린 파일이 아닙니다. 파일을 다시 골라 주십시오.")
        for kept in own:
            kept.sent = True
        return [self._file(kept) for kept in own]

    def remove(self, session: Session, attachment_id: str) -> None:
        """Destroy a file that nobody was sent; `Conflict` once it was."""
        kept = session.get(Attachment, attachment_id)
        if kept is None:
            raise NotFound("파일을 찾을 수 없습니다.")
        if kept.sent:
            raise Conflict("고객께 이미 보낸 파일은 지울 수 없습니다.")
        if kept.added_by == CITIZEN:
            raise Conflict("고객이 보낸 파일은 지울 수 없습니다.")
        self.destroy(session, [kept])

    def destroy(self, session: Session, kept: Sequence[Attachment]) -> None:
        """Destroy the files, whoever had them: their time is over, or their citizen wants it."""
        for one in kept:
            session.delete(one)
        session.flush()
        for one in kept:
            (self._folder / one.id).unlink(missing_ok=True)

    def _checked(self, content: bytes) -> FileType:
        if len(content) > LARGEST:
            raise Invalid(f"파일은 {LARGEST // 1024 // 1024} MB까지 올리실 수 있습니다.", file="너무 큽니다.")
        kind = file_types.recognise(content)
        if kind is None:
            raise Invalid(f"올리실 수 있는 파일은 {file_types.NAMES}입니다.", file="형식을 확인해 주십시오.")
        return kind

    def _count(self, session: Session, conversation_id: str, ticket: Ticket | None) -> int:
        """How many files the ticket has, or the citizen sent who has none yet."""
        query = select(func.count()).select_from(Attachment)
        if ticket:
            return session.scalar(query.where(Attachment.ticket_id == ticket.id)) or 0
        waiting = (Attachment.conversation_id == conversation_id, Attachment.ticket_id.is_(None))
        return session.scalar(query.where(*waiting)) or 0

    def _keep(
        self, session: Session, kept: Attachment, name: str, content: bytes, kind: FileType, now: datetime
    ) -> File:
        kept.name, kept.at, kept.sent = self._cipher.encrypt(plain_name(name, kind)), now, False
        kept.media_type, kept.size = kind.media_type, len(content)
        kept.sha256 = hashlib.sha256(content).hexdigest()
        session.add(kept)
        session.flush()
        self._write(kept.id, self._cipher.encrypt_bytes(content))
        return self._file(kept)

    def _write(self, attachment_id: str, encrypted: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._folder / attachment_id
        part = whole.with_suffix(".part")
        part.write_bytes(encrypted)
        part.replace(whole)

    def _file(self, kept: Attachment, content: bytes = b"") -> File:
        return replace(readable(self._cipher, kept), content=content)


def readable(cipher: Cipher, kept: Attachment) -> File:
    """What is known of a file, without its content."""
    return File(
        id=kept.id,
        ticket_id=kept.ticket_id,
        name=cipher.decrypt(kept.name),
        media_type=kept.media_type,
        size=kept.size,
        added_by=kept.added_by,
        at=kept.at,
        sent=kept.sent,
    )


def plain_name(name: str, kind: FileType) -> str:
    """A file's name without folders and control characters, ending as its content wants it."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    base = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip(" .")
    ending = next((suffix for suffix in kind.suffixes if base.lower().endswith(suffix)), "")
    stem = base[: len(base) - len(ending)].strip(" .")[:_LONGEST_NAME]
    return (stem or "첨부파일") + (ending.lower() or kind.suffixes[0])
