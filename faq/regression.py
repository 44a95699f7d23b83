"""The regression set: questions that a change of the corpus, or an adapter, must keep right.

JSON lines: `{"text": "…", "id": "visit.location" or null, "kind": "…"}`; null: not to be answered at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.clock import SEOUL, Clock
from core.errors import Invalid
from embeddings.protocols import Vectors
from faq.decision import Answer
from faq.entries import Entry
from faq.question import Question
from faq.service import FaqService
from faq.snapshot import Snapshot
from faq.text import clean
from faq.understand import decide_on


@dataclass(frozen=True)
class Case:
    """A question, the entry that answers it (None: it must not be answered), and what it counts under."""

    text: str
    faq_id: str | None
    kind: str

    @property
    def category(self) -> str:
        """The entry's category, or the kind of question that isn't ours."""
        return self.faq_id.partition(".")[0] if self.faq_id else self.kind


@dataclass(frozen=True)
class Outcome:
    """What became of a case: the best entry, and whether it was answered with it."""

    case: Case
    best: str | None
    answered: bool

    @property
    def right(self) -> bool:
        """The right entry comes first; or, where there is none, nothing is answered at once."""
        return self.best == self.case.faq_id if self.case.faq_id else not self.answered

    @property
    def wrong_answer(self) -> bool:
        """Answered with what doesn't answer it."""
        return self.answered and self.best != self.case.faq_id


@dataclass(frozen=True)
class Broken:
    """A case that was right before a change and isn't after it."""

    case: Case
    after: Outcome

    def __str__(self) -> str:
        expected = self.case.faq_id or "즉시 답하지 않음"
        got = self.after.best if self.after.answered or self.case.faq_id else None
        return f"“{self.case.text}” 기대: {expected}, 결과: {got or '답 없음'}"


class Breaks(Invalid):
    """A change would break the regression set; the message names the questions."""

    def __init__(self, broken: Sequence[Broken]) -> None:
        head = f"회귀 질문 {len(broken)}건이 나빠져서 아무것도 바꾸지 않았습니다."
        super().__init__("\n".join([head, *(f"  {one}" for one in broken)]))
        self.broken = broken


def load_cases(folder: Path) -> list[Case]:
    """The cases of all `*.jsonl` in the folder; none where there is no such folder. Raises `Invalid`."""
    return [case for path in sorted(folder.glob("*.jsonl")) for case in _read(path) if clean(case.text)]


def applying(cases: list[Case], before: Collection[str], after: Collection[str]) -> list[Case]:
    """The cases, if they were made for the corpus with the ids `before`, and still fit the one `after`.

    A corpus of which hardly an entry is named isn't the one that they were made for. But one that has lost
    most of the entries that they name, and has few others, is: somebody has replaced all by a part.
    """
    named = {case.faq_id for case in cases if case.faq_id}
    known, kept = named.intersection(before), named.intersection(after)
    if not named or len(known) * 2 < len(named):
        return []
    return cases if len(kept) * 2 >= min(len(named), len(after)) else []


def ask(
    snapshot: Snapshot, encode: Callable[[list[str]], Vectors], cases: Sequence[Case], today: date
) -> list[Outcome]:
    """Ask every case of a snapshot whose encoder is `encode`."""
    texts = [snapshot.intents.without_courtesies(clean(case.text)) for case in cases]
    outcomes = []
    for case, text, vector in zip(cases, texts, encode(texts), strict=True):
        found = decide_on(snapshot, Question.of(text, vector), today)
        asks = found.intent in {"faq", "choices", "unknown"}  # else it was taken for a turn of the dialogue
        best = found.candidates[0].faq_id if found.candidates and asks else None
        outcomes.append(Outcome(case, best, isinstance(found.decision, Answer)))
    return outcomes


class Gate:
    """Stands before every change of the corpus."""

    def __init__(self, faq: Callable[[], FaqService], folder: Path, clock: Clock) -> None:
        """`folder` holds the regression set; `faq` is called only where the set applies."""
        self._faq = faq
        self._folder = folder
        self._clock = clock

    def check(self, before: Sequence[Entry], after: Sequence[Entry]) -> None:
        """Raises `Breaks` when the change from `before` to `after` breaks a case. Takes up to a minute.

        Not to be called inside a transaction: the FAQ opens its own.
        """
        if before == after:
            return
        cases = applying(load_cases(self._folder), *({entry.id for entry in of} for of in (before, after)))
        if not cases:
            return
        faq, today = self._faq(), self._clock.now().astimezone(SEOUL).date()
        serving = faq.snapshot if faq.entries() == list(before) else faq.trial(before)
        held = [outcome.case for outcome in ask(serving, faq.encode, cases, today) if outcome.right]
        then = ask(faq.trial(after), faq.encode, held, today)
        if broken := [Broken(outcome.case, outcome) for outcome in then if not outcome.right]:
            raise Breaks(broken)


def _read(path: Path) -> list[Case]:
    cases = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            cases.append(Case(str(row["text"]), row["id"], str(row.get("kind") or "")))
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(f"{path.name}:{number}: 회귀 질문의 형식이 아닙니다({error})") from error
    return cases
