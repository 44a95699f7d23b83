"""Loads the encoder that a setting names. Cheap to import: the libraries come in when one is loaded."""

from __future__ import annotations

import os
from pathlib import Path

from embeddings.protocols import Encoder


class EncoderUnavailable(Exception):
    """The encoder of the settings can't be loaded; the message says what would help."""


def load_encoder(setting: str = "e5-ko") -> Encoder:
    """`e5-ko` (default, offline), `hashing` (tests only), a folder, or a name on the hub.

    Raises EncoderUnavailable. A name on the hub is looked up in the local cache first, so a machine that has
    lost its network still starts.
    """
    if setting == "hashing":
        from embeddings.hashing import HashingEncoder  # noqa: PLC0415

        return HashingEncoder()
    _quiet_libraries()
    try:
        from embeddings.sentence import e5_ko_encoder  # noqa: PLC0415  # seconds and 400 MB

        return e5_ko_encoder() if setting == "e5-ko" else _other(setting)
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        raise EncoderUnavailable(f"인코더 '{setting}'을(를) 불러올 수 없습니다: {error}") from error


def _other(setting: str) -> Encoder:
    from embeddings.sentence import other_encoder  # noqa: PLC0415

    if Path(setting).is_dir():
        return other_encoder(setting, local_only=True)
    try:
        return other_encoder(setting, local_only=True)
    except (OSError, ValueError):
        return other_encoder(setting, local_only=False)


def _quiet_libraries() -> None:
    """No telemetry, no progress bars, and threads that sleep instead of spinning beside Rasa.

    The engine opens one OpenMP team for each calling thread; with the usual long spin these teams eat the
    very cores that the next question needs (measured on 2 cores: docs/quality.md).
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
