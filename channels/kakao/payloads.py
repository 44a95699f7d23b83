"""The part of a skill call that we read; everything else in it is let through unread."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class User(_Part):
    # No control characters: PostgreSQL keeps no NUL.
    id: str = Field(min_length=1, max_length=70, pattern=r"^[^\x00-\x1f]+$")


class UserRequest(_Part):
    user: User
    utterance: str = ""
    params: dict[str, Any] | None = None


class Bot(_Part):
    id: str = ""


class Action(_Part):
    client_extra: dict[str, Any] | None = Field(None, alias="clientExtra")


class SkillCall(_Part):
    """A call of the skill; the slot-validation call has another shape (`is_in_slot_filling`)."""

    user_request: UserRequest | None = Field(None, alias="userRequest")
    bot: Bot = Bot()
    action: Action = Action()
    is_in_slot_filling: bool | None = Field(None, alias="isInSlotFilling")

    @property
    def media_type(self) -> str | None:
        """ "image" when the citizen sent a picture; its address isn't read."""
        media = (self.user_request.params or {}).get("media") if self.user_request else None
        return str(media.get("type")) if isinstance(media, dict) else None

    @property
    def payload(self) -> str | None:
        """The payload of the quick reply that was pressed."""
        value = (self.action.client_extra or {}).get("payload")
        return value if isinstance(value, str) else None
