"""What an operator sets for LINE."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class LineSettings(ChannelSettings):
    """Open when both of what LINE gave us are set."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_LINE_")
    needed = ("channel_secret", "access_token")

    channel_secret: SecretStr = Field(SecretStr(""), description="채널 시크릿. 들어온 요청의 서명을 확인한다")
    access_token: SecretStr = Field(SecretStr(""), description="채널 액세스 토큰. 답을 보낼 때 쓴다")
    api: str = Field("https://api.line.me", description="메시지를 보내는 주소")
    api_data: str = Field("https://api-data.line.me", description="시민이 보낸 파일을 받는 주소")
