from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bench.load import LOST, Measured, ask_all
from bench.questions import distinct, take
from bench.report import Results, render

CORPUS = Path(__file__).resolve().parents[2] / "faq" / "corpus"


class Echo:
    """A bot that answers at once, but loses every question that says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.together = self.most = 0

    async def citizen(self) -> Echo:
        return self

    async def ask(self, text: str) -> str:
        self.together += 1
        self.most = max(self.most, self.together)
        await asyncio.sleep(0.001)
        self.together -= 1
        self.asked.append(text)
        return LOST if "lose" in text else "answer"


def measured(milliseconds: float, count: int = 100, elapsed: float = 1) -> Measured:
    return Measured([milliseconds / 1000] * count, Counter(answer=count), elapsed)


RESULTS = Results(
    machine="a processor, 2 cores, 24 GiB",
    first_answer=9,
    all_ready=12,
    single=measured(10),
    distinct=measured(100, elapsed=1),
    repeated=measured(100, count=200),
    stock_single=measured(25),
    stock_many=measured(900, count=50),
    memory={"web.serve": 700, "bot.serve": 560},
)


def test_no_question_comes_twice_and_none_stands_in_the_corpus() -> None:
    questions = take(distinct(CORPUS), 2000)
    corpus = "\n".join(path.read_text(encoding="utf-8") for path in CORPUS.glob("*.yml"))
    assert len(set(questions)) == 2000
    assert not any(question in corpus for question in questions)


def test_the_same_seed_asks_the_same_questions() -> None:
    assert take(distinct(CORPUS), 50) == take(distinct(CORPUS), 50)


def test_a_corpus_that_is_too_small_is_told() -> None:
    with pytest.raises(ValueError, match="no 3 more"):
        take(iter(["one", "two"]), 3)


async def test_every_question_is_asked_once_by_so_many_at_once() -> None:
    bot = Echo()
    questions = [f"question {number}" for number in range(230)]
    result = await ask_all(bot, questions, citizens=10)
    assert sorted(bot.asked) == sorted(questions)
    assert bot.most == 10
    assert result.kinds == {"answer": 230}


async def test_a_lost_question_is_counted_and_has_no_time() -> None:
    result = await ask_all(Echo(), ["one", "lose this", "two"])
    assert result.kinds[LOST] == 1
    assert len(result.seconds) == 2


def test_percentiles_are_in_milliseconds() -> None:
    result = Measured([number / 1000 for number in range(1, 101)], Counter(), 1)
    assert [result.percentile(share) for share in (0, 0.5, 0.99, 1)] == [1, 51, 100, 100]


def test_the_page_shows_goals_and_ratios() -> None:
    page = render(RESULTS)
    assert "a processor, 2 cores" in page
    assert "| Eungdae is faster by | 2.5× | 2.5× | 2.5× | 2.0× |" in page
    assert "**no**" not in page


def test_a_broken_promise_is_said() -> None:
    page = render(replace(RESULTS, single=measured(31), memory={"web.serve": 950}))
    assert "| p50 of a reply, one citizen at a time | ≤ 30 ms | 31.0 ms | **no** |" in page
    assert "| web process, peak memory | < 900 MB | 950 MB | **no** |" in page
