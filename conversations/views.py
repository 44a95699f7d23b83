"""A message as the citizen's own channel and the console see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from channels.protocol import Button, Reply


class Said(BaseModel):
    """One message, readable: personal data is revealed, so it goes to the citizen and to staff only."""

    key: str = Field(exclude=True)
    seq: int
    id: str
    author: str
    kind: str
    text: str
    buttons: list[Button] = Field(default_factory=list)
    data: dict[str, Any] = Field(default_factory=dict)
    at: datetime

    @property
    def reply(self) -> Reply:
        """The message as a channel renders it."""
        return Reply(kind=self.kind, text=self.text, buttons=self.buttons, data=self.data)

    def for_citizen(self) -> dict[str, Any]:
        """The JSON of the public chat API."""
        hidden = {"about", "decision", "payload", "received", "settled", "signed"}
        shown = {key: value for key, value in self.data.items() if key not in hidden}
        return self.model_dump(mode="json") | {"data": shown, "person": self.data.get("signed")}
