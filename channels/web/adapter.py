"""The widget's channel: a visitor is whoever holds the signed token that `issue` gave them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from channels.protocol import Abilities, Delivery, Inbound, InboundFile, Outcome, Receipt, Reply, Request
from core.errors import Invalid, Malformed
from core.ids import new_id
from core.tokens import Signer

_PURPOSE = "visitor"


class _Body(BaseModel):
    # The widget sends a UUID; whatever else a client sends must fit a column of the database.
    id: str = Field(min_length=8, max_length=64, pattern=r"^[\w.:-]+$")
    text: str
    payload: str | None = Field(None, max_length=80)


class WebChannel:
    """Messages as JSON `{id, text, payload?}` under `Authorization: Bearer <token>`."""

    name = "web"

    def __init__(self, abilities: Abilities, signer: Signer, days: int) -> None:
        """A token is valid for `days`."""
        self.abilities = abilities
        self._signer = signer
        self.lifetime = timedelta(days=days)

    def issue(self) -> str:
        """A token for a new visitor."""
        return self._signer.sign(_PURPOSE, {"visitor": new_id()})

    def visitor(self, token: str) -> str:
        """The visitor who holds the token; raises `Unauthorized` for a forged or expired one."""
        return str(self._signer.verify(_PURPOSE, token, self.lifetime)["visitor"])

    def verify(self, request: Request) -> None:
        self.visitor(_bearer(request))

    def parse(self, request: Request) -> tuple[Inbound]:
        try:
            body = _Body.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed("메시지의 형식이 올바르지 않습니다.") from error
        return (Inbound(self.name, self.visitor(_bearer(request)), body.id, body.text, body.payload),)

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        return {"replies": [reply.model_dump() for reply in replies]}

    async def send(self, delivery: Delivery) -> Receipt:
        """Nothing to do: the widget fetches what was said."""
        return Receipt(Outcome.SENT, done=len(delivery.replies))

    async def fetch(self, file: InboundFile) -> bytes:
        raise Invalid("대화창으로는 파일을 받지 않습니다.")


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ").strip()
