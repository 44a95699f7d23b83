"""Measures search and decision on labelled sets in the format of two JSON-lines files.

index rows:  {"id": "…", "question": "…", "answer": "…" or null}
query rows:  {"qid": "…", "query": "…", "gold": ["id", …]}    # [] = must not be answered
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np

from embeddings.index import build_index
from embeddings.protocols import Encoder, Vectors
from faq.calibration import scale_of, transferred
from faq.confidence import features
from faq.decision import Answer
from faq.entries import same_question
from faq.lexical import morphemes
from faq.question import Question, Refusals
from faq.rows import Row, passage
from faq.search import Searcher
from faq.snapshot import Snapshot, encode_rows
from faq.text import clean
from faq.understand import decide_on

BATCH = 64
RANKS = 10
Progress = Callable[[str, int, int], None]
"""Told what is done, how much of it, and of how many."""


class EvaluationError(Exception):
    """A row can't be used; the message says which and why."""


@dataclass(frozen=True)
class Query:
    """A labelled question."""

    qid: str
    text: str
    gold: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """What became of one query."""

    qid: str
    gold: list[str]
    found: list[str]  # ids, best first
    confidence: float
    answered: bool

    @property
    def rank(self) -> int | None:
        """The place of the first right id, from 1; None where none was found."""
        return next((place for place, name in enumerate(self.found, 1) if name in self.gold), None)

    @property
    def right(self) -> bool:
        """Whether answering with the best would be right."""
        return self.rank == 1


class Engine(Protocol):
    """Something that ranks and decides."""

    def ask(self, question: Question) -> tuple[list[str], float, bool]:
        """Ids best first, confidence, and whether it answers at once."""
        ...


class LoadedFaq:
    """The FAQ as it is served on a day."""

    def __init__(self, snapshot: Snapshot, today: date) -> None:
        self._snapshot, self._today = snapshot, today

    def ask(self, question: Question) -> tuple[list[str], float, bool]:
        """See `Engine`. A turn of the dialogue ("감사합니다") counts as not answered."""
        found = decide_on(self._snapshot, question, self._today)
        confidence = found.candidates[0].confidence if found.candidates else 0.0
        return [c.faq_id for c in found.candidates], confidence, isinstance(found.decision, Answer)


class ForeignIndex:
    """The same search over any index rows.

    Such a set brings no labels of its own, so the confidence model is carried over from the sample corpus;
    its features are standardised on this index, which is what makes that possible, but no bound is proven
    here.
    """

    def __init__(
        self, rows: Sequence[dict[str, Any]], encode: Callable[[Sequence[Row]], Vectors], alpha: float
    ) -> None:
        indexed = list(_index_rows(rows))
        index = build_index(encode(indexed))
        self.searcher = Searcher(indexed, index, [morphemes(row.text) for row in indexed])
        self._refusals = Refusals(np.zeros((0, 1), np.float32))
        asked = [i for i, row in enumerate(indexed) if row.kind == "question"]
        self._exact = {same_question(indexed[i].text): indexed[i].name for i in asked}
        vectors = index.vectors(np.array(asked, dtype=np.int64))
        questions = [
            (Question.of(indexed[i].text, vector), number)
            for number, (i, vector) in enumerate(zip(asked, vectors, strict=True))
        ]
        self._calibration = transferred(scale_of(self.searcher, self._refusals, questions), alpha)

    def ask(self, question: Question) -> tuple[list[str], float, bool]:
        """See `Engine`."""
        ranking = self.searcher.rank(question)
        if not len(ranking):
            return [], 0.0, False
        names = [self.searcher.names[entry] for entry in ranking.entries[:RANKS]]
        confidence = self._calibration.confidences(features(ranking, question, None)[None])[0]
        exact = self._exact.get(same_question(question.text))
        if exact in names:
            names, confidence = [exact, *(name for name in names if name != exact)], 1.0
        return names, confidence, confidence >= self._calibration.thresholds.answer


def read_rows(lines: Iterable[str], name: str) -> Iterator[dict[str, Any]]:
    """The JSON object of each line that isn't empty; raises EvaluationError with the line's number."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise EvaluationError(f"{name}:{number}: JSON이 아닙니다: {error}") from error
        if not isinstance(row, dict):
            raise EvaluationError(f"{name}:{number}: JSON 객체가 아닙니다")
        yield row


def read_queries(rows: Iterable[dict[str, Any]]) -> list[Query]:
    """Queries of rows; raises EvaluationError."""
    queries = []
    for number, row in enumerate(rows, start=1):
        text, gold = row.get("query"), row.get("gold")
        if not isinstance(text, str) or not isinstance(gold, list):
            raise EvaluationError(f"질문 {number}: 'query'(글)와 'gold'(목록)가 있어야 합니다")
        queries.append(Query(str(row.get("qid", number)), text, frozenset(map(str, gold))))
    return queries


def run(engine: Engine, encoder: Encoder, queries: Sequence[Query], progress: Progress) -> list[Outcome]:
    """Ask every query."""
    outcomes = []
    for start in range(0, len(queries), BATCH):
        batch = queries[start : start + BATCH]
        texts = [clean(query.text) for query in batch]
        vectors = encoder.encode_queries(texts)
        for query, text, vector in zip(batch, texts, vectors, strict=True):
            found, confidence, answered = engine.ask(Question.of(text, vector)) if text else ([], 0.0, False)
            outcomes.append(Outcome(query.qid, sorted(query.gold), found, confidence, answered))
        progress("질문", len(outcomes), len(queries))
    return outcomes


def encode_with_progress(encoder: Encoder, progress: Progress) -> Callable[[Sequence[Row]], Vectors]:
    """Encodes rows in batches, and tells how far it is."""

    def encode(rows: Sequence[Row]) -> Vectors:
        done = 0

        def batches(texts: list[str], passages: bool) -> Vectors:
            nonlocal done
            parts = [np.zeros((0, encoder.dimension), np.float32)]
            for start in range(0, len(texts), BATCH):
                batch = texts[start : start + BATCH]
                parts.append(encoder.encode_passages(batch) if passages else encoder.encode_queries(batch))
                done += len(batch)
                progress("색인", done, len(rows))
            return np.concatenate(parts)

        return encode_rows(rows, batches)

    return encode


def report(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """All figures; `auroc` is None where all queries, or none, are in scope."""
    inside = [outcome for outcome in outcomes if outcome.gold]
    outside = [outcome for outcome in outcomes if not outcome.gold]
    answered = [outcome for outcome in outcomes if outcome.answered]
    ranks = [outcome.rank for outcome in inside]
    return {
        "queries": len(outcomes),
        "top1": _share(sum(rank == 1 for rank in ranks), len(inside)),
        "top3": _share(sum(rank is not None and rank <= 3 for rank in ranks), len(inside)),
        "mrr": _share(sum(1 / rank for rank in ranks if rank), len(inside)),
        "auroc": _auroc([o.confidence for o in inside], [o.confidence for o in outside]),
        "answered_share": _share(sum(outcome.answered for outcome in inside), len(inside)),
        "wrong_share": _share(sum(not outcome.right for outcome in answered), len(answered)),
        "right_at_2pct_wrong": _share(_right_within(outcomes, 0.02), len(inside)),
    }


def per_query(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One line of JSON a query."""
    for outcome in outcomes:
        row = {**asdict(outcome), "rank": outcome.rank, "right": outcome.right}
        yield json.dumps(row, ensure_ascii=False)


def _share(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _auroc(inside: list[float], outside: list[float]) -> float | None:
    if not inside or not outside:
        return None
    higher = np.searchsorted(np.sort(outside), inside, side="left")
    not_lower = np.searchsorted(np.sort(outside), inside, side="right")
    return round(float((higher + not_lower).mean() / 2 / len(outside)), 4)


def _right_within(outcomes: Sequence[Outcome], wrong_share: float) -> int:
    """How many the longest prefix by confidence answers right, with at most this share of it wrong."""
    ordered = sorted(outcomes, key=lambda outcome: -outcome.confidence)
    right = np.cumsum([outcome.right for outcome in ordered])
    count = np.arange(1, len(ordered) + 1)
    good = np.flatnonzero(count - right <= wrong_share * count)
    return int(right[good[-1]]) if len(good) else 0


def _index_rows(rows: Sequence[dict[str, Any]]) -> Iterator[Row]:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        name, question = row.get("id"), clean(str(row.get("question") or ""))
        if name is None or not question:
            raise EvaluationError(f"색인 {number}: 'id'와 'question'이 있어야 합니다")
        if str(name) in seen:
            raise EvaluationError(f"색인 {number}: id가 이미 있습니다: {name}")
        seen.add(str(name))
        yield Row(question, f"faq:{name}", "question")
        answer = clean(str(row.get("answer") or ""))
        yield Row(passage(question, answer, len(rows)), f"faq:{name}", "passage")
