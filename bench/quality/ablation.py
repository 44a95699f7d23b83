"""What each part of the ranking brings: a table of docs/quality.md (`python -m bench.quality.ablation`).

The candidates stay the same, and are put in order by fewer parts of the score.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.quality.contestants import encoder_of_settings, foreign_index, sample_snapshot
from bench.quality.options import chosen_sets, parser_of_sets, say
from bench.quality.page import PAGE, rewrite, table
from bench.quality.sets import SAMPLE, MissingSet, QualitySet
from embeddings.encoder import EncoderUnavailable
from embeddings.protocols import Encoder
from faq.cache import Remembering, VectorCache
from faq.evaluation import RANKS, Outcome, report
from faq.lexical import Floats
from faq.question import Question
from faq.search import WORDS, Ranking, Searcher
from faq.text import clean

Part = Callable[[Ranking], Floats]
PARTS: dict[str, Part] = {
    "words that one question row covers (BM25), alone": lambda r: r.coverage,
    "question rows by meaning, alone": lambda r: r.asked,
    "+ question and answer as a passage": lambda r: r.asked + r.passage,
    "what ships + words that one question row covers": lambda r: r.score + r.coverage,
    f"+ {WORDS:g} × words that stand anywhere in the entry: what ships": lambda r: r.score,
}


@dataclass(frozen=True)
class Ranked:
    """A question's candidates, and the ids that would be right."""

    ranking: Ranking
    names: Sequence[str]  # of all entries
    gold: frozenset[str]

    def by(self, part: Part) -> Outcome:
        """The candidates in the order of a part of the score, which is the confidence, too."""
        score = part(self.ranking)
        best = np.argsort(-score, kind="stable")
        found = [self.names[entry] for entry in self.ranking.entries[best][:RANKS]]
        return Outcome("", sorted(self.gold), found, float(score[best[0]]) if len(best) else 0.0, False)


def asked_of(searcher: Searcher, encoder: Encoder, among: QualitySet) -> list[Ranked]:
    """Every query of a set."""
    texts = [(clean(query.text), query.gold) for query in among.queries]
    vectors = encoder.encode_queries([text for text, _ in texts])
    return [
        Ranked(searcher.rank(Question.of(text, vector)), searcher.names, gold)
        for (text, gold), vector in zip(texts, vectors, strict=True)
    ]


def measured(encoder: Encoder, sets: Sequence[QualitySet]) -> Iterator[tuple[str, list[Ranked]]]:
    """Each set by its title; of the sample its paraphrases, too, each asked as if its row weren't there."""
    for among in sets:
        if among.name != SAMPLE:
            yield among.name, asked_of(foreign_index(encoder, among).searcher, encoder, among)
            continue
        snapshot = sample_snapshot(encoder)
        searcher = snapshot.searcher
        yield f"{SAMPLE}: regression set", asked_of(searcher, encoder, among)
        yield (
            f"{SAMPLE}: paraphrases held out",
            [
                Ranked(
                    searcher.rank(question, without_row=row),
                    searcher.names,
                    frozenset([snapshot.rows[row].name]),
                )
                for row, question in snapshot.questions("paraphrase")
            ],
        )


def section(columns: Sequence[tuple[str, Sequence[Ranked]]], encoder: str) -> str:
    """The table: top-1 of each set by each part, and, where some must not be answered, their AUROC by it."""
    figures = {
        part: [report([one.by(by) for one in asked]) for _, asked in columns] for part, by in PARTS.items()
    }
    refusing = [number for number, (_, asked) in enumerate(columns) if any(not one.gold for one in asked)]
    head = ["ranked by", *(title for title, _ in columns)]
    tops = [[part, *(of["top1"] for of in found)] for part, found in figures.items()]
    text = (
        f"Measured by `python -m bench.quality.ablation`; encoder `{encoder}`. Top-1:\n\n{table(head, tops)}"
    )
    if not refusing:
        return text
    sure = [[part, *(found[number]["auroc"] for number in refusing)] for part, found in figures.items()]
    head = ["confidence", *(columns[number][0] for number in refusing)]
    return (
        f"{text}\nThe same sums as confidence, in scope against out of scope (AUROC):\n\n{table(head, sure)}"
    )


def write(sets: Sequence[QualitySet], encoder: Encoder, *, quick: bool) -> None:
    """Measure and print; write the table, unless it was only tried."""
    page = section(list(measured(encoder, sets)), encoder.name)
    say(page)
    if not quick:
        rewrite(PAGE, "ablation", page)


def main() -> None:
    """The command line."""
    options = parser_of_sets("bench.quality.ablation", __doc__).parse_args()
    try:
        write(chosen_sets(options), Remembering(VectorCache(encoder_of_settings())), quick=options.quick)
    except (MissingSet, EncoderUnavailable) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
