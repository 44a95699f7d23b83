"""All channels: what each can do, and which are open here. A new one is a folder, a row and a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

import httpx

from channels.email.adapter import email_channel
from channels.email.settings import EmailSettings
from channels.kakao.adapter import KakaoChannel
from channels.kakao.settings import KakaoSettings
from channels.line.adapter import LineChannel
from channels.line.settings import LineSettings
from channels.messenger.adapter import MessengerChannel
from channels.messenger.settings import MessengerSettings
from channels.naver.adapter import NaverChannel
from channels.naver.settings import NaverSettings
from channels.protocol import Abilities, Channel, Sender
from channels.settings import ChannelSettings
from channels.slack.adapter import SlackChannel
from channels.slack.settings import SlackSettings
from channels.sms.adapter import SmsSender
from channels.sms.settings import SmsSettings
from channels.telegram.adapter import TelegramChannel
from channels.telegram.settings import TelegramSettings
from channels.web.adapter import WebChannel
from core.secrets import Secrets
from core.settings import Settings
from core.tokens import Signer

TABLE: Final[Mapping[str, Abilities]] = MappingProxyType(
    {
        "web": Abilities(reach="fetches", form=True, text=2000, buttons=20, label=200, typing=True),
        "kakao": Abilities(
            reach="next", text=1000, bubbles=3, buttons=10, label=14, cards=True, files=True, signed=False,
            seconds=4.0,
        ),
        "naver": Abilities(
            reach="push", text=10_000, bubbles=1, buttons=10, label=18, payload=1000, cards=True, files=True,
            typing=True, signed=False, seconds=4.0,
        ),
        "telegram": Abilities(
            reach="push", inline=False, text=4096, unit="utf16", buttons=20, label=32, payload=64, files=True,
            typing=True, signed=False,
        ),
        "line": Abilities(
            reach="push", inline=False, text=5000, unit="utf16", bubbles=5, buttons=13, files=True,
            seconds=1.0,
        ),
        "slack": Abilities(
            reach="push", inline=False, text=3000, unit="utf16", buttons=25, label=75, payload=2000,
            files=True, seconds=2.0,
        ),
        "messenger": Abilities(
            reach="push", inline=False, text=2000, unit="utf16", buttons=13, files=True,
            window=timedelta(hours=24), person_window=timedelta(days=7),
        ),
        "email": Abilities(
            reach="push", inline=False, letters=True, text=20_000, files=True, signed=False, seconds=5.0,
        ),
    }
)  # fmt: skip

SETTINGS: Final[Mapping[str, type[ChannelSettings]]] = MappingProxyType(
    {
        "kakao": KakaoSettings,
        "naver": NaverSettings,
        "telegram": TelegramSettings,
        "line": LineSettings,
        "slack": SlackSettings,
        "messenger": MessengerSettings,
        "email": EmailSettings,
        "sms": SmsSettings,
    }
)
"""What an operator sets for each way to a citizen that leads through somebody else."""


def build_channels(
    settings: Settings, secrets: Secrets, signer: Signer, client: httpx.AsyncClient
) -> dict[str, Channel]:
    """The open channels by name; `client` reaches the vendors."""
    channels: list[Channel] = [
        WebChannel(TABLE["web"], signer, settings.session_days),
        KakaoChannel(TABLE["kakao"], secrets.kakao_secret, KakaoSettings.load(), client),
    ]
    if (line := LineSettings.load()).configured:
        channels.append(LineChannel(TABLE["line"], line, client))
    if (naver := NaverSettings.load()).configured:
        channels.append(NaverChannel(TABLE["naver"], naver, client))
    if (telegram := TelegramSettings.load()).configured:
        channels.append(TelegramChannel(TABLE["telegram"], telegram, client))
    if (slack := SlackSettings.load()).configured:
        channels.append(SlackChannel(TABLE["slack"], slack, client))
    if (messenger := MessengerSettings.load()).configured:
        channels.append(MessengerChannel(TABLE["messenger"], messenger, client))
    if email := email_channel(TABLE["email"], settings, secrets):
        channels.append(email)
    return {channel.name: channel for channel in channels}


def build_senders(
    channels: Mapping[str, Channel], settings: Settings, client: httpx.AsyncClient
) -> dict[str, Sender]:
    """All ways to a person by name: the open channels, and those that only lead out."""
    senders: dict[str, Sender] = dict(channels)
    if (sms := SmsSettings.load()).configured:
        senders["sms"] = SmsSender(sms, settings.foundation_name, settings.foundation_phone, client)
    return senders
