"""Signed, expiring tokens: what a visitor holds instead of a password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from core.clock import Clock
from core.errors import Unauthorized


class Signer:
    """Signs small JSON objects; a token of one purpose is worthless for another."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def sign(self, purpose: str, data: dict[str, Any]) -> str:
        """A URL-safe token that carries `data`, readable by anyone, and the present moment."""
        return str(self._serializer(purpose).dumps(data))

    def verify(self, purpose: str, token: str, ttl: timedelta) -> dict[str, Any]:
        """The data of a genuine token not older than `ttl`; raises `Unauthorized` otherwise."""
        try:
            data = self._serializer(purpose).loads(token, max_age=int(ttl.total_seconds()))
        except BadData as error:
            raise Unauthorized("대화 시간이 만료되었습니다. 다시 시작해 주십시오.") from error
        return dict(data)

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        clock = self._clock

        class _Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock.now().timestamp())

        return URLSafeTimedSerializer(self._key, salt=purpose, signer=_Signer)
