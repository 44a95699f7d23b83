"""Learns an adapter from the deployment's own labels, and lets it serve only if nothing falls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.errors import Invalid
from faq.adapter import AdaptedEncoder, Adapter
from faq.cache import Remembering, VectorCache
from faq.entries import same_question
from faq.fitting import fit
from faq.labels import Label
from faq.lessons import Lesson, held_out, lessons_of
from faq.regression import Case, Outcome, ask
from faq.service import FaqService
from faq.snapshot import Content

FEWEST = 30
"""Citizens' questions with an entry, below which there is too little to learn, and to measure it by."""


@dataclass(frozen=True)
class Figure:
    """How many of a kind of questions were right before and would be after. More is better."""

    name: str
    of: int
    old: int
    new: int

    @property
    def falls(self) -> bool:
        """Whether the new one is worse."""
        return self.new < self.old


@dataclass(frozen=True)
class Tuning:
    """An adapter and what became of the questions that it never saw."""

    adapter: Adapter
    lessons: int
    figures: list[Figure]
    vectors: VectorCache
    """What the new encoder has made already, for the index."""

    @property
    def fallen(self) -> list[Figure]:
        """The gates that it doesn't pass; with none it may serve."""
        return [figure for figure in self.figures if figure.falls]

    @property
    def gains(self) -> bool:
        """Whether anything is better."""
        return any(figure.new > figure.old for figure in self.figures)


def tune(faq: FaqService, clicks: Sequence[Lesson], cases: Sequence[Case], today: date) -> Tuning:
    """Fit an adapter and measure it against what serves. Nothing is changed; takes a minute.

    `cases` are the regression set, if it fits the corpus. `Invalid` where there is too little to learn.
    """
    content, bare = faq.content(), faq.bare_vectors()
    lessons = lessons_of(content, clicks, [case.text for case in cases])
    asked = {same_question(text) for entry in content.entries for text in entry.questions}
    own = sum(same_question(lesson.text) not in asked for lesson in lessons)
    measures = [_case(label) for label in held_out(content.labels)]
    if own < FEWEST:
        raise Invalid(
            f"배울 판정이 부족합니다. 배우는 데 쓰는 것이 지금 {own}건이고, "
            f"{FEWEST}건부터 조정할 수 있습니다."
        )
    rows = [row for row in content.rows if row.target.startswith("faq:")]
    adapter = fit(lessons, rows, bare)
    vectors = VectorCache(AdaptedEncoder(Remembering(bare), adapter))
    held = _before_and_after(faq, _without_measures(content), vectors, measures, today)
    served = _before_and_after(faq, content, vectors, cases, today)
    figures = [*_figures("따로 둔 판정", *held), *_figures("회귀 질문", *served), *_answers(*served)]
    return Tuning(adapter, len(lessons), figures, vectors)


def _case(label: Label) -> Case:
    return Case(label.text, label.faq_id, "답하지 않을 질문")


def _without_measures(content: Content) -> Content:
    held = held_out(content.labels)
    return replace(content, labels=tuple(label for label in content.labels if label not in held))


def _before_and_after(
    faq: FaqService, content: Content, vectors: VectorCache, cases: Sequence[Case], today: date
) -> tuple[list[Outcome], list[Outcome]]:
    """What becomes of the cases with the encoder that serves, and with the new one."""

    def outcomes(known: VectorCache) -> list[Outcome]:
        return ask(faq.built(content, known), lambda texts: known.encode(texts, False), cases, today)

    return outcomes(faq.vectors), outcomes(vectors)


def _figures(name: str, before: list[Outcome], after: list[Outcome]) -> Iterator[Figure]:
    """Right ones, of all and of each category."""
    sizes = Counter(outcome.case.category for outcome in before)
    old, new = (Counter(o.case.category for o in outcomes if o.right) for outcomes in (before, after))
    if before:
        yield Figure(name, len(before), old.total(), new.total())
    for category in sorted(sizes):
        yield Figure(f"{name} · {category}", sizes[category], old[category], new[category])


def _answers(before: list[Outcome], after: list[Outcome]) -> Iterator[Figure]:
    """Immediate answers: what citizens would get, by the promise as each of the two can keep it."""
    if before:
        inside = sum(outcome.case.faq_id is not None for outcome in before)
        right = [sum(o.answered and o.right for o in outcomes) for outcomes in (before, after)]
        spared = [sum(not o.wrong_answer for o in outcomes) for outcomes in (before, after)]
        yield Figure("회귀 질문 · 즉시 바르게 답함", inside, *right)
        yield Figure("회귀 질문 · 틀린 즉시 답변 없음", len(before), *spared)
