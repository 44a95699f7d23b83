"""What an operator sets for KakaoTalk."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class KakaoSettings(ChannelSettings):
    """The skill needs none of them: its secret header is generated at the first start."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_KAKAO_")

    bot_id: str = Field("", description="카카오 챗봇 ID. 비우면 어느 챗봇의 요청인지 확인하지 않는다")
    rest_key: SecretStr = Field(
        SecretStr(""),
        description="카카오 디벨로퍼스 앱의 REST API 키. 챗봇 ID와 함께 있으면 먼저 알린다",
    )
    event: str = Field("eungdae_reply", description="먼저 알릴 때 부르는 블록의 이벤트 이름")
    operator: bool = Field(False, description="직원 연결을 원하면 채널 1:1 채팅으로 가는 단추를 보인다")
    api: str = Field("https://bot-api.kakao.com", description="먼저 알릴 때 부르는 주소")

    @property
    def missing(self) -> list[str]:
        wanted = self.rest_key.get_secret_value() and not self.bot_id
        return [self.variable("bot_id")] if wanted else []

    @property
    def pushes(self) -> bool:
        """Whether the bot may speak first, by the Event API."""
        return bool(self.bot_id and self.rest_key.get_secret_value())
