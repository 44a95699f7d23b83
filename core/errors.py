"""The whole family of errors that a citizen or a member of staff may see.

Every error carries its HTTP status and one Korean sentence that says what is wrong and what helps.
"""

from __future__ import annotations


class EungdaeError(Exception):
    """Base of the family: `message` is Korean and safe to show."""

    status = 500

    def __init__(self, message: str, **fields: str) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields


class Malformed(EungdaeError):
    """The request can't be read at all."""

    status = 400


class Unauthorized(EungdaeError):
    """No valid proof of who is asking."""

    status = 401


class Forbidden(EungdaeError):
    """Known, but not allowed."""

    status = 403


class NotFound(EungdaeError):
    """No such thing, or none that the asker may see."""

    status = 404


class Conflict(EungdaeError):
    """Someone else was first."""

    status = 409


class Invalid(EungdaeError):
    """Readable, but wrong; `fields` names each wrong field with its hint."""

    status = 422


class TooMany(EungdaeError):
    """A rate limit was reached; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(EungdaeError):
    """A part that is needed can't be reached just now."""

    status = 503
