"""Reads the training text: groups of sentences that mean the same.

Our own stands in `text/`; the public sets are read from a folder of gzipped JSON lines (see README.md).
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.types import conlist

TEXT = Path(__file__).with_name("text")
_DAILY_FILE = "daily.jsonl"
_NEAR_MISSES_OF_A_PAIR = 4

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Source(StrEnum):
    """Where a group comes from; a run says how much of its text each of them gives."""

    FAQ = "faq"  # ours
    DAILY = "daily"  # ours: small talk and wishes
    PARAPHRASES = "kqc"  # ParaKQC and StyleKQC
    PAIRS = "question_pair"
    COMMANDS = "sae4k"  # an utterance and its key phrase
    INFERENCE = "klue_nli"


@dataclass(frozen=True)
class Group:
    """Sentences that mean the same, what answers them, and sentences that only look alike.

    Groups of one cluster are easily confused. `answer` and `cluster` may be empty.
    """

    source: Source
    texts: tuple[str, ...]
    answer: str = ""
    near_misses: tuple[str, ...] = ()
    cluster: str = ""


class Likeness(NamedTuple):
    """Two sentences, and how much alike people found them: 0 to 5 (KorSTS)."""

    first: str
    second: str
    score: float


class BadLine(ValueError):
    """A line of the training text can't be used; the message says where it is and why."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    cluster: Sentence
    question: Sentence
    answer: str
    paraphrases: conlist(Sentence, min_length=2)  # type: ignore[valid-type]
    near_misses: list[Sentence]


def own_groups(folder: Path = TEXT) -> list[Group]:
    """Our own. Raises BadLine."""
    return [group for path in sorted(folder.glob("*.jsonl")) for group in _groups_of(path)]


def public_groups(folder: Path) -> list[Group]:
    """Those of the public sets. Raises FileNotFoundError where one is missing, BadLine where it is broken."""
    rows = {source: _rows(folder, source) for source in Source if source not in {Source.FAQ, Source.DAILY}}
    return [
        *(Group(Source.PARAPHRASES, tuple(row["texts"])) for row in rows[Source.PARAPHRASES]),
        *_pairs(rows[Source.PAIRS]),
        *(Group(Source.COMMANDS, (row["utterance"], row["keyphrase"])) for row in rows[Source.COMMANDS]),
        *(
            Group(Source.INFERENCE, (row["anchor"], row["positive"]), near_misses=(row["negative"],))
            for row in rows[Source.INFERENCE]
        ),
    ]


def likenesses(folder: Path) -> list[Likeness]:
    """KorSTS. Raises as `public_groups` does."""
    return [Likeness(row["sentence1"], row["sentence2"], row["score"]) for row in _rows(folder, "korsts")]


def _groups_of(path: Path) -> Iterator[Group]:
    source = Source.DAILY if path.name == _DAILY_FILE else Source.FAQ
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            entry = _Entry.model_validate_json(line)
        except ValidationError as error:
            raise BadLine(f"{path.name}, line {number}: {error}") from error
        texts = (entry.question, *entry.paraphrases)
        cluster = f"{path.stem}:{entry.cluster}"
        yield Group(source, texts, entry.answer, tuple(entry.near_misses), cluster)


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    found = sorted(folder.glob(f"*{name}*.jsonl.gz"))
    if not found:
        raise FileNotFoundError(f"no *{name}*.jsonl.gz in {folder}")
    with gzip.open(found[0], "rt", encoding="utf-8") as file:
        try:
            return [json.loads(line) for line in file if line.strip()]
        except json.JSONDecodeError as error:
            raise BadLine(f"{found[0].name}: {error}") from error


def _pairs(rows: list[dict[str, Any]]) -> Iterator[Group]:
    """Sentences that are linked by pairs of the same meaning, over however many of them."""
    same: dict[str, list[str]] = {}
    other: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        first, second = row["sentence1"], row["sentence2"]
        if row["same"]:
            joined = list(dict.fromkeys([*same.get(first, [first]), *same.get(second, [second])]))
            same |= dict.fromkeys(joined, joined)
        else:
            other[first].append(second)
            other[second].append(first)
    for texts in {id(texts): texts for texts in same.values()}.values():
        near = [miss for text in texts for miss in other[text]][:_NEAR_MISSES_OF_A_PAIR]
        yield Group(Source.PAIRS, tuple(texts), near_misses=tuple(near))
