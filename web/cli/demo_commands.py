"""`eungdae demo`: a messenger without an account, on a page like a phone, against the running program."""

from __future__ import annotations

import importlib
import socket
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
import uvicorn
from pydantic import SecretStr

import channels
from channels.fake import FakeCloud
from core.secrets import load_secrets
from core.settings import load_settings
from web.cli.opening import fail

_LOOPBACK: Final = "127.0.0.1"


def demo(
    name: Annotated[str, typer.Argument(help="체험할 채널 (예: kakao, naver, telegram, line)")] = "kakao",
    port: Annotated[int, typer.Option(help="체험 화면의 포트. 0이면 빈 포트를 씁니다.")] = 0,
) -> None:
    """계정 없이 채널을 써 볼 수 있는, 휴대전화처럼 생긴 화면을 엽니다. 응대가 실행 중이어야 합니다."""
    cloud_type = fakes().get(name) or fail(f"체험할 수 있는 채널은 {', '.join(fakes())}입니다.")
    settings = load_settings()
    webhook = f"http://{_LOOPBACK}:{settings.port}/channels/{name}"
    cloud = cloud_type.opened(webhook, load_secrets(settings.data_dir))
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_LOOPBACK, port or _configured_port(cloud_type)))
        except OSError:
            fail("포트가 이미 쓰이고 있습니다. 먼저 연 체험 화면을 닫거나 --port로 다른 포트를 정하십시오.")
        cloud.address = f"http://{_LOOPBACK}:{listening.getsockname()[1]}"
        _announce(cloud)
        uvicorn.Server(uvicorn.Config(cloud.app, log_level="critical")).run(sockets=[listening])


def fakes() -> dict[str, type[FakeCloud]]:
    """The fakes that the channels' folders ship, by the channel's name."""
    folders = sorted(Path(channels.__path__[0]).glob("*/fake.py"))
    modules = [importlib.import_module(f"channels.{path.parent.name}.fake") for path in folders]
    found = [one for module in modules for one in vars(module).values() if _is_fake(one, module.__name__)]
    return {cloud.name: cloud for cloud in found}


def missing(cloud_type: type[FakeCloud], address: str) -> dict[str, str]:
    """What has to be set so that the program speaks with the fake at this address."""
    wanted = dict.fromkeys(_addresses(cloud_type), address) | dict(cloud_type.example)
    known = _known(cloud_type)
    return {name: value for name, value in wanted.items() if known.get(name, "").rstrip("/") != value}


def _announce(cloud: FakeCloud) -> None:
    typer.echo(f"{cloud.title} 체험 화면: {cloud.address}/ (끝내려면 Ctrl+C를 누르십시오)")
    if unset := missing(type(cloud), cloud.address):
        typer.echo("모든 기능을 써 보시려면 .env에 다음을 적고, 응대와 이 화면을 다시 시작해 주십시오.")
        typer.echo("\n".join(f"{name}={value}" for name, value in unset.items()))


def _is_fake(one: object, module: str) -> bool:
    return isinstance(one, type) and issubclass(one, FakeCloud) and one.__module__ == module


def _addresses(cloud_type: type[FakeCloud]) -> list[str]:
    """The settings that name the vendor's addresses."""
    prefix = cloud_type.settings.model_config["env_prefix"]
    fields = cloud_type.settings.model_fields
    return [f"{prefix}{field.upper()}" for field in fields if field == "api" or field.startswith("api_")]


def _known(cloud_type: type[FakeCloud]) -> dict[str, str]:
    """The settings as they are, of the channel and of the program."""
    known = {}
    for settings in (load_settings(), cloud_type.settings.load()):
        for field in type(settings).model_fields:
            value = getattr(settings, field)
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            words = str(plain).lower() if isinstance(plain, bool) else str(plain)
            known[f"{settings.model_config['env_prefix']}{field.upper()}"] = words
    return known


def _configured_port(cloud_type: type[FakeCloud]) -> int:
    """Where the program expects the vendor, if that is on this machine; else any that is free."""
    known = _known(cloud_type)
    places = [urlsplit(known[name]) for name in _addresses(cloud_type)]
    return next((place.port for place in places if place.hostname == _LOOPBACK and place.port), 0)
