"""The one door to the FAQ: understands a message, and keeps its index fresh while it serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import structlog

from core.clock import SEOUL, Clock
from core.database import Database
from embeddings.index import EXACT_UP_TO
from embeddings.protocols import Encoder, Vectors
from faq import repository
from faq.adapter import Adapter, AdapterStore
from faq.building import build_snapshot
from faq.cache import LruCache, VectorCache
from faq.decision import Candidate
from faq.entries import Entry
from faq.labels import LABELS, Label, as_learned, fitting, joined, load_labels
from faq.rows import Row, intent_rows
from faq.snapshot import Content, Snapshot
from faq.storage import SnapshotStore
from faq.text import clean
from faq.understand import understand
from faq.understanding import NOTHING, Understanding

CACHED_QUESTIONS = 4096
ERROR_RATE = 0.02
"""The share of immediate answers that may be wrong (docs/quality.md)."""
OUTSIDE_SHARE = 0.33
"""The share of questions that the FAQ must not answer, up to which that is promised."""
LOOK_EVERY = 2.0
"""Seconds between two looks for an index that another process has built."""
NLU = Path(__file__).parents[1] / "bot/data/nlu.yml"
log = structlog.get_logger()


@dataclass(frozen=True)
class _Served:
    """A snapshot, and the vectors of its encoder: both change together."""

    snapshot: Snapshot
    vectors: VectorCache


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
        outside_share: float = OUTSIDE_SHARE,
    ) -> None:
        """Loads the saved index, or builds one.

        `extra_rows` gives the departments' duties; `nlu` is Rasa's file with the examples of the dialogue's
        intents, `labels` the folder of labelled questions, `extra_labels` gives what staff have judged since.
        `alpha`, `confidence` and `outside_share` are the promise: at most this share of immediate answers is
        wrong, with this confidence, as long as no more of the questions than that must not be answered.
        """
        self._database = database
        self._encoder = encoder
        self._adapters = AdapterStore(data_dir / "adapter")
        self._store = SnapshotStore(data_dir / "index")
        self._clock = clock
        self._extra_rows = extra_rows
        self._nlu = nlu
        self._labels = labels
        self._extra_labels = extra_labels
        self._promise = (alpha, confidence, outside_share)
        self._building = threading.Lock()
        self._looked = time.monotonic()
        self._passed_over: str | None = None  # an index that isn't of today's content
        self._cache: LruCache[Understanding] = LruCache(CACHED_QUESTIONS)
        content, adapted = self._content(), self._adapters.adapted(encoder)
        self._served = self._stored(content, adapted, self._store.current()) or self._build(
            content, VectorCache(adapted)
        )

    @property
    def version(self) -> str:
        """The version of the index that answers now."""
        return self._served.snapshot.version

    @property
    def snapshot(self) -> Snapshot:
        """What answers now, for reports."""
        return self._served.snapshot

    @property
    def encoder(self) -> Encoder:
        """What encodes a question now, the adapter included."""
        return self._served.vectors.encoder

    def understand(self, text: str) -> Understanding:
        """What a message means. Never raises for any text; the same text costs no second embedding."""
        question = clean(text)
        if not question:
            return NOTHING
        self._look_for_new_index()
        served, today = self._served, self._clock.now().astimezone(SEOUL).date()
        key = (question, served.snapshot.version, today)
        if (known := self._cache.get(key)) is not None:
            return known
        result = understand(served.snapshot, question, served.vectors.encoder, today)
        self._cache.put(key, result)
        return result

    def replay(self, text: str, day: date, version: str) -> Understanding | None:
        """What a message meant on that day to the index of that version; None where that one is gone."""
        served = self._served if version == self.version else self._saved(version)
        question = clean(text)
        if served is None or not question:
            return None
        return understand(served.snapshot, question, served.vectors.encoder, day)

    def search(self, text: str, k: int = 10) -> list[Candidate]:
        """The best entries for a text, ranked, whether or not they would be answered."""
        return list(self.understand(text).candidates[:k])

    def entry(self, faq_id: str) -> Entry | None:
        """The entry as it is served, valid today or not; None where there is none."""
        return self._served.snapshot.entries.get(faq_id)

    def entries(self) -> list[Entry]:
        """All entries as they are served."""
        return list(self._served.snapshot.entries.values())

    def rebuild(self) -> str:
        """Build the index from the database and swap it in while the old one answers; its version."""
        adapted, vectors = self._adapters.adapted(self._encoder), self._served.vectors
        if adapted.fingerprint != vectors.encoder.fingerprint:
            vectors = VectorCache(adapted)
        self._served = self._build(self._content(), vectors)
        return self.version

    def activate(self, adapter: Adapter, vectors: VectorCache) -> str:
        """From now on this adapter serves, with an index of its own; `vectors` are what it made already."""
        self._adapters.activate(adapter)
        self._served = self._build(self._content(), vectors)
        return self.version

    @property
    def vectors(self) -> VectorCache:
        """What the serving encoder has made already."""
        return self._served.vectors

    def bare_vectors(self) -> VectorCache:
        """What the encoder has made without any adapter."""
        bare = self._served.vectors.encoder.fingerprint == self._encoder.fingerprint
        return self._served.vectors if bare else VectorCache(self._encoder)

    def content(self) -> Content:
        """What an index of today is made from."""
        return self._content()

    def built(self, content: Content, vectors: VectorCache) -> Snapshot:
        """What would serve of this content, neither saved nor served."""
        with self._building:
            return self._snapshot(content, vectors)

    def trial(self, entries: Sequence[Entry]) -> Snapshot:
        """What would serve with these entries: built like the one that does, but neither saved nor served."""
        return self.built(self._content(entries), self._served.vectors)

    def encode(self, texts: list[str]) -> Vectors:
        """Questions as the serving encoder sees them; the same text costs no second embedding."""
        with self._building:
            return self._served.vectors.encode(texts, False)

    def refresh_if_changed(self) -> bool:
        """Take over an index that another process has built. Cheap when there is none: reads a small file."""
        version = self._store.current()
        if version is None or version == self.version or not self._building.acquire(blocking=False):
            return False
        try:
            served = self._saved(version)
            if served is None:
                self._passed_over = version
                return False
            self._served = served
            log.info("index.taken_over", version=version)
            return True
        finally:
            self._building.release()

    def _look_for_new_index(self) -> None:
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        if self._store.current() not in {None, self.version, self._passed_over}:
            threading.Thread(target=self.refresh_if_changed, name="index", daemon=True).start()

    def _content(self, entries: Sequence[Entry] | None = None) -> Content:
        if entries is None:
            with self._database.session() as session:
                entries = repository.all_entries(session)
        extra = (*intent_rows(self._nlu), *self._extra_rows())
        labels = fitting(load_labels(self._labels), [entry.id for entry in entries])
        return Content(tuple(entries), extra, tuple(joined(labels, self._extra_labels(), entries)))

    def _saved(self, version: str) -> _Served | None:
        served = self._stored(self._content(), self._adapters.adapted(self._encoder), version)
        return served if served and served.snapshot.version == version else None

    def _stored(self, content: Content, encoder: Encoder, version: str | None) -> _Served | None:
        """The saved index of this content, with the labels that this version knows."""
        learned = self._store.labels(version) if version else []
        labels = as_learned(content.labels, self._extra_labels(), learned)
        content = replace(content, labels=tuple(labels))
        snapshot = self._store.load(content.identity(encoder, *self._promise), content)
        if snapshot is None:
            return None
        vectors = VectorCache(encoder)
        if len(snapshot.rows) <= EXACT_UP_TO:  # a larger index has only rounded ones
            texts = [(row.text, row.kind == "passage") for row in snapshot.rows]
            vectors.know(texts, snapshot.index.vectors(np.arange(len(texts))))
        return _Served(snapshot, vectors)

    def _build(self, content: Content, vectors: VectorCache) -> _Served:
        with self._building:
            started = time.perf_counter()
            snapshot = self._snapshot(content, vectors)
            self._store.save(snapshot)
            log.info(
                "index.built",
                version=snapshot.version,
                entries=len(content.entries),
                rows=snapshot.index.size,
                seconds=round(time.perf_counter() - started, 2),
            )
            return _Served(snapshot, vectors)

    def _snapshot(self, content: Content, vectors: VectorCache) -> Snapshot:
        identity = content.identity(vectors.encoder, *self._promise)
        return build_snapshot(identity, content, vectors.encode)
