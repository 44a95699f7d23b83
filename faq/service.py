"""The one door to the FAQ: understands a message, and keeps its index fresh while it serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from core.clock import SEOUL, Clock
from core.database import Database
from embeddings.protocols import Encoder
from faq import repository
from faq.cache import LruCache, VectorCache
from faq.decision import Candidate
from faq.entries import Entry
from faq.labels import LABELS, Label, fitting, joined, load_labels
from faq.rows import Row, intent_rows
from faq.snapshot import Content, Snapshot, build_snapshot
from faq.storage import SnapshotStore
from faq.text import clean
from faq.understand import understand
from faq.understanding import NOTHING, Understanding

CACHED_QUESTIONS = 4096
ERROR_RATE = 0.07
"""The share of wrong immediate answers that the sample's labels can rule out (docs/quality.md)."""
LOOK_EVERY = 2.0
"""Seconds between two looks for an index that another process has built."""
NLU = Path(__file__).parents[1] / "bot/data/nlu.yml"
log = structlog.get_logger()


class FaqService:
    """Thread-safe: each call reads one snapshot, which is never changed, only replaced."""

    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        data_dir: Path,
        clock: Clock,
        extra_rows: Callable[[], list[Row]] = list,
        *,
        nlu: Path = NLU,
        labels: Path = LABELS,
        extra_labels: Callable[[], list[Label]] = list,
        alpha: float = ERROR_RATE,
        confidence: float = 0.95,
    ) -> None:
        """Loads the saved index, or builds one.

        `extra_rows` gives the departments' duties; `nlu` is Rasa's file with the examples of the dialogue's
        intents, `labels` the folder of labelled questions, `extra_labels` gives what staff have judged since.
        `alpha` and `confidence` are the promise: at most this share of immediate answers is wrong, with this
        confidence.
        """
        self._database = database
        self._encoder = encoder
        self._store = SnapshotStore(data_dir / "index")
        self._clock = clock
        self._extra_rows = extra_rows
        self._nlu = nlu
        self._labels = labels
        self._extra_labels = extra_labels
        self._promise = (alpha, confidence)
        self._building = threading.Lock()
        self._looked = time.monotonic()
        self._passed_over: str | None = None  # an index that isn't of today's content
        self._vectors = VectorCache(encoder)
        self._cache: LruCache[Understanding] = LruCache(CACHED_QUESTIONS)
        content = self._content()
        self._snapshot = self._stored(content) or self._build(content)

    @property
    def version(self) -> str:
        """The version of the index that answers now."""
        return self._snapshot.version

    @property
    def snapshot(self) -> Snapshot:
        """What answers now, for reports."""
        return self._snapshot

    def understand(self, text: str) -> Understanding:
        """What a message means. Never raises for any text; the same text costs no second embedding."""
        question = clean(text)
        if not question:
            return NOTHING
        self._look_for_new_index()
        snapshot, today = self._snapshot, self._clock.now().astimezone(SEOUL).date()
        key = (question, snapshot.version, today)
        if (known := self._cache.get(key)) is not None:
            return known
        result = understand(snapshot, question, self._encoder, today)
        self._cache.put(key, result)
        return result

    def search(self, text: str, k: int = 10) -> list[Candidate]:
        """The best entries for a text, ranked, whether or not they would be answered."""
        return list(self.understand(text).candidates[:k])

    def entry(self, faq_id: str) -> Entry | None:
        """The entry as it is served, valid today or not; None where there is none."""
        return self._snapshot.entries.get(faq_id)

    def entries(self) -> list[Entry]:
        """All entries as they are served."""
        return list(self._snapshot.entries.values())

    def rebuild(self) -> str:
        """Build the index from the database and swap it in while the old one answers; its version."""
        self._snapshot = self._build(self._content())
        return self._snapshot.version

    def refresh_if_changed(self) -> bool:
        """Take over an index that another process has built. Cheap when there is none: reads a small file."""
        version = self._store.current()
        if version is None or version == self._snapshot.version or not self._building.acquire(blocking=False):
            return False
        try:
            content = self._content()
            snapshot = self._stored(content)
            if snapshot is None or snapshot.version != version:
                self._passed_over = version
                return False
            self._snapshot = snapshot
            log.info("index.taken_over", version=snapshot.version)
            return True
        finally:
            self._building.release()

    def _look_for_new_index(self) -> None:
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        if self._store.current() not in {None, self._snapshot.version, self._passed_over}:
            threading.Thread(target=self.refresh_if_changed, name="index", daemon=True).start()

    def _content(self) -> Content:
        with self._database.session() as session:
            entries = tuple(repository.all_entries(session))
        extra = (*intent_rows(self._nlu), *self._extra_rows())
        labels = fitting(load_labels(self._labels), [entry.id for entry in entries])
        return Content(entries, extra, tuple(joined(labels, self._extra_labels(), entries)))

    def _stored(self, content: Content) -> Snapshot | None:
        return self._store.load(content.version(self._encoder, *self._promise), content)

    def _build(self, content: Content) -> Snapshot:
        with self._building:
            started = time.perf_counter()
            version = content.version(self._encoder, *self._promise)
            snapshot = build_snapshot(version, content, self._vectors.encode, *self._promise)
            self._store.save(snapshot)
            log.info(
                "index.built",
                version=version,
                entries=len(content.entries),
                rows=snapshot.index.size,
                seconds=round(time.perf_counter() - started, 2),
            )
            return snapshot
