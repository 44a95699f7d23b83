"""Secrets come from the environment, or are generated once into a file that only its owner can read."""

from __future__ import annotations

import os
import secrets as random
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from cryptography.fernet import Fernet

FILE_NAME = "secrets.env"


@dataclass(frozen=True)
class Secrets:
    """Each is set by `EUNGDAE_<NAME>`, or generated at first start; one that others give us has a default."""

    signing_key: str  # signs visitors' tokens
    data_key: str  # encrypts personal data (Fernet)
    rasa_token: str  # opens Rasa's one channel
    actions_token: str  # opens the action listener
    kakao_secret: str  # expected in the skill's `X-Eungdae-Secret` header
    smtp_password: str = ""  # the mail server's


def load_secrets(data_dir: Path) -> Secrets:
    """Read the secrets; generate and keep what neither the environment nor the file holds.

    One that has a default is given to us by others: it can't be generated.
    """
    path = data_dir / FILE_NAME
    kept = _read(path)
    values = {
        field.name: os.environ.get(_variable(field.name))
        or kept.get(_variable(field.name))
        or (_generate(field.name) if field.default is MISSING else str(field.default))
        for field in fields(Secrets)
    }
    missing = {
        _variable(name): value
        for name, value in values.items()
        if value and _variable(name) not in kept and not os.environ.get(_variable(name))
    }
    if missing:
        _append(path, missing)
    return Secrets(**values)


def _variable(name: str) -> str:
    return f"EUNGDAE_{name.upper()}"


def _generate(name: str) -> str:
    return Fernet.generate_key().decode() if name == "data_key" else random.token_urlsafe(32)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, _, value in lines if value}


def _append(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a") as file:
        # A file that was edited by hand may lack its last line end; an empty line does no harm.
        file.writelines(["\n", *(f"{key}={value}\n" for key, value in values.items())])
