"""What an operator sets for one channel: each channel's folder has a class of its own, and a prefix."""

from __future__ import annotations

from typing import Self

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import Invalid
from core.settings import ROOT


class ChannelSettings(BaseSettings):
    """Read from the environment and `.env`; every field has a Korean description, which the guide shows.

    What the vendor gives us is a secret of theirs: it comes from the environment, and none has a default.
    """

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    @property
    def configured(self) -> bool:
        """Whether the channel is to be opened."""
        raise NotImplementedError

    @classmethod
    def load(cls) -> Self:
        """As the operator set them; raises `Invalid` for a wrong one."""
        try:
            return cls()
        except ValidationError as error:
            names = ", ".join(str(problem["loc"][0]) for problem in error.errors())
            raise Invalid(f"설정값이 올바르지 않습니다: {cls.model_config['env_prefix']}{names}") from error
