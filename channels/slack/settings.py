"""What an operator sets for Slack."""

from __future__ import annotations

from typing import Final

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings

_API: Final = "https://slack.com/api"


class SlackSettings(ChannelSettings):
    """Both secrets stand in the app's pages; without them the channel isn't opened."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_SLACK_")
    needed = ("signing_secret", "bot_token")

    signing_secret: SecretStr = Field(
        SecretStr(""), description="앱의 Signing Secret. 슬랙이 보낸 요청인지 확인한다"
    )
    bot_token: SecretStr = Field(SecretStr(""), description="앱의 Bot User OAuth Token(xoxb-…)")
    staff_channel: str = Field(
        "", description="새 접수를 직원에게 알릴 슬랙 채널의 ID(C…). 비우면 알리지 않는다"
    )
    api: str = Field(_API, description="슬랙 Web API의 주소. 시험할 때만 바꾼다")

    @property
    def files(self) -> str:
        """Where files lie: at an address of their own, or with whoever stands in for Slack."""
        return "https://files.slack.com" if self.api == _API else self.api
