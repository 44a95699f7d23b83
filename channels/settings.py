"""What an operator sets for one channel: each channel's folder has a class of its own, and a prefix."""

from __future__ import annotations

from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import Invalid
from core.settings import ROOT


class ChannelSettings(BaseSettings):
    """Read from the environment and `.env`; every field has a Korean description, which the guide shows.

    What the vendor gives us is a secret of theirs: it comes from the environment, and none has a default.
    """

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    needed: ClassVar[tuple[str, ...]] = ()
    """The fields without which the channel isn't opened."""

    @field_validator("api", "api_data", check_fields=False)
    @classmethod
    def _is_address(cls, value: str, info: ValidationInfo) -> str:
        """Of the vendor; an empty one closes what has none by itself."""
        if not value and info.field_name in cls.needed:
            return value
        address = urlsplit(value)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("not an http(s) address")
        return value

    @property
    def configured(self) -> bool:
        """Whether the channel is to be opened."""
        return all(self._given(name) for name in self.needed)

    @property
    def missing(self) -> list[str]:
        """The variables that are wanted besides what was given; empty: the channel is open, or left alone."""
        given = any(self._given(name) for name in type(self).model_fields)
        return [self.variable(name) for name in self.needed if given and not self._given(name)]

    @classmethod
    def variable(cls, field: str) -> str:
        """What the field is called where an operator sets it."""
        return f"{cls.model_config['env_prefix']}{field}".upper()

    def _given(self, name: str) -> bool:
        """Whether the operator said something that has no default."""
        value, default = getattr(self, name), type(self).model_fields[name].default
        empty = default == (SecretStr("") if isinstance(value, SecretStr) else "")
        return empty and bool(value != default)

    @classmethod
    def load(cls) -> Self:
        """As the operator set them; raises `Invalid` for a wrong one."""
        try:
            return cls()
        except ValidationError as error:
            names = ", ".join(cls.variable(str(problem["loc"][0])) for problem in error.errors())
            raise Invalid(f"설정값이 올바르지 않습니다: {names}") from error
