"""The sets of labelled questions: the sample's own, and foreign ones from a folder outside the project."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.running import ROOT
from faq.evaluation import EvaluationError, Query, read_queries, read_rows
from faq.regression import load_cases
from faq.sources import load_sources

CORPUS = ROOT / "faq" / "corpus"
REGRESSION = ROOT / "tests" / "quality"
SAMPLE, NOISE = "sample", "A3"
QUICK_QUERIES, QUICK_ENTRIES = 200, 300


class MissingSet(Exception):
    """A set can't be read; the message is one line for people."""


@dataclass(frozen=True)
class Item:
    """What may be found: a question, other wordings of it, and its answer."""

    id: str
    question: str
    paraphrases: tuple[str, ...] = ()
    answer: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        """Every wording."""
        return (self.question, *self.paraphrases)


@dataclass(frozen=True)
class QualitySet:
    """What is searched, and what is asked."""

    name: str
    items: Sequence[Item]
    queries: Sequence[Query]
    slices: dict[str, frozenset[str]] = field(default_factory=dict)  # parts of the queries, by their qid

    def quick(self) -> QualitySet:
        """A small part of it, to see that all works; its figures mean nothing."""
        queries = random.Random(1).sample(list(self.queries), min(QUICK_QUERIES, len(self.queries)))
        if self.name == SAMPLE:
            return replace(self, queries=queries)
        wanted = {name for query in queries for name in query.gold}
        ordered = sorted(self.items, key=lambda item: item.id not in wanted)
        return replace(self, items=ordered[: max(QUICK_ENTRIES, len(wanted))], queries=queries)


@dataclass(frozen=True)
class Source:
    """Where a foreign set lies, which of its rows are asked, and under which slice a row counts too."""

    index: str
    queries: str
    keep: Callable[[dict[str, Any]], bool] = lambda _: True
    slice_of: Callable[[dict[str, Any]], str | None] = lambda _: None


def _hard(row: dict[str, Any]) -> str | None:
    return "hard" if row.get("lex_hard") else None


PARAKQC = "A_parakqc_retrieval"
SOURCES = {
    "A": Source(PARAKQC, f"{PARAKQC}/queries.jsonl", slice_of=_hard),
    "A2": Source(
        "A2_stylekqc_retrieval",
        "A2_stylekqc_retrieval/queries.jsonl",
        keep=lambda row: bool(row.get("fast")),  # one question for each entry
    ),
    NOISE: Source(
        PARAKQC,
        "A3_noise/queries.jsonl",
        keep=lambda row: row.get("index") == PARAKQC,
        slice_of=lambda row: row.get("noise"),
    ),
    "B": Source("B_question_pair_retrieval", "B_question_pair_retrieval/queries.jsonl"),
    "C": Source("C_seoul120", "C_seoul120/queries_paraphrase.jsonl"),
    "D1": Source("D1_oos_parakqc", "D1_oos_parakqc/queries.jsonl"),
    "D2": Source("D2_oos_seoul120", "D2_oos_seoul120/queries.jsonl"),
}
NAMES = (*SOURCES, SAMPLE)


def load(name: str, folder: Path | None) -> QualitySet:
    """The set of that name; rows that are in a training set are left out. Raises MissingSet."""
    if name == SAMPLE:
        return _sample()
    if name not in SOURCES:
        raise MissingSet(f"'{name}'(이)라는 질문 묶음은 없습니다. 있는 것: {', '.join(NAMES)}")
    if folder is None:
        raise MissingSet(
            f"질문 묶음 {name}의 폴더를 모릅니다. --folder나 환경 변수 QUALITY_SETS로 알려 주십시오"
            f"(--sets {SAMPLE}은 폴더 없이 됩니다)."
        )
    source = SOURCES[name]
    items = [_item(row) for row in _rows(folder / source.index / "index.jsonl")]
    rows = [row for row in _rows(folder / source.queries) if not row.get("in_train") and source.keep(row)]
    if not items or not rows:
        raise MissingSet(f"질문 묶음 {name}이 비어 있습니다: {folder}")
    slices: dict[str, set[str]] = {}
    for row in rows:
        if part := source.slice_of(row):
            slices.setdefault(part, set()).add(str(row["qid"]))
    try:
        queries = read_queries(rows)
    except EvaluationError as error:
        raise MissingSet(f"{source.queries}: {error}") from error
    return QualitySet(name, items, queries, {part: frozenset(ids) for part, ids in slices.items()})


def _item(row: dict[str, Any]) -> Item:
    if "id" not in row or "question" not in row:
        raise MissingSet("index.jsonl의 줄마다 'id'와 'question'이 있어야 합니다")
    return Item(str(row["id"]), str(row["question"]), (), row.get("answer") or "")


def _sample() -> QualitySet:
    items = [Item(e.id, e.question, tuple(e.paraphrases), e.answer) for e in load_sources([CORPUS])]
    queries = [
        Query(str(number), case.text, frozenset([case.faq_id] if case.faq_id else []))
        for number, case in enumerate(load_cases(REGRESSION), start=1)
    ]
    return QualitySet(SAMPLE, items, queries)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from read_rows(file, path.name)
    except OSError as error:
        raise MissingSet(f"질문 묶음의 파일이 없습니다: {path}") from error
    except EvaluationError as error:
        raise MissingSet(str(error)) from error
