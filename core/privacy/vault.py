"""The vault: the one table that holds personal data, encrypted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.clock import Clock, SystemClock
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy.cipher import Cipher
from core.privacy.detect import find
from core.privacy.references import Reference, disarm, references, replace


class VaultItem(Base):
    """One encrypted value."""

    __tablename__ = "vault_items"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    ciphertext: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Vault:
    """Puts personal data away and brings it back."""

    def __init__(self, cipher: Cipher, clock: Clock | None = None) -> None:
        self.cipher = cipher
        self._clock = clock or SystemClock()

    def put(self, session: Session, kind: str, value: str, valid: bool = True) -> Reference:
        """Encrypt and keep `value`; the reference may go anywhere."""
        item = VaultItem(
            id=new_id(), kind=kind, ciphertext=self.cipher.encrypt(value), created_at=self._clock.now()
        )
        session.add(item)
        return Reference(kind, valid, item.id)

    def get(self, session: Session, item_id: str) -> str | None:
        """The value under the id, or None when it was destroyed or never was."""
        item = session.get(VaultItem, item_id)
        return self.cipher.decrypt(item.ciphertext) if item else None

    def forget(self, session: Session, text: str) -> None:
        """Destroy what the text's references name; where they stand, only their labels will show."""
        ids = {reference.id for reference in references(text)}
        session.execute(delete(VaultItem).where(VaultItem.id.in_(ids)))

    def reveal(self, session: Session, text: str) -> str:
        """The text with its references replaced by their values: for eyes that may see them."""
        ids = {reference.id for reference in references(text)}
        if not ids:
            return text
        items = session.scalars(select(VaultItem).where(VaultItem.id.in_(ids)))
        return replace(text, {item.id: self.cipher.decrypt(item.ciphertext) for item in items})


@dataclass(frozen=True)
class Masked:
    """A text without personal data; `barred` when it held a resident number, which was dropped unkept."""

    text: str
    barred: bool


WellFormed = Callable[[str, str], bool]


def mask(
    session: Session, vault: Vault, text: str, well_formed: WellFormed = lambda kind, value: True
) -> Masked:
    """Put every piece of personal data in `text` into the vault and leave references in its place.

    `well_formed(kind, value)` tells whether a value is a good one of its kind; the reference says so.
    """
    text = disarm(text)
    parts: list[str] = []
    end, barred = 0, False
    for found in find(text):
        value = text[found.start : found.end]
        if found.kind == "rrn":
            reference, barred = Reference("rrn", False, "dropped"), True
        else:
            reference = vault.put(session, found.kind, value, well_formed(found.kind, value))
        parts += [text[end : found.start], str(reference)]
        end = found.end
    return Masked("".join([*parts, text[end:]]), barred)
