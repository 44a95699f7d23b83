"""A telephone number or e-mail address in a text is found by a keyed hash that stands for it in the index."""

from __future__ import annotations

from dataclasses import replace

from conversations.search_query import Groups
from core.privacy import Cipher
from core.privacy.detect import find
from desk.contact_details import parse_email, parse_phone

_LENGTH = 32


def marks(cipher: Cipher, text: str) -> list[str]:
    """One mark for each number and address in a text that was not masked."""
    values = (text[found.start : found.end] for found in find(text) if found.kind in {"phone", "email"})
    return [mark for value in values if (mark := mark_of(cipher, value))]


def marked(cipher: Cipher, groups: Groups) -> Groups:
    """The words, those that are a number or an address with their mark."""
    return tuple(tuple(replace(word, mark=mark_of(cipher, word.text)) for word in group) for group in groups)


def mark_of(cipher: Cipher, value: str) -> str:
    """Letters and digits that tell nothing without the key; empty for what is neither."""
    contact = parse_phone(value) or (parse_email(value) or "").casefold()
    return f"x{cipher.fingerprint(contact)[:_LENGTH]}" if contact else ""
