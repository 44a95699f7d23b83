"""Files of a ticket: their type told by content, name and bytes encrypted, outside the web root."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
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
        if len(content) > LARGEST:
            raise Invalid(f"파일은 {LARGEST // 1024 // 1024} MB까지 올리실 수 있습니다.", file="너무 큽니다.")
        kind = file_types.recognise(content)
        if kind is None:
            raise Invalid(f"올리실 수 있는 파일은 {file_types.NAMES}입니다.", file="형식을 확인해 주십시오.")
        if len(self.of_ticket(session, ticket)) >= MOST:
            raise Conflict(f"한 접수에 파일을 {MOST}개까지 올리실 수 있습니다.")
        kept = Attachment(
            id=new_id(),
            ticket_id=ticket.id,
            name=self._cipher.encrypt(plain_name(name, kind)),
            media_type=kind.media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            added_by=by,
            at=now,
            sent=False,
        )
        session.add(kept)
        session.flush()
        self._write(kept.id, self._cipher.encrypt_bytes(content))
        return self._file(kept)

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
        session.delete(kept)
        session.flush()
        (self._folder / attachment_id).unlink(missing_ok=True)

    def _write(self, attachment_id: str, encrypted: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._folder / attachment_id
        part = whole.with_suffix(".part")
        part.write_bytes(encrypted)
        part.replace(whole)

    def _file(self, kept: Attachment, content: bytes = b"") -> File:
        return File(
            id=kept.id,
            ticket_id=kept.ticket_id,
            name=self._cipher.decrypt(kept.name),
            media_type=kept.media_type,
            size=kept.size,
            added_by=kept.added_by,
            at=kept.at,
            sent=kept.sent,
            content=content,
        )


def plain_name(name: str, kind: FileType) -> str:
    """A file's name without folders and control characters, ending as its content wants it."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    base = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip(" .")
    ending = next((suffix for suffix in kind.suffixes if base.lower().endswith(suffix)), "")
    stem = base[: len(base) - len(ending)].strip(" .")[:_LONGEST_NAME]
    return (stem or "첨부파일") + (ending.lower() or kind.suffixes[0])
