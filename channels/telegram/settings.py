"""What an operator sets for Telegram."""

from __future__ import annotations

import re

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class TelegramSettings(ChannelSettings):
    """Both secrets open the channel: the bot's token, and the one that Telegram sends with every update."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_TELEGRAM_")
    needed = ("token", "secret")

    token: SecretStr = Field(SecretStr(""), description="BotFather가 준 봇 토큰")
    secret: SecretStr = Field(
        SecretStr(""),
        description="setWebhook의 secret_token으로 등록한 값. 영문자, 숫자, _, -로 된 1~256자",
    )
    api: str = Field("https://api.telegram.org", description="봇 API의 주소")

    @field_validator("secret")
    @classmethod
    def _is_what_telegram_takes(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
            raise ValueError("letters, digits, _ and - only")
        return value
