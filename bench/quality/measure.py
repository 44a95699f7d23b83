"""Asks every contestant the questions of every set."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.quality.contestants import CONTESTANTS, Contestant, Reply
from bench.quality.sets import SAMPLE, QualitySet
from bench.quality.worker import Worker, command_of, working
from embeddings.protocols import Encoder
from faq.evaluation import Outcome, Query, report

BATCH = 64
TIMED = 100  # questions
Figures = dict[str, float | int | None]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Cost:
    """What a contestant costs on the sample, on one thread."""

    milliseconds: float  # a question, median
    seconds: float  # indexing or training
    peak_mb: int


@dataclass(frozen=True)
class Result:
    """What became of one contestant on one set."""

    contestant: str
    set: QualitySet
    outcomes: Sequence[Outcome]

    @property
    def figures(self) -> Figures:
        """The figures of all queries."""
        return report(self.outcomes)

    def of_slice(self, name: str) -> Figures:
        """The figures of a part of the queries."""
        return report([outcome for outcome in self.outcomes if outcome.qid in self.set.slices[name]])


def as_outcome(query: Query, reply: Reply) -> Outcome:
    """A reply, held against what was asked for."""
    return Outcome(query.qid, sorted(query.gold), reply.found, reply.confidence, reply.answered)


def rank_foreign(
    names: Sequence[str], sets: Sequence[QualitySet], encoder: Encoder, say: Say
) -> list[Result]:
    """All contestants but Rasa on foreign sets, in this process; their time isn't measured."""
    contestants = {name: CONTESTANTS[name](lambda: encoder) for name in names if name in CONTESTANTS}
    return [
        _on(contestant, name, among, say)
        for among in sets
        if among.name != SAMPLE
        for name, contestant in contestants.items()
    ]


def _on(contestant: Contestant, name: str, among: QualitySet, say: Say) -> Result:
    contestant.learn(among)
    replies: list[Reply] = []
    for start in range(0, len(among.queries), BATCH):
        replies += contestant.ask([query.text for query in among.queries[start : start + BATCH]])
    return told(_result(name, among, replies), say)


def _result(name: str, among: QualitySet, replies: Sequence[Reply]) -> Result:
    outcomes = [as_outcome(query, reply) for query, reply in zip(among.queries, replies, strict=True)]
    return Result(name, among, outcomes)


def race(
    names: Sequence[str], sample: QualitySet, log: Path, say: Say
) -> tuple[list[Result], dict[str, Cost]]:
    """All contestants on the sample, each in its own process; one after the other gets each question."""
    with ExitStack() as stack:
        workers = {}
        for name in names:
            say(f"{name}: learns the sample")
            workers[name] = stack.enter_context(working(command_of(name, sample), log))
        every = max(1, len(sample.queries) // TIMED)
        times = _timed(workers, [query.text for query in sample.queries[::every]])
        costs = {
            name: Cost(1000 * statistics.median(times[name]), worker.learned_in, worker.peak_mb)
            for name, worker in workers.items()
        }
        results = []
        for name, worker in workers.items():
            replies, _ = worker.ask([query.text for query in sample.queries])
            results.append(told(_result(name, sample, replies), say))
    return results, costs


def _timed(workers: dict[str, Worker], texts: Sequence[str]) -> dict[str, list[float]]:
    for worker in workers.values():
        worker.ask(texts[:2])  # the first question of a process also loads what is loaded late
    times: dict[str, list[float]] = {name: [] for name in workers}
    for text in texts:
        for name, worker in workers.items():
            times[name].append(worker.ask([text])[1])
    return times


def told(result: Result, say: Say) -> Result:
    """Tell one result on the way."""
    say(f"{result.set.name:>7} {result.contestant:<16} {result.figures}")
    return result
