"""Questions that were never asked before: the corpus's own wordings, said a little differently each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

import yaml

BEFORE = [
    "",
    "안녕하세요, ",
    "저기요, ",
    "죄송한데 ",
    "문의드립니다. ",
    "급해서 그런데 ",
    "처음인데 ",
    "혹시 ",
    "궁금한데요, ",
    "오늘 ",
]
AFTER = [
    "",
    " 알려주세요",
    " 부탁드립니다",
    " 궁금합니다",
    " 답변 부탁드려요",
    " 감사합니다",
    " 아시나요?",
    " ㅠㅠ",
    " 설명해 주세요",
    "!",
]


def distinct(corpus: Path, seed: int = 1) -> Iterator[str]:
    """Each wording once, in random but repeatable order; the plain wordings of the corpus are left out."""
    wordings = [wording for path in sorted(corpus.glob("*.yml")) for wording in _wordings(path)]
    frames = [frame for frame in product(BEFORE, AFTER) if all(frame)]
    everything = [f"{before}{wording}{after}" for wording in wordings for before, after in frames]
    random.Random(seed).shuffle(everything)
    return iter(dict.fromkeys(everything))


def take(questions: Iterator[str], count: int) -> list[str]:
    """The next `count` questions; raises ValueError when the corpus is too small for so many."""
    taken = list(islice(questions, count))
    if len(taken) < count:
        raise ValueError(f"the corpus gives no {count} more distinct questions")
    return taken


def _wordings(path: Path) -> list[str]:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]
    return [wording for entry in entries for wording in [entry["question"], *entry["paraphrases"]]]
