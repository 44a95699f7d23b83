"""The part of an event that we read; everything else in it is let through unread."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_WITHOUT_WORDS = {"sticker": "(스티커를 보냈습니다)", "button": "(단추를 눌렀습니다)"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Text(_Part):
    """`code` is what the pressed button carries; `input_type`: typing, button, sticker, vphone, product."""

    text: str = ""
    code: str = ""
    input_type: str = Field("", alias="inputType")


class Image(_Part):
    url: str = Field("", alias="imageUrl")


class Composite(_Part):
    title: str = ""
    description: str = ""


class CompositeContent(_Part):
    composites: list[Composite] = Field(default_factory=list, alias="compositeList")


class Event(_Part):
    """One event; `standby`: a person of the partner centre has the conversation."""

    event: str
    # No control characters: PostgreSQL keeps no NUL.
    user: str = Field("", max_length=80, pattern=r"^[^\x00-\x1f]*$")
    options: dict[str, Any] | None = None
    standby: bool = False
    text: Text | None = Field(None, alias="textContent")
    image: Image | None = Field(None, alias="imageContent")
    composite: CompositeContent | None = Field(None, alias="compositeContent")

    def option(self, name: str) -> object:
        """The value of one option, if there is such a one."""
        return (self.options or {}).get(name)

    @property
    def held_by_person(self) -> bool:
        """Whether the bot is to be silent."""
        return self.standby or self.option("standby") is True

    @property
    def payload(self) -> str | None:
        """What the pressed button carries."""
        return (self.text.code or None) if self.text else None

    @property
    def words(self) -> str:
        """What the citizen said; for what has no words, that it came. Empty: nothing did."""
        if self.text:
            return self.text.text or _WITHOUT_WORDS.get(self.text.input_type, "")
        if self.image:
            return "(사진을 보냈습니다)"
        said = [words for one in self.composites for words in (one.title, one.description) if words]
        return "\n".join(said)

    @property
    def composites(self) -> list[Composite]:
        """The cards of a composite message."""
        return self.composite.composites if self.composite else []
