"""`python -m bench`: measure, print, and write docs/performance.md. Takes about five minutes."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import eungdae, stock
from bench.load import Measured, Target, ask_all
from bench.questions import distinct, take
from bench.report import Results, render
from bench.running import ROOT, machine

CITIZENS = 50
FIRST_QUESTION = "사무실의 복사기, 전화, 팩스를 쓸 수 있나요?"  # the corpus's own wording


@dataclass(frozen=True)
class Sizes:
    """How many questions each load has."""

    warm_up: int = 40
    single: int = 500
    many: int = 1500


async def measure(sizes: Sizes, folder: Path) -> Results:
    """Both bots, one after the other, under the same loads."""
    questions = distinct(ROOT / "faq" / "corpus")
    warm_up, single, many = (take(questions, size) for size in (sizes.warm_up, sizes.single, sizes.many))
    log = folder / "bench.log"
    async with eungdae.running(folder / "data", log, FIRST_QUESTION) as ours:
        say(f"Eungdae: first answer after {ours.until_first_answer:.1f} s")
        await ask_all(ours, warm_up)
        one = told("Eungdae, one at a time", await ask_all(ours, single))
        each = told("Eungdae, 50 at once", await ask_all(ours, many, CITIZENS))
        again = told(
            "Eungdae, 50 at once, repeated", await ask_all(ours, many[:30] * (len(many) // 30), CITIZENS)
        )
        memory = ours.memory()
    async with stock.running(folder / "stock", log) as theirs:
        stock_one, stock_many = await _stock(theirs, warm_up, single, many[: len(many) // 2])
    return Results(
        machine(), ours.until_first_answer, ours.until_ready, one, each, again, stock_one, stock_many, memory
    )


async def _stock(
    bot: Target, warm_up: list[str], single: list[str], many: list[str]
) -> tuple[Measured, Measured]:
    await ask_all(bot, warm_up)
    one = told("stock Rasa, one at a time", await ask_all(bot, single))
    return one, told("stock Rasa, 50 at once", await ask_all(bot, many, CITIZENS))


def told(name: str, measured: Measured) -> Measured:
    """Print one load's result on the way."""
    times = "/".join(f"{measured.percentile(share):.1f}" for share in (0.5, 0.95, 0.99))
    say(f"{name}: {times} ms, {measured.per_second:.0f} a second, {dict(measured.kinds)}")
    return measured


def say(text: str) -> None:
    """One line on the way."""
    print(text, flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a small load, to see that it works; writes nothing"
    )
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="eungdae-bench-") as folder:
        try:
            results = asyncio.run(measure(Sizes(10, 30, 90) if quick else Sizes(), Path(folder)))
        except BaseException:
            print((Path(folder) / "bench.log").read_text(encoding="utf-8")[-4000:])
            raise
    page = render(results)
    say(page)
    if not quick:
        (ROOT / "docs" / "performance.md").write_text(page, encoding="utf-8")
    if results.lost:
        raise SystemExit(f"{results.lost} questions were lost")


if __name__ == "__main__":
    main()
