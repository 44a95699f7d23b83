"""Addresses that open one thing for whoever was sent them: each carries its own proof, and ends some day."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.errors import NotFound, Unauthorized
from core.tokens import Signer

VALID: Final = timedelta(days=90)
_CALENDAR: Final = "calendar"
_FILE: Final = "file"


class Links:
    """Makes them, and reads them again. None holds personal data."""

    def __init__(self, signer: Signer, public_url: str) -> None:
        """`public_url` stands before every address; without one they begin with a slash."""
        self._signer = signer
        self._base = public_url.rstrip("/")

    def calendar(self, number: str) -> str:
        """The calendar file of that ticket's consultation."""
        return f"{self._base}/api/chat/calendar/{self._signer.sign(_CALENDAR, {'number': number})}.ics"

    def number_of(self, token: str) -> str:
        """The ticket behind a calendar's token; raises `NotFound`."""
        return self._read(_CALENDAR, token, "number")

    def file(self, attachment_id: str) -> str:
        """A file that a reply brought."""
        return f"{self._base}/files/{self._signer.sign(_FILE, {'id': attachment_id})}"

    def file_of(self, token: str) -> str:
        """The id of the attachment behind a token; raises `NotFound`."""
        return self._read(_FILE, token, "id")

    def _read(self, purpose: str, token: str, name: str) -> str:
        try:
            return str(self._signer.verify(purpose, token, VALID)[name])
        except Unauthorized as error:
            words = "주소가 올바르지 않거나 기간이 지났습니다. 담당자에게 문의해 주십시오."
            raise NotFound(words) from error
