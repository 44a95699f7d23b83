"""What an operator sets for a channel: a wrong or half-told one is named as it stands in `.env`."""

from __future__ import annotations

import pytest

from channels.email.settings import EmailSettings
from channels.kakao.settings import KakaoSettings
from channels.line.settings import LineSettings
from channels.naver.settings import NaverSettings
from channels.registry import SETTINGS
from channels.settings import ChannelSettings
from channels.slack.settings import SlackSettings
from channels.sms.settings import SmsSettings
from channels.telegram.settings import TelegramSettings
from core.errors import Invalid


@pytest.mark.parametrize("kind", SETTINGS.values(), ids=SETTINGS)
def test_a_channel_that_nobody_set_is_whole(kind: type[ChannelSettings]) -> None:
    settings = kind(_env_file=None)
    assert settings.missing == []
    assert settings.configured is (kind is KakaoSettings)


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (LineSettings(_env_file=None, access_token="t"), ["EUNGDAE_LINE_CHANNEL_SECRET"]),
        (TelegramSettings(_env_file=None, token="1:t"), ["EUNGDAE_TELEGRAM_SECRET"]),
        (
            SlackSettings(_env_file=None, staff_channel="C1"),
            ["EUNGDAE_SLACK_SIGNING_SECRET", "EUNGDAE_SLACK_BOT_TOKEN"],
        ),
        (SmsSettings(_env_file=None, token="t"), ["EUNGDAE_SMS_API"]),
        (KakaoSettings(_env_file=None, rest_key="k"), ["EUNGDAE_KAKAO_BOT_ID"]),
        (
            EmailSettings(_env_file=None, address="a@b.kr", imap_host="mail", imap_username="a"),
            ["EUNGDAE_EMAIL_IMAP_PASSWORD"],
        ),
        (LineSettings(_env_file=None, access_token="t", channel_secret="s"), []),
        (KakaoSettings(_env_file=None, bot_id="b"), []),
        (NaverSettings(_env_file=None, token="t"), []),  # closed for a while, and the key kept
    ],
)
def test_what_is_wanting_is_named(settings: ChannelSettings, missing: list[str]) -> None:
    assert settings.missing == missing


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EUNGDAE_EMAIL_IMAP_PORT", "99999"),
        ("EUNGDAE_EMAIL_ADDRESS", "no address"),
        ("EUNGDAE_TELEGRAM_API", "api.telegram.org"),
        ("EUNGDAE_LINE_API_DATA", "ftp://api-data.line.me"),
        ("EUNGDAE_SLACK_API", ""),
        ("EUNGDAE_SMS_API", "https://"),
        ("EUNGDAE_NAVER_HANDOVER", "true"),
    ],
)
def test_a_wrong_value_is_named_as_it_was_set(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(Invalid) as error:
        SETTINGS[variable.split("_")[1].lower()].load()
    assert error.value.message == f"설정값이 올바르지 않습니다: {variable}"
