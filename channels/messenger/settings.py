"""What an operator sets for Facebook Messenger."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class MessengerSettings(ChannelSettings):
    """Open when the app's secret, the page's token and the word for the first check are set."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_MESSENGER_")
    needed = ("app_secret", "page_token", "verify_token")

    app_secret: SecretStr = Field(SecretStr(""), description="앱 시크릿 코드. 들어온 요청의 서명을 확인한다")
    page_token: SecretStr = Field(SecretStr(""), description="페이지 액세스 토큰. 답을 보낼 때 쓴다")
    verify_token: SecretStr = Field(
        SecretStr(""), description="확인 토큰. 웹훅을 등록할 때 한 번 확인하며, 직접 정한다"
    )
    page_id: str = Field("", description="페이지 ID. 비우면 확인하지 않는다")
    api: str = Field("https://graph.facebook.com/v25.0", description="메시지를 보내는 주소")
