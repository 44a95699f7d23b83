"""What an operator sets for text messages."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class SmsSettings(ChannelSettings):
    """Without an address of a gateway none are sent."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_SMS_")
    needed = ("api",)

    api: str = Field("", description="문자 중계 서버의 주소(예: https://sms.example.kr). 비우면 쓰지 않는다")
    token: SecretStr = Field(SecretStr(""), description="문자 중계 서버의 인증 토큰")
    sender: str = Field("", description="통신사에 미리 등록한 발신번호. 비우면 대표전화")
