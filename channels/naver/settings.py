"""What an operator sets for Naver TalkTalk."""

from __future__ import annotations

from ipaddress import ip_network

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class NaverSettings(ChannelSettings):
    """The token is needed only for what isn't asked for: without it replies wait for the next message."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_NAVER_")

    enabled: bool = Field(False, description="네이버 톡톡을 연다")
    token: SecretStr = Field(
        SecretStr(""),
        description="보내기 API의 인증 키(ct_…). 비우면 직원의 답변은 다음 메시지를 기다린다",
    )
    networks: str = Field(
        "211.249.40.0/27, 211.249.68.0/27, 220.230.168.0/27",
        description="톡톡 서버의 주소 범위. 이 밖에서 온 요청은 거절한다",
    )
    handover: bool = Field(
        False, description="상담원을 찾는 시민을 톡톡 파트너센터의 상담원에게 넘긴다. 인증 키가 있어야 한다"
    )
    api: str = Field("https://gw.talk.naver.com", description="보내기 API의 주소")

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for network in value.split(","):
            ip_network(network.strip())
        return value

    @field_validator("handover")
    @classmethod
    def _needs_token(cls, value: bool, info: ValidationInfo) -> bool:
        token = info.data.get("token")
        if value and not (token and token.get_secret_value()):
            raise ValueError("the handover is pushed, which needs the token")
        return value

    @property
    def configured(self) -> bool:
        return self.enabled
