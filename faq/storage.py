"""Snapshots on disk: one folder each, files with checksums, and a pointer that is swapped atomically.

index/current            the version that serves
index/<version>/rows.faiss, calibration.json, manifest.json
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import structlog

from embeddings.index import IndexUnreadable, load_index
from faq.calibration import Calibration
from faq.snapshot import Content, Identity, Snapshot

_FILES = ("rows.faiss", "calibration.json")
_KEEP = 2
log = structlog.get_logger()


class SnapshotStore:
    """The folder of the index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self) -> str | None:
        """The version that serves, as the last process left it."""
        try:
            return (self._folder / "current").read_text("utf-8").strip() or None
        except (OSError, ValueError):
            return None

    def save(self, snapshot: Snapshot) -> None:
        """Write the snapshot, then point to it; a reader meets the old one or the new one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        snapshot.index.save(temporary / "rows.faiss")
        (temporary / "calibration.json").write_text(snapshot.calibration.to_json(), "utf-8")
        sums = {name: _checksum(temporary / name) for name in _FILES}
        manifest = {
            "version": snapshot.version,
            "identity": asdict(snapshot.identity),
            "labels": [label.digest for label in snapshot.labels],
            "rows": snapshot.index.size,
            "sha256": sums,
        }
        (temporary / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
        target = self._folder / snapshot.version
        if target.exists():
            target.rename(Path(tempfile.mkdtemp(dir=self._folder, prefix=".old-")) / "index")
        temporary.rename(target)
        self._point_to(snapshot.version)
        self._tidy(snapshot.version)

    def labels(self, version: str) -> list[str]:
        """The digests of the labels that this version has learned from or was judged by; [] where unknown."""
        try:
            manifest = json.loads((self._folder / version / "manifest.json").read_text("utf-8"))
            return [str(digest) for digest in manifest["labels"]]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def load(self, identity: Identity, content: Content) -> Snapshot | None:
        """The saved snapshot of this identity; None where it is missing or (logged) damaged."""
        version = identity.version
        folder = self._folder / version
        if not folder.is_dir():
            return None
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            damaged = [name for name in _FILES if _checksum(folder / name) != manifest["sha256"][name]]
            if damaged or manifest["version"] != version:
                raise ValueError(f"checksum: {', '.join(damaged)}")
            calibration = Calibration.from_json((folder / "calibration.json").read_text("utf-8"))
            if calibration.tied_to != version:
                raise ValueError(f"calibration of {calibration.tied_to}")
            return Snapshot(identity, content, load_index(folder / "rows.faiss"), calibration)
        except (OSError, ValueError, KeyError, TypeError, IndexUnreadable) as error:
            log.warning("index.damaged", version=version, reason=str(error), action="rebuild")
            return None

    def _point_to(self, version: str) -> None:
        temporary = self._folder / ".current.tmp"
        temporary.write_text(version, "utf-8")
        temporary.replace(self._folder / "current")

    def _tidy(self, serving: str) -> None:
        folders = [f for f in self._folder.iterdir() if f.is_dir() and f.name != serving]
        folders.sort(key=lambda f: (not f.name.startswith("."), f.stat().st_mtime), reverse=True)
        for folder in folders[_KEEP - 1 :]:
            shutil.rmtree(folder, ignore_errors=True)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:  # piece by piece: an index can be larger than the memory that is left
        return hashlib.file_digest(file, "sha256").hexdigest()
