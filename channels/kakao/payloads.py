"""The part of a skill call that we read; everything else in it is let through unread."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _object(value: object) -> object:
    """Kakao writes some values as objects, some as the JSON of one; anything else is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


Loose = Annotated[dict[str, Any] | None, BeforeValidator(_object)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class User(_Part):
    # No control characters: PostgreSQL keeps no NUL.
    id: str = Field(min_length=1, max_length=70, pattern=r"^[^\x00-\x1f]+$")


class Block(_Part):
    name: str = ""


class UserRequest(_Part):
    user: User
    utterance: str = ""
    block: Block | None = None
    params: Loose = None
    callback_url: str | None = Field(None, alias="callbackUrl")


class Bot(_Part):
    id: str = ""


class Action(_Part):
    client_extra: Loose = Field(None, alias="clientExtra")


class SkillCall(_Part):
    """A call of the skill; the slot-validation call has another shape (`is_in_slot_filling`)."""

    user_request: UserRequest | None = Field(None, alias="userRequest")
    bot: Bot = Bot()
    action: Action = Action()
    is_in_slot_filling: bool | None = Field(None, alias="isInSlotFilling")

    @property
    def payload(self) -> str | None:
        """The payload of the button that was pressed."""
        value = (self.action.client_extra or {}).get("payload")
        return value if isinstance(value, str) else None


class Media(_Part):
    """What was uploaded: Kakao lets citizens send pictures only."""

    type: str = ""
    url: str = ""
