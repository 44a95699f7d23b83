"""A linear map over the encoder's vectors, learned from the deployment's own labels (`faq.tuning`).

adapter/active.json      the adapters that were activated, the newest last: it serves, and can be taken back
adapter/<name>.npy       a matrix; its name is the beginning of its checksum
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from core.errors import Conflict, NotFound
from embeddings.protocols import Encoder, Vectors

log = structlog.get_logger()


@dataclass(frozen=True)
class Adapter:
    """float32[d, d], by which vectors are multiplied from the right; fits the encoder of that fingerprint."""

    matrix: Vectors
    encoder: str

    @property
    def name(self) -> str:
        """Differs between any two matrices."""
        return _checksum(_bytes(self.matrix))[:16]

    def apply(self, vectors: Vectors) -> Vectors:
        """The vectors, mapped, each of length 1 again."""
        mapped: Vectors = vectors @ self.matrix
        mapped /= np.maximum(np.linalg.norm(mapped, axis=1, keepdims=True), 1e-12)
        return mapped


class AdaptedEncoder:
    """An encoder with an adapter behind it, on both sides: questions and passages stay comparable."""

    def __init__(self, encoder: Encoder, adapter: Adapter) -> None:
        self._encoder = encoder
        self._adapter = adapter
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.fingerprint = f"{encoder.fingerprint}+{adapter.name}"

    def encode_queries(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._adapter.apply(self._encoder.encode_queries(texts))

    def encode_passages(self, texts: list[str]) -> Vectors:
        """See `Encoder`."""
        return self._adapter.apply(self._encoder.encode_passages(texts))


class AdapterStore:
    """The folder of the adapters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def adapted(self, encoder: Encoder) -> Encoder:
        """The encoder with the adapter that serves, or as it is: without one, or (logged) with one that is
        damaged or was learned on another encoder."""
        adapter = self._active(encoder)
        return AdaptedEncoder(encoder, adapter) if adapter else encoder

    def activate(self, adapter: Adapter) -> None:
        """From now on this one serves."""
        self._folder.mkdir(parents=True, exist_ok=True)
        content = _bytes(adapter.matrix)
        _write(self._folder / f"{adapter.name}.npy", content)
        entry = {"name": adapter.name, "sha256": _checksum(content), "encoder": adapter.encoder}
        self._point_to([*self._history(), entry])

    def roll_back(self) -> str | None:
        """The adapter before serves again: its name, None for the bare encoder. `NotFound` without any."""
        history = self._history()
        if not history:
            raise NotFound("되돌릴 조정이 없습니다. 인코더가 처음 그대로 쓰이고 있습니다.")
        self._point_to(history[:-1])
        return str(history[-2]["name"]) if len(history) > 1 else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one process learns or rolls back at a time; raises `Conflict`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Conflict("다른 조정이 진행 중입니다. 끝난 뒤에 다시 실행해 주십시오.") from error
            yield

    def _active(self, encoder: Encoder) -> Adapter | None:
        history = self._history()
        if not history:
            return None
        name = str(history[-1].get("name"))
        if history[-1].get("encoder") != encoder.fingerprint:
            log.warning("adapter.foreign", adapter=name, reason="another encoder", action="without it")
            return None
        try:
            content = (self._folder / f"{name}.npy").read_bytes()
            if _checksum(content) != history[-1].get("sha256"):
                raise ValueError("checksum")
            matrix = np.load(io.BytesIO(content), allow_pickle=False)
            if matrix.shape != (encoder.dimension, encoder.dimension) or not np.isfinite(matrix).all():
                raise ValueError("shape or values")
        except (OSError, ValueError, EOFError) as error:
            log.warning("adapter.damaged", adapter=name, reason=str(error), action="without it")
            return None
        return Adapter(matrix.astype(np.float32), encoder.fingerprint)

    def _history(self) -> list[dict[str, Any]]:
        try:
            found = json.loads((self._folder / "active.json").read_text("utf-8"))
            if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
                raise ValueError("no list of adapters")
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            log.warning("adapter.damaged", adapter="active.json", reason=str(error), action="without it")
            return []
        return found

    def _point_to(self, history: list[dict[str, Any]]) -> None:
        _write(self._folder / "active.json", json.dumps(history, indent=1).encode())


def _bytes(matrix: Vectors) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, matrix, allow_pickle=False)
    return buffer.getvalue()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """A reader sees the old file or the new one."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
