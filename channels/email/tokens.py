"""What addresses are known by, and a ticket's number with its signature, which fits into an address.

`e-20261122-7f3k.k3j2h5d7qab4wxyz`: lower case, since some servers lower what stands before the "@".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

_SIGNATURE_LENGTH = 16
"""80 bits: too many to try."""
_TOKEN = re.compile(rf"\+([0-9a-z-]{{6,20}})\.([a-z2-7]{{{_SIGNATURE_LENGTH}}})@", re.IGNORECASE)


class TicketTokens:
    """Makes and reads them, under one key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def make(self, number: str) -> str:
        """The token of the ticket under that number; it goes between a "+" and the "@"."""
        return f"{number.lower()}.{self._signature(number)}"

    def number_in(self, texts: Iterable[str]) -> str:
        """The number that the first genuine token in addresses or message ids proves; empty without one."""
        for text in texts:
            for number, signature in _TOKEN.findall(text):
                if hmac.compare_digest(self._signature(number), signature.lower()):
                    return str(number).upper()
        return ""

    def fingerprint(self, address: str) -> str:
        """The same 64 hexadecimal digits for the same address; worthless without the key."""
        sender = b"a sender's address:" + address.casefold().encode()
        return hmac.new(self._key, sender, hashlib.sha256).hexdigest()

    def _signature(self, number: str) -> str:
        signed = b"a ticket in an address:" + number.upper().encode()
        digest = hmac.new(self._key, signed, hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:_SIGNATURE_LENGTH]
