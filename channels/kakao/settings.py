"""What an operator sets for KakaoTalk."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class KakaoSettings(ChannelSettings):
    """The skill needs none of them: its secret header is generated at the first start."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_KAKAO_")

    bot_id: str = Field("", description="카카오 챗봇 ID. 비우면 확인하지 않는다")

    @property
    def configured(self) -> bool:
        return True
