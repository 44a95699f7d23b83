"""The part of an update that we read; everything else in it is let through unread."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_LONGEST_ID = 2**63


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Chat(_Part):
    id: int = Field(gt=-_LONGEST_ID, lt=_LONGEST_ID)
    type: str = ""


class User(_Part):
    is_bot: bool = False


class File(_Part):
    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: int = 0


class Sticker(_Part):
    emoji: str = ""


class Contact(_Part):
    phone_number: str = ""


class Button(_Part):
    text: str = ""
    callback_data: str | None = None


class Keyboard(_Part):
    inline_keyboard: list[list[Button]] = Field(default_factory=list)


class Message(_Part):
    """A message of a chat; a `photo` comes in several sizes, the largest last."""

    chat: Chat
    sender: User | None = Field(None, alias="from")
    text: str = ""
    caption: str = ""
    photo: list[File] = Field(default_factory=list)
    document: File | None = None
    video: File | None = None
    audio: File | None = None
    voice: File | None = None
    animation: File | None = None
    video_note: File | None = None
    sticker: Sticker | None = None
    contact: Contact | None = None
    location: dict[str, Any] | None = None
    reply_markup: Keyboard | None = None

    @property
    def other_file(self) -> File | None:
        """What came along that is no photo; an animation is repeated as a document, so that comes first."""
        found = (self.document, self.video, self.audio, self.voice, self.animation, self.video_note)
        return next((file for file in found if file), None)


class CallbackQuery(_Part):
    """A button was pressed; `message` is the one that it stands under, if Telegram still has it."""

    id: str = Field(min_length=1, max_length=80)
    data: str = ""
    message: Message | None = None


class Update(_Part):
    """One update of the bot; of all its kinds we read two."""

    update_id: int = Field(ge=0, lt=_LONGEST_ID)
    message: Message | None = None
    callback_query: CallbackQuery | None = None
