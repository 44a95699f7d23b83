"""All channels of this installation: a new one is one folder and one line here."""

from __future__ import annotations

from channels.kakao.adapter import KakaoChannel
from channels.protocol import Channel
from channels.web.adapter import WebChannel
from core.secrets import Secrets
from core.settings import Settings
from core.tokens import Signer


def build_channels(settings: Settings, secrets: Secrets, signer: Signer) -> dict[str, Channel]:
    """The channels by name."""
    channels: list[Channel] = [
        WebChannel(signer, settings.session_days),
        KakaoChannel(secrets.kakao_secret, settings.kakao_bot_id),
    ]
    return {channel.name: channel for channel in channels}
